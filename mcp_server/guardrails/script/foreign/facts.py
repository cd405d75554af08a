"""What a look at code in another language finds: what it starts, runs and does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Trait, Word

SHELLS: Final = frozenset(
    {"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish"}
    | {"cmd", "powershell", "pwsh"}
)
_TEXT_OPTIONS: Final = ("-c", "-lc", "-ec", "-ic", "/c", "/k", "-command", "-enc", "-e", "-file")
_SEPARATOR: Final = re.compile(r"[;\n]|&&|(?<![<>])&(?![\d>-])")
_AROUND_HOLE: Final = f"{HOLE} \"'\n"
MOST_STARTED: Final = 64
"""Programs that one code starts, as far as they are looked at."""
MOST_NESTED: Final = 8
"""Texts that one code runs as code of its own language, as far as they are looked at."""


class Deed(StrEnum):
    """What code does to a file, in any language."""

    DELETE = "delete"
    DELETE_TREE = "delete tree"
    DELETE_FOLDER = "delete folder"
    WRITE = "write"
    APPEND = "append"
    READ = "read"
    MODE = "mode"
    OWNER = "owner"
    MOVE = "move"
    COPY = "copy"
    LINK = "link"
    FETCH = "fetch"


@dataclass(frozen=True, slots=True)
class Start:
    """A program that is started, or a text that is given to a shell."""

    words: tuple[Word, ...]
    """The program and its arguments; of a text for a shell, that text alone."""
    at: int
    """Where it stands in the code."""
    is_text: bool = False
    """Whether a shell reads it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done to files, without a program."""

    deed: Deed
    words: tuple[Word, ...]
    """The paths; of MODE and OWNER the mode or owner first, of FETCH the address first."""
    at: int
    content: str | None = None
    """Of WRITE and APPEND, where it is known."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A text that is run as code of the same language."""

    text: str
    at: int
    is_decoded: bool = False


@dataclass(slots=True)
class Facts:
    """All of it, in the order of the code."""

    starts: list[Start] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    traits: set[Trait] = field(default_factory=set)
    is_read: bool = True
    """Whether the code could be read at all."""
    is_whole: bool = True
    """Whether all of it was looked at; very long or very repetitive code is left off."""

    def steps(self) -> Iterator[Start | Act]:
        """What it starts and does, in order."""
        found: list[Start | Act] = [*self.starts, *self.acts]
        yield from sorted(found, key=lambda step: step.at)


def is_interactive_shell(start: Start) -> bool:
    """Whether it starts a shell that reads its commands from whoever is connected to it."""
    if not start.is_text:
        return _is_interactive([word.text for word in start.words])
    return any(_is_interactive(part.split()) for part in _SEPARATOR.split(start.words[0].text))


def is_unknown(start: Start) -> bool:
    """Whether nothing is known of the program or the text, a shell's `-c` before it apart."""
    words = [word.text for word in start.words]
    if start.words[0].alternatives:
        return False
    if start.is_text:
        words = words[0].split() or [""]
    if _program(words[0]) in SHELLS:
        words = [word for word in words[1:] if word.lower() not in _TEXT_OPTIONS] or words
    return words[0].strip(_AROUND_HOLE) == ""


def _is_interactive(words: list[str]) -> bool:
    return bool(words) and (
        _program(words[0]) in SHELLS
        and not any(word.lower() in _TEXT_OPTIONS for word in words[1:])
    )


def _program(word: str) -> str:
    name = word.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return name.removesuffix(".exe")
