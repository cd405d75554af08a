"""Goes through a Bat script in the order of running: statement by statement, as cmd reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from mcp_server.guardrails.script.bat.commands import Commands, takes_output
from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.environment import Environment, merged, numbered
from mcp_server.guardrails.script.bat.expansion import Expander
from mcp_server.guardrails.script.bat.labels import Labels
from mcp_server.guardrails.script.bat.loops import Loop
from mcp_server.guardrails.script.bat.outcome import NOTHING, Outcome, together
from mcp_server.guardrails.script.bat.parser import Parser
from mcp_server.guardrails.script.bat.session import DEEPEST, Session
from mcp_server.guardrails.script.bat.syntax import (
    Block,
    Chain,
    For,
    If,
    Label,
    Node,
    Nothing,
    Pipe,
    Sequence,
    Simple,
)
from mcp_server.guardrails.script.bat.text import References, Text, Value
from mcp_server.guardrails.script.bat.words import Wording
from mcp_server.guardrails.script.model import Command, Language, Obstacle, Word
from mcp_server.guardrails.script.reading import Place, Reading

_MOST_ASKED: Final = 32
"""Commands of one condition."""


class Walk:
    """Over one text.

    Args:
        text: all of it.
        reading: what is found is added to it.
        place: where the text stands.
        session: what all texts of the script share.
        environment: the variables of this text.
        end: where another language begins, in a script that is two things at once.
    """

    def __init__(
        self,
        text: str,
        reading: Reading,
        place: Place,
        session: Session,
        environment: Environment,
        end: int | None = None,
    ) -> None:
        self.reading = reading
        self.place = place
        self.session = session
        self.environment = environment
        self.references = References()
        self.expander = Expander(environment, self.references)
        self.wording = Wording(
            self.references, place, lambda span: reading.gap(Obstacle.SIZE, span)
        )
        self.commands = Commands(self)
        self.shown: str | None = ""
        """What all of it prints, where that is known."""
        self._text = text
        self._at = 0
        self.labels = Labels(text, len(text) if end is None else end)
        self._outer = Context(place.wrappers, place.conditions, function=place.function)

    def within(self, text: str, place: Place, environment: Environment) -> Walk:
        """A walk over a text within this one."""
        return Walk(text, self.reading, place, self.session, environment)

    # -- statements

    def run(self) -> tuple[Command, ...]:
        """Everything from the top, in order; returns the commands of the text's own level."""
        found: list[Command] = []
        parser = self._parser()
        while (outcome := self._statement(parser)) is not None:
            found += outcome.commands
            self.shown = together(self.shown, outcome.shown)
            if self._leaving(outcome) is not None:
                self._at = self.labels.next_live(self._at)
        return tuple(found)

    def call(self, label: str, arguments: list[Word], context: Context) -> Outcome:
        """Read what a label that is called does, with its arguments."""
        start = self.labels.enter(label)
        if start is None or self.session.called_left <= 0:
            return NOTHING
        if self.session.nesting >= DEEPEST:
            self.reading.gap(Obstacle.DEPTH, self.place.span(start, len(self._text)))
            return NOTHING
        before = self._at, self._outer, self.environment.arguments, len(self.environment.saved)
        self._at, self._outer = start, context._replace(function=label)
        self.environment.arguments = numbered(arguments)
        self.reading.functions.add(label)
        self.session.nesting += 1
        outcome = self._until_return(label)
        self.session.nesting -= 1
        self._at, self._outer, self.environment.arguments, depth = before
        del self.environment.saved[depth:]
        self.labels.leave(label)
        return outcome

    def _until_return(self, label: str) -> Outcome:
        """Follows `goto`, once to each label."""
        found: list[Command] = []
        shown: str | None = ""
        parser = self._parser()
        seen = {label}
        start = self._at
        while (outcome := self._statement(parser)) is not None:
            found += outcome.commands
            shown = together(shown, outcome.shown)
            target = self._leaving(outcome)
            if target is None:
                continue
            following = self.labels.position(target)
            if following is None or target in seen:
                break
            seen.add(target)
            self.session.called_left -= self._at - start
            self._at = start = following
        self.session.called_left -= self._at - start
        return Outcome(tuple(found), shown)

    def _parser(self) -> Parser:
        return Parser(self._line, max(1, DEEPEST - self.session.nesting))

    def _line(self) -> Text | None:
        start = self._at
        if start >= len(self._text):
            return None
        self._at = self._text.find("\n", start) + 1 or len(self._text)
        return self.expander.line(Text(self._text[start : self._at], range(start, self._at)))

    def _statement(self, parser: Parser) -> Outcome | None:
        """The next statement, walked; None at the end, or when a bound is reached."""
        if self.reading.is_over and self._at < len(self._text):
            self.reading.gap(Obstacle.TIME, self.place.span(self._at, len(self._text)))
            return None
        node = parser.statement()
        if node is None:
            return None
        if parser.fault is not None:
            obstacle, at = parser.fault
            end = self._text.find("\n", at)
            end = len(self._text) if end < 0 else end
            self.reading.gap(obstacle, self.place.span(at, end))
        outcome = self.node(node, self._outer)
        return Outcome(outcome.commands, outcome.shown, leaves=True) if _leaves(node) else outcome

    def _leaving(self, outcome: Outcome) -> str | None:
        """Where an unconditional `goto` goes, empty for one that ends the text; None elsewhere."""
        if not outcome.leaves or not outcome.commands:
            return None
        last = outcome.commands[-1]
        if last.wrappers != self._outer.wrappers or last.function != self._outer.function:
            return None  # of another cmd, or of a label that was called
        if last.name == "goto":
            return "".join(last.texts[:1]).lstrip(":")
        return "" if last.name == "exit" else None

    # -- nodes

    def node(self, node: Node, context: Context) -> Outcome:  # noqa: C901 - one line a kind
        """One part, with everything in it."""
        match node:
            case Simple():
                return self.commands.simple(node, context)
            case Block():
                return self._block(node, context)
            case Sequence():
                return self._all(node.nodes, context)
            case Chain():
                return self._chain(node, context)
            case Pipe():
                return self._pipe(node, context)
            case If():
                return self._if(node, context)
            case For():
                return Loop(self).walk(node, context)
            case Label() | Nothing():
                if isinstance(node, Label) and node.name:
                    self.reading.functions.add(node.name.lower())
                return NOTHING
            case _:
                assert_never(node)

    def deeper(self, node: Node, context: Context) -> Outcome:
        """A part that is within another one."""
        self.session.nesting += 1
        outcome = self.node(node, context)
        self.session.nesting -= 1
        return outcome

    def _all(self, nodes: tuple[Node, ...], context: Context) -> Outcome:
        found: list[Command] = []
        shown: str | None = ""
        for node in nodes:
            if self.reading.is_over:
                break
            outcome = self.node(node, context)
            found += outcome.commands
            shown = together(shown, outcome.shown)
        return Outcome(tuple(found), shown)

    def _block(self, node: Block, context: Context) -> Outcome:
        redirects = self.commands.redirects(node.redirections)
        outcome = self.deeper(Sequence(node.nodes), context.into(redirects))
        if redirects and outcome.commands:
            self.commands.keep(redirects, outcome)
            if takes_output(redirects):
                return replace(outcome, shown="")
        return outcome

    def _chain(self, node: Chain, context: Context) -> Outcome:
        found: list[Command] = []
        shown: str | None = ""
        last: tuple[Command, ...] = ()
        inner = context
        for operator, link in node.links:
            if operator == "&&":
                inner = inner.under(last, negated=False)
            elif operator == "||":
                inner = context.under(tuple(found[-_MOST_ASKED:]), negated=True)
            before = self.environment.variables
            self.environment.variables = dict(before)
            outcome = self.node(link, inner)
            if operator:
                self.environment.variables = merged([before, self.environment.variables])
            last = outcome.commands
            found += last
            shown = shown if operator == "||" else together(shown, outcome.shown)
        return Outcome(tuple(found), shown)

    def _pipe(self, node: Pipe, context: Context) -> Outcome:
        inner, outcome = context, NOTHING
        found: list[Command] = []
        for part in node.nodes:
            outcome = self.node(part, inner)
            found += outcome.commands
            inner = context.fed(outcome.commands, self.commands.output(outcome))
        return Outcome(tuple(found), outcome.shown)

    def _if(self, node: If, context: Context) -> Outcome:
        found: list[Command] = []
        inner = context
        before = self.environment.variables
        ends: list[dict[str, Value]] = []
        for branch in node.branches:
            condition = (self._condition(branch.condition, context),)
            self.environment.variables = dict(before)
            taken = inner.under(condition, negated=branch.is_negated)
            found += self.deeper(branch.body, taken).commands
            ends.append(self.environment.variables)
            inner = inner.under(condition, negated=not branch.is_negated)
        self.environment.variables = dict(before)
        if node.otherwise is not None:
            found += self.deeper(node.otherwise, inner).commands
        self.environment.variables = merged([*ends, self.environment.variables])
        return Outcome(tuple(found), None)

    def _condition(self, parts: tuple[Text, ...], context: Context) -> Command:
        """What is asked, as a command named `if`; it is in conditions only."""
        words = tuple(self.wording.word(self.commands.late(part)) for part in parts)
        name = Word("if", words[0].span)
        return Command("if", (name, *words), name.span, Language.BAT, wrappers=context.wrappers)


def _leaves(node: Node) -> bool:
    """Whether its last command is reached whenever the statement is."""
    return isinstance(node.nodes[-1] if isinstance(node, Sequence) else node, Simple)
