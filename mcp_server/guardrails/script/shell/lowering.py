"""From a shell script to commands: parsed by shfmt, then walked in the order of running."""

import re
from typing import Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Foreign, Obstacle, Word
from mcp_server.guardrails.script.reading import Place, Reading
from mcp_server.guardrails.script.shell import bash_tree, shfmt
from mcp_server.guardrails.script.shell.nesting_limit import nests_too_deep
from mcp_server.guardrails.script.shell.session import Session
from mcp_server.guardrails.script.shell.walk import Walk

_MOST_RETRIES: Final = 3
"""Of parsing what comes before a place that is not understood."""
_DIALECTS: Final = {"mksh": "mksh", "pdksh": "mksh", "ksh": "mksh"}


def lower(text: str, reading: Reading, place: Place) -> tuple[Command, ...]:
    """Add everything that the text would start to `reading`; return its own level's commands."""
    if not place.depth:
        named = _interpreter(text, reading)
        if named.language and named.language != "shell":
            whole = Word(text, place.span(0, len(text)))
            reading.add_foreign(Foreign(named.language, whole, whole=True), place)
            reading.gap(Obstacle.LANGUAGE, place.span(0, _end_of_line(text)))
            return ()
        reading.dialect = named.program
        reading.options |= named.options
    return lower_in(text, reading, place, Session())


def lower_in(text: str, reading: Reading, place: Place, session: Session) -> tuple[Command, ...]:
    """Lower a text with what is known already: variables, functions, files written before."""
    if nests_too_deep(text):
        reading.gap(Obstacle.DEPTH, place.span(0, len(text)))
        return ()
    has_parser = reading.parser.path is not None
    parsed = None
    if not has_parser or (place.depth and bash_tree.is_certain(text)):
        parsed = bash_tree.parse(text)
    if parsed is not None:
        return _converted(parsed, Walk(text, reading, place, session, lower_in))
    if not has_parser:
        reading.gap(Obstacle.PARSER, place.span(0, len(text)))
        return ()
    tree, readable = _parsed(text, reading, place)
    return Walk(readable, reading, place, session, lower_in).statements(tree.get("Stmts") or ())


def _parsed(text: str, reading: Reading, place: Place) -> tuple[shfmt.Node, str]:
    """The tree of a text, or of the whole lines before what is not understood in it."""
    dialect = _DIALECTS.get(reading.dialect, "bash")
    rest = text
    for _ in range(_MOST_RETRIES):
        tree = reading.tree(rest, dialect)
        if not isinstance(tree, shfmt.Unparsed):
            return tree, rest
        end = min(tree.offset or 0, len(text))
        if rest is text or tree.offset is None:
            reading.gap(tree.obstacle, place.span(end, len(text)))
        rest = rest[: rest.rfind("\n", 0, end) + 1]
        if not rest.strip():
            break
    return {}, ""


def _converted(parsed: bash_tree.Parsed, walk: Walk) -> tuple[Command, ...]:
    for start, end in parsed.gaps:
        node = {"Pos": {"Offset": start}, "End": {"Offset": max(end, start + 1)}}
        walk.reading.gap(Obstacle.SYNTAX, walk.span(node))
    return walk.statements(parsed.statements)


def _interpreter(text: str, reading: Reading) -> interpreters.Interpreter:
    """What the launcher or the shebang names."""
    if reading.launcher:
        return interpreters.of_command_line(reading.launcher)
    if text.startswith("#!"):
        return interpreters.of_command_line(text[2 : _end_of_line(text)])
    return interpreters.Interpreter()


def _end_of_line(text: str) -> int:
    return re.search(r"\n|\Z", text).start()  # type: ignore[union-attr]  # the end always matches
