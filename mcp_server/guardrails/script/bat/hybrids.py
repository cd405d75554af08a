"""Scripts that are Bat and something else at once; cmd sees one part, another program the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.bat.expansion import SELF
from mcp_server.guardrails.script.model import Command, Foreign, Language, Obstacle, Origin, Word
from mcp_server.guardrails.script.reading import Place, Reading

_HEAD_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind begins, what ends its Bat part, and what follows."""

    head: re.Pattern[str]
    end: str
    language: str


_KINDS: Final = (
    _Kind(
        re.compile(r"\s*@if\s*\(@\w+\)\s*==\s*\(@\w+\)\s*@end\b[^\n]*/\*", re.IGNORECASE),
        "*/",
        "jscript",
    ),
    _Kind(re.compile(r"\s*<!--\s*:"), "-->", "markup"),
    _Kind(re.compile(r"\s*<#[^\n]*"), "#>", "powershell"),
    _Kind(re.compile(r"\s*//[^\n]*\n\s*/\*"), "*/", "csharp"),
    _Kind(re.compile(r"[^\n]*</?\*?\s*:?[^\n]*/\*"), "*/", "jscript"),
    _Kind(re.compile(r"\s*/\*[^\n]*"), "*/", "jscript"),
)
_READERS: Final = {
    "powershell": "powershell", "pwsh": "powershell", "cscript": "vbscript", "wscript": "vbscript",
    "mshta": "markup", "python": "python", "py": "python", "perl": "perl", "ruby": "ruby",
    "node": "node", "php": "php", "type": "", "more": "", "findstr": "", "find": "", "certutil": "",
    "copy": "",
}  # fmt: skip
"""Programs that may run or pass on the rest of a script, with what they take it for."""
_SCRIPT: Final = re.compile(
    r"<script\b(?P<attributes>[^>]*)>(?P<code>.*?)(?:</script>|\Z)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Where the part for cmd ends, and where another one begins."""

    end: int
    start: int
    language: str


def find(text: str) -> Hybrid | None:
    """How a script is divided; None when all of it is for cmd."""
    head = text[:_HEAD_LENGTH]
    for kind in _KINDS:
        found = kind.head.match(head)
        end = text.find(kind.end, found.end()) if found else -1
        if found is not None and end >= 0:
            line = text.rfind("\n", 0, end) + 1
            start = end + len(kind.end)
            return Hybrid(end if line <= found.start() else line, start, kind.language)
    return None


def read_rest(text: str, hybrid: Hybrid, reading: Reading, place: Place) -> None:
    """Note the part that is not meant for cmd, in its own language."""
    _read(text, (hybrid.start, len(text)), hybrid.language, reading, place)


def read_skipped(
    text: str, skipped: Sequence[tuple[int, int]], reading: Reading, place: Place
) -> None:
    """What cmd never runs, but another program that is given the script's own path."""
    parts = [part for part in skipped if text[slice(*part)].strip()]
    readers = [command for command in reading.commands if parts and _is_given_itself(command)]
    for part in parts:
        for language in {_language_of(command) for command in readers}:
            _read(text, part, language, reading, place)


def _is_given_itself(command: Command) -> bool:
    return command.name in _READERS and any(SELF in word.text for word in command.args)


def _language_of(command: Command) -> str:
    engine = next((text[4:] for text in command.texts if text.startswith("//e:")), "")
    return engine or _READERS[command.name]


def _read(text: str, part: tuple[int, int], language: str, reading: Reading, place: Place) -> None:
    start, end = part
    if not text[start:end].strip():
        return
    match language:
        case "powershell":
            inner = Place(Origin.STRING, offset=place.offset + start, depth=place.depth + 1)
            reading.read(text[start:end], Language.POWERSHELL, inner)
        case "markup":
            _markup(text, part, reading, place)
        case "":
            reading.gap(Obstacle.LANGUAGE, place.span(start, end))
        case _:
            code = Word(text[start:end], place.span(start, end))
            reading.add_foreign(Foreign(language, code), place)


def _markup(text: str, part: tuple[int, int], reading: Reading, place: Place) -> None:
    """HTML applications, scripting host files and build projects."""
    scripts = list(_SCRIPT.finditer(text, *part))
    for found in scripts:
        is_basic = "vbscript" in found["attributes"].lower()
        code = Word(found["code"], place.span(*found.span("code")))
        reading.add_foreign(Foreign("vbscript" if is_basic else "jscript", code), place)
    if not scripts:
        reading.gap(Obstacle.LANGUAGE, place.span(*part))
