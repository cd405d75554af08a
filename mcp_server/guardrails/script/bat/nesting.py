"""Texts within a Bat script that are run: by another cmd, by PowerShell, by a Unix shell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.outcome import NOTHING, Outcome
from mcp_server.guardrails.script.bat.text import Text
from mcp_server.guardrails.script.model import (
    HOLE,
    Command,
    Foreign,
    Language,
    Origin,
    Span,
    Taint,
    Word,
)
from mcp_server.guardrails.script.reading import Place

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_KEEPING: Final = frozenset({Origin.REMOTE, Origin.LATER, Origin.DECODED, Origin.FILE})
"""Origins that a text within such a text keeps."""
_EMPTY: Final = f'{HOLE} \t\n"'


class Nesting:
    """Reads the texts within one text."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def substituted(self, text: Text, context: Context) -> Outcome:
        """The command of `for /f`, which another cmd runs."""
        inner = context._replace(redirects=(), inputs=(), stdin=None)
        return self._cmd(text, self._place(text, Origin.DIRECT, inner))

    def line(
        self, text: Text, origin: Origin, context: Context, *, is_delayed: bool | None = None
    ) -> tuple[Command, ...]:
        """A stretch of the text being read that cmd runs."""
        if not text.chars.strip(_EMPTY):
            return ()
        text = self._walk.expander.unexpanded(text)
        place = self._place(text, origin, context)
        return self._cmd(text, place, is_delayed=is_delayed).commands

    def word(
        self, word: Word, language: Language, origin: Origin, context: Context
    ) -> tuple[Command, ...]:
        """A word whose text is run, in whatever language."""
        found: list[Command] = []
        for value in word.values:
            if not value.strip(_EMPTY):
                continue
            place = self._place_of(word, value, origin, context)
            if language is Language.BAT:
                found += self._cmd(Text(value, range(len(value))), place).commands
            else:
                found += self._walk.reading.read(value, language, place)
        return tuple(found)

    def foreign(
        self, language: str, code: Word, command: Command, origin: Origin, context: Context
    ) -> None:
        """Code in a language that is not parsed into commands."""
        place = self._place_of(code, code.text, origin, context)
        self._walk.reading.add_foreign(Foreign(language, code, command=command), place)

    def _cmd(self, text: Text, place: Place, *, is_delayed: bool | None = None) -> Outcome:
        walk = self._walk
        if not walk.reading.admits(text.chars, place):
            return NOTHING
        environment = walk.environment.child(
            is_delayed=is_delayed, is_command_line=place.origin is not Origin.FILE
        )
        inner = walk.within(text.chars, place, environment)
        commands = inner.run()
        return Outcome(commands, inner.shown)

    # -- places

    def _place(self, text: Text, origin: Origin, context: Context) -> Place:
        outer = self._walk.place
        base = self._base(origin, context)
        if outer.carrier is not None:
            return replace(base, carrier=outer.carrier)
        if text.is_verbatim:
            return replace(base, offset=outer.offset + text.offsets[0])
        return replace(base, carrier=self._walk.wording.span(text))

    def _place_of(self, word: Word, value: str, origin: Origin, context: Context) -> Place:
        """Where the text of a word stands: itself, when it is in the script as it is."""
        if Taint.DECODED in word.taints:
            origin = Origin.DECODED
        base = self._base(origin, context)
        if self._walk.place.carrier is not None:
            return replace(base, carrier=self._walk.place.carrier)
        whole, span = self._walk.reading.text, word.span
        for start in (span.start, span.start + 1):
            if whole.startswith(value, start) and span.end:
                return replace(base, offset=start)
        return replace(base, carrier=span if span.end else Span(0, len(whole)))

    def _base(self, origin: Origin, context: Context) -> Place:
        outer = self._walk.place.origin
        keeps = origin is Origin.DIRECT or (outer in _KEEPING and origin is Origin.STRING)
        return Place(
            origin=outer if keeps else origin,
            depth=self._walk.place.depth + 1,
            wrappers=context.wrappers,
            conditions=context.conditions,
            function=context.function,
        )
