"""Names of commands that are split, quoted or put together so that nobody recognises them."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import (
    HOLE,
    PARAMETER,
    Command,
    Language,
    Origin,
    Script,
    Word,
)
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_CARET: Final = re.compile(r"\w\^(?=\w)")
_TICK: Final = re.compile(r"\w`(?=[\w-])|^`\w")
_QUOTES: Final = re.compile(r"\w(?:\"\"|'')\w|\w\"\w+\"\w|^\"\w+\"\w")
_BUILT: Final = re.compile(
    r"[\"')]\s*(?:\+|-f\b|-join\b|-replace\b|-split\b|\.replace\()|\[char|-bxor|-join\b",
    re.IGNORECASE,
)
_SLICED: Final = re.compile(r"[%!][\w()]+:(?:~|[^%!\\/=\s]+=[^%!\s]*[%!])")
_JOINED: Final = re.compile(r"[%!]\w+[%!](?=[\w%!])|\w[%!]\w+[%!]")
_PICKED: Final = re.compile(
    r"\$(?:env:)?\w+\[[\d,\s-]+\][^;]*(?:\+|-join)|\((?:gcm|get-command|gal|get-alias|gci)\b[^)]*[*?]",
    re.IGNORECASE,
)
_TELLING: Final = re.compile(r"[^\w.:\\/-]")
"""In every name that is written in another way than as it is."""
_LONGEST: Final = 400
_WHOLE: Final = (HOLE, PARAMETER)


def _hidden(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if (
            command.language is not Language.SHELL
            and command.words
            and _is_disguised(command, script)
        ):
            yield Match(command.span)


def _source(word: Word, command: Command, script: Script) -> str:
    """The word as it is written; empty where it stands in a text that had to be unfolded."""
    source = script.text[word.span.start : min(word.span.end, word.span.start + _LONGEST)]
    if command.origin is Origin.DIRECT and command.language is Language.POWERSHELL:
        return source
    is_itself = command.origin in {Origin.DIRECT, Origin.STRING} and not _SPACE.search(source)
    return source if is_itself else ""


_SPACE: Final = re.compile(r"\s")


def _is_disguised(command: Command, script: Script) -> bool:
    source = _source(command.words[0], command, script)
    if not _TELLING.search(source) and command.name != "invoke-expression":
        return False
    name = command.words[0].text
    if command.language is Language.BAT:
        return _is_split(source, name)
    if _TICK.search(source.partition("\n")[0].strip("\"'")) and "$" not in source:
        return True
    if source.startswith("(") and _PICKED.search(source):
        return True
    is_bare = "\\" not in name and "/" not in name and HOLE not in name
    if is_bare and _is_built(command.words[0], command, script):
        return True
    return command.name == "invoke-expression" and any(
        _is_built(word, command, script) for word in command.args[:1]
    )


def _is_split(source: str, name: str) -> bool:
    """Whether the name of a command of cmd is taken apart, or put together from variables."""
    if any(pattern.search(source) for pattern in (_CARET, _QUOTES, _SLICED)):
        return True
    is_plain = "\\" not in name and "/" not in name and not any(mark in name for mark in _WHOLE)
    return is_plain and _JOINED.search(source) is not None


def _is_built(word: Word, command: Command, script: Script) -> bool:
    """Whether a known text is put together from pieces right where it is used."""
    source = _source(word, command, script)
    is_expression = source.startswith(("(", "'", '"', "[", "-join"))
    return word.is_literal and is_expression and _BUILT.search(source) is not None


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="OBF106",
        name="disguised-command-name",
        severity=Severity.CONFIRM,
        what="Writes the name of a command so that it is not recognised: with carets, backticks "
        "or quotes inside it, or put together from pieces.",
        why="Nobody needs that but to hide from readers and scanners what runs.",
        instead="Write the name as it is.",
        right_when="Hardly ever.",
        attack="T1027",
        check=OnScript(_hidden),
        flags=Examples(
            powershell=(
                "Re`move-It`em C:\\Temp\\a.txt",
                "& ('Get-' + 'Date')",
                "& ('{1}{0}' -f 'Date', 'Get-')",
            ),
            bat=(
                "w^h^o^a^m^i",
                'who""ami',
                "%ComSpec:~0,-4% /c ver",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-ChildItem C:\\app `\n  -Recurse",
                '& "$env:ProgramFiles\\Shop\\shop.exe" --version',
                "& 'C:\\Program Files\\Shop\\shop.exe'",
            ),
            bat=(
                "copy a.txt ^\n  b.txt",
                "echo a ^& b",
                '"C:\\Program Files\\Shop\\shop.exe" --version',
            ),
        ),
    ),
)
