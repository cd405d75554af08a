"""A walk over the statements of a script, in the order in which they would run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final

from mcp_server.guardrails.script.model import (
    HOLE,
    Assignment,
    Command,
    Language,
    Obstacle,
    Span,
    Word,
)
from mcp_server.guardrails.script.reading import Place, Reading
from mcp_server.guardrails.script.shell import substitution
from mcp_server.guardrails.script.shell.compounds import COMPOUNDS
from mcp_server.guardrails.script.shell.context import Context
from mcp_server.guardrails.script.shell.environment import Environment
from mcp_server.guardrails.script.shell.expansion import Expander
from mcp_server.guardrails.script.shell.redirections import redirected
from mcp_server.guardrails.script.shell.session import Session
from mcp_server.guardrails.script.shell.shfmt import Node
from mcp_server.guardrails.script.shell.simple import SIMPLE
from mcp_server.guardrails.script.shell.starting import Starter

Lower = Callable[[str, Reading, Place, Session], tuple[Command, ...]]
Kind = Callable[["Walk", Node, Context], list[Command]]

_DEEPEST: Final = 120
"""Statements within statements; the parser was asked for less."""
_KINDS: Final[dict[str, Kind]] = {**SIMPLE, **COMPOUNDS}


class Walk:
    """Lowers one text.

    Args:
        text: as it was parsed; the tree's offsets are bytes of it.
        reading: gets what is found.
        place: where the text stands.
        session: what is known so far; functions, files and variables are put in.
        lower: reads a text within this one.
    """

    def __init__(
        self, text: str, reading: Reading, place: Place, session: Session, lower: Lower
    ) -> None:
        self.lower = lower
        self.reading = reading
        self.place = place
        self.session = session
        self.context = Context(
            wrappers=place.wrappers, conditions=place.conditions, function=place.function
        )
        self.starter = Starter(self)
        self.expander = Expander(
            session.environment,
            self._substitute,
            self.span,
            lambda node: reading.gap(Obstacle.SIZE, self.span(node)),
        )
        self._starts: list[int] | None = None
        if not text.isascii():
            self._starts = [0, *accumulate(len(c.encode("utf-8", "replace")) for c in text)]
        self._depth = 0

    # -- places

    def span(self, node: Node) -> Span:
        """Where a node stands."""
        place = self.place
        if place.carrier is not None:
            return place.carrier
        start, end = node["Pos"]["Offset"], node["End"]["Offset"]
        if self._starts is not None:
            start = bisect_right(self._starts, start) - 1
            end = bisect_right(self._starts, end) - 1
        return Span(place.offset + start, place.offset + end)

    def path(self, text: str) -> str:
        """A path, from the working directory where that is known."""
        directory = self.session.environment.directory
        if text.startswith("/") or not directory:
            return text.removeprefix("./")
        return f"{directory.rstrip('/')}/{text.removeprefix('./')}"

    # -- statements

    def statements(self, nodes: Iterable[Node]) -> tuple[Command, ...]:
        """Statements one after another, at the text's own level."""
        return tuple(self.listed(nodes, self.context))

    def listed(self, nodes: Iterable[Node] | None, context: Context) -> list[Command]:
        """Statements one after another."""
        found: list[Command] = []
        for node in nodes or ():
            if self.reading.is_over:
                self.reading.gap(Obstacle.TIME, self.span(node))
                break
            found += self.statement(node, context)
        return found

    def statement(self, node: Node, context: Context) -> list[Command]:
        """One statement with everything in it; the commands of its own level."""
        if self._depth > _DEEPEST:
            self.reading.gap(Obstacle.DEPTH, self.span(node))
            return []
        self._depth += 1
        outer, self.context = self.context, context
        try:
            if node.get("Background"):
                context = context._replace(background=True)
            if node.get("Redirs"):
                context = redirected(self, node["Redirs"], context)
            command = node.get("Cmd")
            if command is None:  # only redirections: `> file`
                return [self.emit((Word("", self.span(node)),), self.span(node), context)]
            kind = _KINDS.get(command["Type"])
            if kind is None:
                self.reading.gap(Obstacle.SYNTAX, self.span(node))
                return []
            return kind(self, command, context)
        finally:
            self._depth -= 1
            self.context = outer
            if self.session.environment.is_cut:
                self.session.environment.is_cut = False
                self.reading.gap(Obstacle.SIZE, self.span(node))

    def branch(
        self, nodes: Sequence[Node] | None, context: Context
    ) -> tuple[list[Command], Environment]:
        """Statements that may not be reached; what they set is in the environment returned."""
        kept = self.session.environment
        self.enter(kept.copy())
        commands = self.listed(nodes, context)
        after = self.session.environment
        self.enter(kept)
        return commands, after

    def enter(self, environment: Environment) -> None:
        """Go on in another environment."""
        self.session.environment = environment
        self.expander.environment = environment

    def emit(
        self,
        words: tuple[Word, ...],
        span: Span,
        context: Context,
        assignments: tuple[Assignment, ...] = (),
        name: str | None = None,
    ) -> Command:
        """Add a command to what was found."""
        if name is None:
            first = words[0].text if words else ""
            name = "" if HOLE in first else first.rpartition("/")[2]
        command = Command(
            name=name,
            words=words,
            span=span,
            language=Language.SHELL,
            origin=context.origin or self.place.origin,
            assignments=assignments,
            redirects=context.redirects,
            inputs=context.inputs,
            stdin=context.stdin,
            wrappers=context.wrappers,
            conditions=context.conditions,
            function=context.function,
            background=context.background,
            directory=self.session.environment.directory,
        )
        self.reading.commands.append(command)
        return command

    def _substitute(self, node: Node) -> Word:
        return substitution.substituted(self, node)
