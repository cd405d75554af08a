"""The command line of powershell.exe: what it runs."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Taint, Word

_VALUED: Final = (
    "version", "psconsolefile", "outputformat", "inputformat", "windowstyle", "executionpolicy",
    "configurationname", "workingdirectory", "settingsfile", "custompipename",
)  # fmt: skip
_SHORT: Final = {
    "c": "command", "e": "encodedcommand", "ec": "encodedcommand", "f": "file", "w": "windowstyle",
    "ep": "executionpolicy", "ex": "executionpolicy", "v": "version", "o": "outputformat",
    "i": "inputformat",
}  # fmt: skip
_NAMES: Final = (
    "command", "encodedcommand", "encodedarguments", "file", "noprofile", "nologo",
    "noninteractive", "noexit", "sta", "mta", "help", "login", *_VALUED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a call of powershell.exe runs; nothing when it is interactive or reads stdin."""

    text: Word | None = None
    is_encoded: bool = False
    file: Word | None = None


def read_arguments(args: Sequence[Word]) -> Invocation:
    """Read the arguments after `powershell`, in every spelling and abbreviation."""
    index = 0
    while index < len(args):
        text = args[index].text
        if text[:1] not in {"-", "/", "\u2013", "\u2014"} or len(text) < 2:  # noqa: PLR2004
            return Invocation(_joined(args[index:]))
        name, mark, glued = text[1:].lower().partition(":")
        option = _SHORT.get(name) or next((n for n in _NAMES if n.startswith(name)), name)
        rest = args[index + 1 :]
        if mark and glued:
            rest = [Word(text.partition(":")[2], args[index].span), *rest]
        if option == "command":
            return Invocation(_joined(rest)) if rest else Invocation()
        if option == "encodedcommand":
            return Invocation(_decoded(rest[0]), is_encoded=True) if rest else Invocation()
        if option == "file":
            return Invocation(file=rest[0]) if rest else Invocation()
        index += 2 if option in _VALUED and not mark else 1
    return Invocation()


def _joined(args: Sequence[Word]) -> Word | None:
    if not args or args[0].text == "-":
        return None
    taints = frozenset[Taint]().union(*(word.taints for word in args))
    return Word(" ".join(word.text for word in args), args[0].span, taints)


def _decoded(word: Word) -> Word:
    """Base64 of UTF-16; a hole when it is none."""
    taints = word.taints | {Taint.DECODED}
    try:
        data = base64.b64decode(word.text + "=" * (-len(word.text) % 4), validate=True)
        return Word(data.decode("utf-16-le").replace("\0", ""), word.span, taints)
    except (binascii.Error, ValueError):
        return Word(HOLE, word.span, taints)
