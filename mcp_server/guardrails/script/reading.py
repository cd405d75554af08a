"""One reading of a script: what was found so far, and the bounds that end it in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script import flow
from mcp_server.guardrails.script.model import (
    Assignment,
    Command,
    Condition,
    Foreign,
    Gap,
    Language,
    Obstacle,
    Origin,
    Script,
    Span,
)
from mcp_server.guardrails.script.placeholders import masked_placeholders
from mcp_server.guardrails.script.shell.shfmt import Node, ShellParser, Unparsed

MOST_CHARACTERS: Final = 24 * 1024
"""Of a script; the API takes no more even where the operator raises the limit."""
DEEPEST: Final = 8
"""Texts within texts: `sh -c "eval '...'"` is two."""
MOST_NESTED: Final = 256 * 1024
"""Characters of all nested texts together."""
MOST_COMMANDS: Final = 20_000
LONGEST_NAME: Final = 255
"""Characters of a program's name; no file system has a longer one."""
LONGEST_PATH: Final = 4096
"""Characters of a program's path, as on Linux."""
MOST_WORDS: Final = 2000
"""Of one command. Nobody writes so many by hand."""
LONGEST: Final = 1.2
"""Seconds for reading; with the rules after it a verdict comes within two."""


@dataclass(slots=True)
class Place:
    """Where a text stands: the script itself, or a text within it that would be run."""

    origin: Final[Origin] = Origin.DIRECT
    carrier: Final[Span | None] = None
    """What carries a nested text in the original script; everything in it gets this span. None
    for the script itself, and for a nested text that stands there as it is (see `offset`)."""
    offset: Final[int] = 0
    """Where the text begins in the original, when `carrier` is None."""
    depth: Final[int] = 0
    wrappers: Final[tuple[Command, ...]] = ()
    """What starts the commands of the text: `ssh`, `sudo`; goes before their own wrappers."""
    conditions: Final[tuple[Condition, ...]] = ()
    function: Final[str] = ""

    def span(self, start: int, end: int) -> Span:
        """The span in the original script of a stretch of this text."""
        return self.carrier or Span(self.offset + start, self.offset + end)


@dataclass(slots=True)
class Reading:
    """What the lowerings of the languages add to, in the order in which it would run.

    A lowering is `lower(text, reading, place) -> tuple[Command, ...]`: it adds every command it
    finds, nested ones right after what starts them, and returns those of the text's own level.
    """

    text: str
    launcher: str = ""
    parser: ShellParser = field(default_factory=ShellParser)
    now: Callable[[], float] = time.monotonic
    commands: list[Command] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    foreign: list[Foreign] = field(default_factory=list)
    gaps: dict[Gap, None] = field(default_factory=dict)
    """Each once, in the order in which they came up."""
    options: set[str] = field(default_factory=set)
    dialect: str = ""
    _trees: dict[tuple[str, str], Node | Unparsed] = field(default_factory=dict)
    """Of texts of the shell: the same one comes again in loops, calls and branches."""
    _nested: int = 0
    _deadline: float = 0.0

    def __post_init__(self) -> None:
        self._deadline = self.now() + LONGEST

    @property
    def seconds_left(self) -> float:
        """Until reading has to end; never negative."""
        return max(0.0, self._deadline - self.now())

    @property
    def is_over(self) -> bool:
        """Whether a bound is reached; a lowering then stops, with a gap for what it leaves out."""
        return len(self.commands) >= MOST_COMMANDS or self.now() >= self._deadline

    def gap(self, obstacle: Obstacle, span: Span) -> None:
        """Note what could not be analysed, once a place."""
        self.gaps[Gap(obstacle, span)] = None

    def admits(self, text: str, place: Place) -> bool:
        """Whether a text is within the bounds; when not, there is a gap in its place."""
        span = place.span(0, len(text))
        self._nested += len(text) if place.depth else 0
        if len(text) > MOST_CHARACTERS or self._nested > MOST_NESTED:
            self.gap(Obstacle.SIZE, span)
        elif place.depth > DEEPEST:
            self.gap(Obstacle.DEPTH, span)
        elif self.is_over:
            self.gap(Obstacle.TIME, span)
        else:
            return True
        return False

    def read(self, text: str, language: Language, place: Place) -> tuple[Command, ...]:
        """Read a text that would be run, in whatever language, within the bounds."""
        return _lower(text, language, self, place) if self.admits(text, place) else ()

    def add_foreign(self, foreign: Foreign, place: Place) -> None:
        """Note code in a language that is not parsed into commands, and read what it starts."""
        from mcp_server.guardrails.script.foreign import lowering  # noqa: PLC0415 - as the others

        self.foreign.append(lowering.lower(foreign, self, place))

    def tree(self, text: str, dialect: str) -> Node | Unparsed:
        """The syntax tree of a text of the shell, parsed once."""
        known = self._trees.get((text, dialect))
        if known is None:
            known = self.parser.parse(text, self.seconds_left, dialect)
            self._trees[text, dialect] = known
        return known

    def script(self, language: Language) -> Script:
        """The finished normal form."""
        commands = tuple(self.commands)
        for command in commands:
            program = command.words[0].text if command.words else ""
            too_long = len(command.name) > LONGEST_NAME or len(program) > LONGEST_PATH
            if too_long or len(command.words) > MOST_WORDS:
                self.gap(Obstacle.SIZE, command.span)
        return Script(
            language=language,
            text=self.text,
            commands=commands,
            assignments=tuple(self.assignments),
            functions=frozenset(self.functions),
            foreign=tuple(self.foreign),
            gaps=tuple(self.gaps),
            executions=flow.executions(commands, self.text),
            dialect=self.dialect,
            options=frozenset(self.options),
        )


def read_script(
    text: str,
    language: Language,
    *,
    parameters: bool = False,
    launcher: str = "",
    parser: ShellParser | None = None,
) -> Script:
    """Parse a script of any size and content; what is not understood is a gap, never silence.

    Args:
        text: the script, any text.
        language: by the command's type.
        parameters: whether `{{name}}` is filled in at each run.
        launcher: the program that starts the script, where one is named.
        parser: of the shell; by default one for this script alone.
    """
    readable = _readable(text, language)
    reading = Reading(readable, launcher, parser or ShellParser())
    reading.read(masked_placeholders(readable) if parameters else readable, language, Place())
    return reading.script(language)


def _readable(text: str, language: Language) -> str:
    """The text as its interpreter takes it, with the lines that it has for people.

    A CR before LF is no character of the script for anyone. Alone it ends a line in PowerShell,
    is dropped by cmd, and is a character like any other to a shell.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\0", " ")
    match language:
        case Language.SHELL:
            return lines
        case Language.POWERSHELL:
            return lines.replace("\r", "\n")
        case Language.BAT:
            return lines.replace("\r", "")


def _lower(text: str, language: Language, reading: Reading, place: Place) -> tuple[Command, ...]:
    """The lowering of a language; its parser is loaded when the first script needs it."""
    match language:
        case Language.SHELL:
            from mcp_server.guardrails.script.shell import lowering as shell  # noqa: PLC0415

            return shell.lower(text, reading, place)
        case Language.POWERSHELL:
            from mcp_server.guardrails.script.powershell import lowering as pwsh  # noqa: PLC0415

            return pwsh.lower(text, reading, place)
        case Language.BAT:
            from mcp_server.guardrails.script.bat import lowering as bat  # noqa: PLC0415

            return bat.lower(text, reading, place)
