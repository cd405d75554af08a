"""From the text of a simple command to a command, and to what that starts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import sources
from mcp_server.guardrails.script.bat import built_ins, programs
from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.nesting import Nesting
from mcp_server.guardrails.script.bat.outcome import NOTHING, Outcome, together
from mcp_server.guardrails.script.bat.syntax import Redirection, Simple
from mcp_server.guardrails.script.bat.text import Text
from mcp_server.guardrails.script.bat.words import name_of, split
from mcp_server.guardrails.script.model import (
    Command,
    Language,
    Obstacle,
    Redirect,
    Span,
    Taint,
    Word,
)

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_MOST_PROGRAMS: Final = 16
"""Values of a loop that are each taken for the program of a command."""
_MOST_WRAPPERS: Final = 12


class Commands:
    """Makes the commands of one walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.nesting = Nesting(walk)

    def late(self, text: Text) -> Text:
        """After the expansions that come after parsing."""
        expander = self._walk.expander
        return expander.delayed(expander.loops(text))

    def redirects(self, redirections: tuple[Redirection, ...]) -> tuple[Redirect, ...]:
        """Those of a command or a block."""
        return tuple(
            Redirect(one.operator, self._walk.wording.word(self.late(one.target)), one.descriptor)
            for one in redirections
        )

    def simple(self, node: Simple, context: Context) -> Outcome:
        """A command as it stands in the script, with its redirections."""
        redirects = self.redirects(node.redirections)
        outcome = self.run(self.late(node.text), context.into(redirects))
        if redirects and outcome.commands:
            self.keep(redirects, outcome)
            if takes_output(redirects):
                return replace(outcome, shown="")
        return outcome

    def run(self, text: Text, context: Context) -> Outcome:
        """A command from its text, all expansions done."""
        program, rest = split(text)
        if not program.chars:
            return NOTHING
        first = self._walk.wording.word(program)
        if not first.alternatives:
            return self._named(first, rest, context)
        if len(first.values) > _MOST_PROGRAMS:
            self._walk.reading.gap(Obstacle.SIZE, first.span)
        outcome = NOTHING
        for value in first.values[:_MOST_PROGRAMS]:
            made = self._named(replace(first, text=value, alternatives=()), rest, context)
            shown = together(outcome.shown, made.shown)
            outcome = Outcome((*outcome.commands, *made.commands), shown)
        return outcome

    def _named(self, program: Word, rest: Text, context: Context) -> Outcome:
        if " " in program.text and not program.quoted:
            program, rest = _resplit(program, rest)
        name = name_of(program)
        words = (program, *self._walk.wording.arguments(name, rest))
        orders = programs.orders(name, words, self._walk.session)
        if orders is not None:
            context = context.fed(context.inputs, orders)
        command = self._add(name, words, rest, context)
        shown = built_ins.apply(command, rest, self._walk)
        if len(context.wrappers) > _MOST_WRAPPERS:
            self._walk.reading.gap(Obstacle.DEPTH, command.span)
            return Outcome((command,), shown)
        started = programs.start(command, rest, context, self._walk)
        return Outcome((command, *started), shown)

    def _add(self, name: str, words: tuple[Word, ...], rest: Text, context: Context) -> Command:
        span = words[0].span
        if rest.chars.strip():
            end = self._walk.wording.span(rest.stripped()).end
            span = Span(span.start, max(span.end, end))
        command = Command(
            name,
            words,
            span,
            Language.BAT,
            self._walk.place.origin,
            redirects=context.redirects,
            inputs=context.inputs,
            stdin=self._stdin(context),
            wrappers=context.wrappers,
            conditions=context.conditions,
            function=context.function,
            background=context.background,
            directory=self._walk.session.directory,
        )
        self._walk.reading.commands.append(command)
        if name in {"goto", "call"} and len(words) > 1:
            self._walk.labels.want(words[1].text.lstrip(":").lower())
        return command

    def _stdin(self, context: Context) -> Word | None:
        for redirect in context.redirects:
            if redirect.operator == "<" and redirect.descriptor in {None, 0}:
                text = self._walk.session.file(redirect.target.text)
                taints = sources.file_taints(redirect.target)
                return text or Word("", redirect.target.span, taints)
        return context.stdin

    def output(self, outcome: Outcome) -> Word:
        """What a part prints, as the input of what reads it."""
        taints = frozenset[Taint]().union(*map(sources.output_taints, outcome.commands))
        place = self._walk.place
        span = outcome.commands[-1].span if outcome.commands else place.span(0, 0)
        return Word(outcome.shown or "", span, taints)

    def keep(self, redirects: tuple[Redirect, ...], outcome: Outcome) -> None:
        """Note what is written to files."""
        session = self._walk.session
        for redirect in redirects:
            if redirect.operator not in {">", ">>"} or redirect.descriptor not in {None, 1}:
                continue
            if outcome.shown is None:
                session.forget(redirect.target.text)
            else:
                appends = redirect.operator == ">>"
                session.write(redirect.target.text, self.output(outcome), appends=appends)


def takes_output(redirects: tuple[Redirect, ...]) -> bool:
    """Whether what is printed goes to a file."""
    return any(r.operator in {">", ">>"} and r.descriptor in {None, 1} for r in redirects)


def _resplit(program: Word, rest: Text) -> tuple[Word, Text]:
    """A loop's value that is a whole command: `for %%i in ("del x") do %%~i`."""
    head, _, tail = program.text.partition(" ")
    offset = rest.offsets[0] - 1 if rest.chars else 0
    made = Text(f" {tail}{rest.chars}", [*[offset] * (len(tail) + 1), *rest.offsets])
    return replace(program, text=head), made
