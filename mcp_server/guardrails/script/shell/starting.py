"""What a simple command does beside being one: starts others, sets variables, writes files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import (
    HOLE,
    Assignment,
    Command,
    Obstacle,
    Origin,
    Span,
    Taint,
    Word,
)
from mcp_server.guardrails.script.reading import Place
from mcp_server.guardrails.script.shell import (
    arguments,
    built_ins,
    compounds,
    consoles,
    distant,
    foreign_code,
    running,
    schedules,
    text_runners,
    wrappers,
    writing,
)
from mcp_server.guardrails.script.shell.context import Context

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.walk import Walk

Handler = Callable[["Starter", Command, Context], list[Command]]

_MOST_WRAPPERS: Final = 12
_MOST_TEXTS: Final = 16
"""That one text may be, each of which is read; what is left out is a gap."""
_MOST_NAMES: Final = 16
"""Of one command, each of which is looked at; what is left out is a gap."""
_KEEPING: Final = frozenset({Origin.REMOTE, Origin.LATER, Origin.DECODED, Origin.FILE})
"""Origins that a text within such a text keeps."""


class Starter:
    """Starts commands for a walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    def start(
        self,
        words: tuple[Word, ...],
        span: Span,
        context: Context,
        assignments: tuple[Assignment, ...] = (),
    ) -> list[Command]:
        """Add a command and everything that it starts; what counts as its own level."""
        if len(context.wrappers) > _MOST_WRAPPERS:
            self.walk.reading.gap(Obstacle.DEPTH, span)
            return []
        if self.walk.reading.is_over:
            self.walk.reading.gap(Obstacle.TIME, span)
            return []
        if words and words[0].alternatives:
            return self._each(words, span, context, assignments)
        command = self.walk.emit(words, span, context, assignments)
        built_ins.apply(command, self.walk.session, self.walk.reading)
        if writing.writes(command):
            self._kept(command, context)
        return self._started(command, context) or [command]

    def _each(
        self,
        words: tuple[Word, ...],
        span: Span,
        context: Context,
        assignments: tuple[Assignment, ...],
    ) -> list[Command]:
        """The command by each name that it may have: `$x` after branches, or in a loop."""
        name, *rest = words
        if len(name.alternatives) > _MOST_NAMES:
            self.walk.reading.gap(Obstacle.SIZE, span)
        found: list[Command] = []
        for value in name.alternatives[:_MOST_NAMES]:
            pieces = [value] if name.quoted else value.split()
            named = [Word(one, name.span, name.taints, quoted=name.quoted) for one in pieces]
            if named or rest:
                found += self.start((*named, *rest), span, context, assignments)
        return found

    def _kept(self, command: Command, context: Context) -> None:
        """Keep what a command writes, and read of it what the system runs later."""
        writing.keep(command, self.walk)
        for path, text in writing.scheduled(command, self.walk):
            for line in schedules.lines(path, text):
                self.read(line, Origin.LATER, context)

    def read(
        self, text: Word, origin: Origin, context: Context, *, same_shell: bool = False
    ) -> list[Command]:
        """Read a text that is run by a shell."""
        walk = self.walk
        if not text.text.strip(HOLE + " \n\t"):
            return []
        if Taint.DECODED in text.taints:
            origin = Origin.DECODED
        outer = context.origin or walk.place.origin
        found: list[Command] = []
        if len(text.values) > _MOST_TEXTS:
            walk.reading.gap(Obstacle.SIZE, text.span)
        for value in text.values[:_MOST_TEXTS]:
            carrier, offset = self._position(text, value)
            place = Place(
                origin=outer if outer in _KEEPING and origin is Origin.STRING else origin,
                carrier=carrier,
                offset=offset,
                depth=walk.place.depth + 1,
                wrappers=context.wrappers,
                conditions=context.conditions,
                function=context.function,
            )
            if walk.reading.admits(value, place):
                session = walk.session if same_shell else walk.session.child()
                found += walk.lower(value, walk.reading, place, session)
        return found

    def _position(self, text: Word, value: str) -> tuple[Span | None, int]:
        """Where a nested text stands: itself, when it is in the script as it is."""
        span, whole = text.span, self.walk.reading.text
        if self.walk.place.carrier is not None:
            return self.walk.place.carrier, 0
        for start, end in ((span.start, span.end), (span.start + 1, span.end - 1)):
            if end - start == len(value) and whole[start:end] == value:
                return None, start
        return (span if span.end else Span(0, len(whole))), 0

    def _started(self, command: Command, context: Context) -> list[Command]:
        name = command.name
        known = self.walk.session.known
        if name in known.aliases:
            return self._aliased(command, known.aliases[name], context)
        if name in known.functions:
            return self._called(command, context)
        if (handler := _HANDLERS.get(name)) is not None:
            return handler(self, command, context)
        inner = wrappers.inner_words(name, command.words)
        if inner is not None:
            return self.start(tuple(inner), command.span, context.wrapped(command))
        if foreign_code.note(self, command, context):
            return []
        if command.words and "/" in command.words[0].text:
            return running.run_file(self, command, command.words[0], context)
        return []

    def _aliased(self, command: Command, alias: Word, context: Context) -> list[Command]:
        aliases = self.walk.session.known.aliases
        rest = " ".join(word.text for word in command.args)
        text = Word(f"{alias.text} {rest}".strip(), command.span, alias.taints)
        del aliases[command.name]  # within its own text an alias is no alias
        found = self.read(text, Origin.STRING, context)
        aliases.setdefault(command.name, alias)
        return found

    def _called(self, command: Command, context: Context) -> list[Command]:
        known = self.walk.session.known
        if command.name in self.walk.session.environment.calls:
            return []  # its body is being read
        if known.calls_left <= 0:
            self.walk.reading.gap(Obstacle.SIZE, command.span)
            return []
        known.calls_left -= 1
        function = known.functions[command.name]
        if function.walk.session is not self.walk.session:
            return []  # of another text; it was read where it stands
        return compounds.called(function, command.name, command.args, context)


_HANDLERS: Final[dict[str, Handler]] = {
    **dict.fromkeys(interpreters.SHELLS, running.shell),
    **dict.fromkeys(text_runners.TEXT_RUNNERS, running.texts),
    **dict.fromkeys(wrappers.CONTAINERS, distant.container),
    **dict.fromkeys(distant.RUNNERS, distant.run),
    **dict.fromkeys(consoles.PROGRAMS, consoles.run),
    "eval": running.evaluated,
    "source": running.sourced,
    ".": running.sourced,
    "crontab": running.scheduled,
    "at": running.scheduled,
    "batch": running.scheduled,
    "systemctl": running.unit,
    "find": arguments.found,
    "gfind": arguments.found,
    "fd": arguments.found,
    "xargs": arguments.given,
    "parallel": arguments.given,
}
