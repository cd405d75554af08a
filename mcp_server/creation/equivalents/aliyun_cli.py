"""The request for the aliyun CLI, in any POSIX shell.

Every value is joined to its flag with `=`: given apart, one that starts with a dash would be
taken for a flag of its own, and `--endpoint` in a description would send the signed request
elsewhere. Source: the CLI's own parser, `cli/parser.go` of aliyun/aliyun-cli.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from mcp_server.creation.equivalents.copying import here_document
from mcp_server.creation.equivalents.source import Source
from mcp_server.ecs.wire import ACTION, query_parameters
from mcp_server.models.equivalent import Equivalent

_BARE: Final = re.compile(r"[A-Za-z0-9@%+:,./_-]+")
_CONTENT: Final = '"$(command_content)"'


def equivalent(source: Source) -> Equivalent:
    """The call as a person would type it, the script in a here-document above it."""
    arguments = [
        f"--{name}={_CONTENT if name == 'CommandContent' else shell_word(value)}"
        for name, value in query_parameters(source.parameters)
    ]
    call = " \\\n  ".join([f"aliyun ecs {ACTION}", *arguments, f"--endpoint={source.host}"])
    return Equivalent(
        tool="aliyun CLI",
        text=f"{_content_function(source)}\n{call}\n",
        note=source.notes(source.base64_note(), source.repetition_note()),
    )


def shell_word(text: str) -> str:
    """One word of a POSIX shell with exactly this text, in printable characters.

    What does not show itself is written in octal for printf: `$'…'` is not in every shell.
    """
    if _BARE.fullmatch(text):
        return text
    return "".join(_quoted(text)) or "''"


def _quoted(text: str) -> Iterator[str]:
    for shown, run in groupby(text, lambda c: c == "\n" or c.isprintable()):
        part = "".join(run)
        if shown:
            yield "'" + part.replace("'", "'\\''") + "'"
        else:
            octal = "".join(f"\\{byte:03o}" for byte in part.encode())
            yield f"\"$(printf '{octal}')\""


def _content_function(source: Source) -> str:
    """A function that prints the script in Base64.

    Not a here-document within `$(…)`, which older shells read wrongly; and lines, not one long
    word, because a terminal cuts a line at 1,024 or 4,096 bytes.
    """
    if source.readable is None:
        lines = "\n".join(source.encoded_lines())
        return f"command_content() {{\n  tr -d '\\n' <<'BASE64'\n{lines}\nBASE64\n}}"
    word, body = here_document(source.readable)
    if body == source.readable:
        print_it = f"base64 <<'{word}'"
    else:  # a here-document ends its last line, and command substitution takes that away
        print_it = f"{{ printf %s \"$(cat)\"; }} <<'{word}' | base64"
    return f"command_content() {{\n  {print_it} | tr -d '\\n'\n{body}{word}\n}}"
