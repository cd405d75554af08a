"""Lines and excerpts of a script, for findings: short, on one line, without secrets."""

from bisect import bisect_right
from typing import Final

from mcp_server.guardrails.script.masking import masked
from mcp_server.guardrails.script.model import Span
from mcp_server.guardrails.texts import shown

_LONGEST: Final = 120
"""Characters of an excerpt."""


class Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        start = text.find("\n")
        while start >= 0:
            self._starts.append(start + 1)
            start = text.find("\n", start + 1)

    def number(self, offset: int) -> int:
        """The line, from 1, of a character offset."""
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        """The column, from 1, of a character offset."""
        return offset - self._starts[self.number(offset) - 1] + 1

    def excerpt(self, span: Span) -> str:
        """What stands there, up to the end of its first line, secrets masked.

        The whole line is masked before it is cut, so that no cut lays a part of a secret bare.
        """
        begin = self._starts[self.number(span.start) - 1]
        end = self._text.find("\n", span.start)
        line = self._text[begin : len(self._text) if end < 0 else end]
        hidden = masked(line)
        if hidden != line:
            return shown(hidden.strip(), _LONGEST)
        last = len(self._text) if end < 0 else end
        return shown(self._text[span.start : min(span.end, last)], _LONGEST)
