"""The labels of a Bat script, and which of them were called."""

from __future__ import annotations

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE

_LABEL: Final = re.compile(r"^[ \t,;=]*:[ \t]*([^\s:+,;=&|<>()]+)[^\n]*\n?", re.MULTILINE)


class Labels:
    """Those of one text; looked for when first needed.

    Args:
        text: the whole of it.
        end: where another language begins; what looks like a label there is one only when the
            script goes to it.
    """

    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._end = end
        self._wanted: set[str] = set()
        self.skipped: list[tuple[int, int]] = []
        """What is never run by cmd."""
        self._positions: dict[str, int] | None = None
        self._entered: set[str] = set()
        self._read: set[str] = set()

    def want(self, label: str) -> None:
        """Remember that something goes to a label, now or never."""
        self._wanted.add(label)

    def position(self, label: str) -> int | None:
        """Where what follows a label begins; of several with one name the first counts."""
        if self._positions is None:
            self._positions = {}
            for found in _LABEL.finditer(self._text):
                self._positions.setdefault(found[1].lower(), found.end())
        return self._positions.get(label)

    def enter(self, label: str) -> int | None:
        """Begin to read a label as called; None when it is being read, or is none."""
        if label in self._entered:
            return None
        at = self.position(label)
        if at is not None:
            self._entered.add(label)
            self._read.add(label)
        return at

    def leave(self, label: str) -> None:
        """Its end was reached."""
        self._entered.discard(label)

    def next_live(self, at: int) -> int:
        """Where to go on after an unconditional `goto` or `exit`.

        What comes before the next label is never run, and is often prose. A label that was read
        as called is not read once more without its arguments.
        """
        start = at
        while (label := _LABEL.search(self._text, at)) is not None:
            name = label[1].lower()
            if name not in self._read and (label.start() < self._end or self._goes_to(name)):
                break
            at = label.end()
        end = len(self._text) if label is None else label.start()
        self.skipped.append((start, end))
        return end

    def _goes_to(self, label: str) -> bool:
        return label in self._wanted or HOLE in "".join(self._wanted)
