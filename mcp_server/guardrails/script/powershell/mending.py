"""What the grammar does not take at once: written so that it does, and read once more."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from mcp_server.guardrails.script.powershell.walk import Walk

_MOST_NODES: Final = 20_000
_MOST_PLACES: Final = 50
"""A text with more is in another language."""
_GLUED: Final = re.compile(
    r"(?<![\w.\]])((?:iex|invoke-expression|powershell|icm|echo|write-host|return|throw|exit)\b)"
    r"(?=[(\"'$@{])|(\bfunction\s+[\w:-]+)(?=\{)",
    re.IGNORECASE,
)
_PARAMETERS: Final = re.compile(r"(\bparam\s*\([^()]*\))", re.IGNORECASE)
_DASH: Final = re.compile(r"(?<=\s)(--?)(?=\s|$)")
_QUOTED: Final = (
    (_DASH, r"'\1'"),
    (re.compile(r"(?<=\s)(--?[\w-]+[=:])\"([^\"\n]*)\""), r'"\1\2"'),
    (re.compile(r"(?<=\s)(--?[\w-]+[=:])'([^'\n]*)'"), r"'\1\2'"),
    (re.compile(r"(?<=\s)([^\s\"'`$;|,(){}]+\$)(?=[\s;|,)]|$)"), r"'\1'"),
)
"""Arguments that PowerShell takes bare."""
_VALUED: Final = re.compile(r"(?<=\s)(--?[\w-]+=[^\s\"'`$;|(){}]+)")


class Mender:
    """Mends for a walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def mend(self, root: Node) -> None:
        """Look at each place that was not understood once more, by itself."""
        walk = self._walk
        places: set[tuple[int, int]] = set()
        waiting, seen = [root], 0
        while waiting and seen < _MOST_NODES:
            seen += 1
            node = waiting.pop()
            if node.type == "ERROR" and [c.type for c in node.children] == ["variable"]:
                continue  # `$a$b/c` in one argument, which is valid
            if node.is_missing:  # something was never closed
                walk.reading.gap(Obstacle.SYNTAX, walk.span(node.parent or node))
            elif node.type == "ERROR":
                places.add(self._lines(node))
            elif node.has_error:
                waiting += node.children
        for start, end in sorted(places)[:_MOST_PLACES]:
            self._reread(start, end, walk.bytes_text(start, end))
        if waiting or len(places) > _MOST_PLACES:
            walk.reading.gap(Obstacle.SYNTAX, walk.place.span(0, len(walk.text)))

    def unglue(self, node: Node) -> None:
        """Read once more what was taken for one expression: `program -` and the next line.

        A dash alone is an argument; no argument of a command is a subtraction.
        """
        start, end = self._lines(node)
        piece = self._walk.bytes_text(start, end)
        plain = _DASH.sub(r"'\1'", piece)
        if plain != piece:
            self._reread(start, end, plain)

    def _lines(self, node: Node) -> tuple[int, int]:
        """The offsets of the whole lines that a node stands on."""
        text = self._walk.bytes
        start, end = text.rfind(b"\n", 0, node.start_byte) + 1, text.find(b"\n", node.end_byte)
        return start, len(text) if end < 0 else end

    def _reread(self, start: int, end: int, piece: str) -> None:
        walk = self._walk
        span = walk.stretch(start, end)
        for candidate in dict.fromkeys(_candidates(piece)):
            if not walk.parse(candidate.encode("utf-8", "replace")).root_node.has_error:
                walk.again(candidate, dataclasses.replace(walk.place, carrier=span))
                return
        walk.reading.gap(Obstacle.SYNTAX, span)


def _candidates(piece: str) -> Iterator[str]:
    """Ways to write it that mean the same, the closest first."""
    yield piece
    spaced = _GLUED.sub(lambda m: (m[1] or m[2]) + " ", piece)
    yield spaced
    quoted = spaced
    for form, known in _QUOTED:
        quoted = form.sub(known, quoted)
    yield quoted
    yield _VALUED.sub(r"'\1'", quoted)
    # The grammar wants lines where PowerShell itself does not.
    yield _PARAMETERS.sub(r"\1\n", spaced).replace("{", "{\n").replace("}", "\n}\n")
