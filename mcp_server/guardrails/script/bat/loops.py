"""What the variables of `for` loops are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import sources
from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.environment import merged
from mcp_server.guardrails.script.bat.loop_lines import (
    MOST_LINES,
    Options,
    letters_from,
    read_options,
    rows_of,
)
from mcp_server.guardrails.script.bat.outcome import NOTHING, Outcome
from mcp_server.guardrails.script.bat.syntax import (
    Block,
    Chain,
    For,
    If,
    Node,
    Pipe,
    Sequence,
    Simple,
)
from mcp_server.guardrails.script.bat.text import Text, Value
from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import HOLE, Command, Obstacle

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_BOUNDS: Final = 3
"""Numbers of `for /l`: start, step, end."""
_ITEM: Final = re.compile(r'(?:[^\s",;=]|"[^"]*(?:"|\Z))+')
_ASSIGNING: Final = re.compile(r"[\s,;=@]*(?:call\s+)?(?:set\b|:)", re.IGNORECASE)
_DEEPEST_LOOK: Final = 12
_Row = dict[str, Value]
"""The variables of one turn."""


class Loop:
    """Reads one loop."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def walk(self, node: For, context: Context) -> Outcome:
        """Its body, once for all values, or turn by turn where it collects them."""
        source = self._source(node, context)
        rows = self._rows(node, source)
        environment, session = self._walk.environment, self._walk.session
        turns = [_all_at_once(rows)]
        if 1 < len(rows) <= session.turns_left and _collects(node.body):
            session.turns_left -= len(rows)
            turns = rows
        found: list[Command] = list(source.commands)
        loops, before = environment.loops, dict(environment.variables)
        for turn in turns:
            if self._walk.reading.is_over:
                break
            environment.loops = {**loops, **turn}
            found += self._walk.deeper(node.body, context).commands
        environment.loops = loops
        if len(turns) == 1:
            environment.variables = merged([before, environment.variables])
        return Outcome(tuple(found), None)

    def _source(self, node: For, context: Context) -> Outcome:
        """The command whose lines `for /f` reads, run."""
        mark = "`" if self._options(node).uses_backquotes else "'"
        items = _inner(self._walk.commands.late(node.items), mark)
        if node.kind != "/f" or items is None:
            return NOTHING
        return self._walk.commands.nesting.substituted(items, context)

    def _rows(self, node: For, source: Outcome) -> list[_Row]:
        items = self._walk.commands.late(node.items)
        if node.kind == "/f":
            return self._lines(node, items, source)
        taints = self._walk.wording.word(items).taints
        values = _counted(items.chars) if node.kind == "/l" else self._listed(node, items)
        if node.kind != "/l" and len(values) > MOST_LINES:  # of a count only the first matter
            reading = self._walk.reading
            reading.gap(Obstacle.SIZE, self._walk.wording.word(items).span)
        made = [Value(value, taints) for value in values[:MOST_LINES]] or [Value(HOLE, taints)]
        return [{node.variable: value} for value in made]

    def _listed(self, node: For, items: Text) -> list[str]:
        values = [found[0] for found in _ITEM.finditer(items.chars)]
        root = self._walk.commands.late(node.options).chars.strip('"').rstrip("\\")
        if node.kind != "/r" or not root:
            return values
        return [value if value == "." else f"{root}\\{value}" for value in values]

    def _options(self, node: For) -> Options:
        return read_options(self._walk.commands.late(node.options).chars)

    def _lines(self, node: For, items: Text, source: Outcome) -> list[_Row]:
        options = self._options(node)
        read = self._walk.wording.word(items.stripped(" \t\n"))
        taints = read.taints
        lines: str | None
        if source.commands:
            output = self._walk.commands.output(source)
            lines, taints = source.shown, taints | output.taints
        elif (text := _inner(items, "'" if options.uses_backquotes else '"')) is not None:
            lines = text.chars
        else:
            file = self._walk.session.file(read.text)
            lines = file.text if file is not None else None
            taints |= file.taints if file is not None else sources.file_taints(read)
        rows = rows_of(lines, options, node.variable, taints) if lines else []
        letters = letters_from(node.variable, len(options.tokens))
        return rows or [dict.fromkeys(letters, Value(HOLE, taints))]


def _inner(items: Text, mark: str) -> Text | None:
    """What stands between these quotes, when they are around all of it."""
    text = items.stripped(" \t\n")
    if text.chars[:1] != mark:
        return None
    return text.cut(1, len(text) - 1) if text.chars[-1:] == mark else text.cut(1)


def _all_at_once(rows: list[_Row]) -> _Row:
    """All turns at once: each variable with every value."""
    if len(rows) == 1:
        return rows[0]
    made: _Row = {}
    for letter, first in rows[0].items():
        values = tuple(dict.fromkeys(row[letter].text for row in rows if letter in row))
        made[letter] = Value(values[0] or HOLE, first.taints, values if len(values) > 1 else ())
    return made


def _collects(node: Node, depth: int = _DEEPEST_LOOK) -> bool:
    """Whether a body sets variables or calls labels, so that its turns differ."""
    if depth == 0:
        return False
    inner: tuple[Node, ...]
    match node:
        case Simple():
            return _ASSIGNING.match(node.text.chars) is not None
        case Block() | Sequence() | Pipe():
            inner = node.nodes
        case Chain():
            inner = tuple(link for _, link in node.links)
        case If():
            inner = tuple(branch.body for branch in node.branches)
            inner += (node.otherwise,) if node.otherwise is not None else ()
        case For():
            inner = (node.body,)
        case _:
            return False
    return any(_collects(one, depth - 1) for one in inner)


def _counted(items: str) -> list[str]:
    """The numbers of `for /l`; none when they are not known, or many."""
    found = [integer(item) for item in _ITEM.findall(items)[:_BOUNDS]]
    bounds = [number for number in found if number is not None]
    if len(bounds) < _BOUNDS:
        return []
    start, step, end = bounds
    numbers = range(start, end + (1 if step > 0 else -1), step) if step else range(0)
    return [str(number) for number in numbers] if len(numbers) <= MOST_LINES else []
