"""From a PowerShell script to commands: parsed by tree-sitter-pwsh, walked in order."""

from functools import cache
from typing import Final

import tree_sitter_pwsh
from tree_sitter import Language, Parser, Tree

from mcp_server.guardrails.script.model import Command, Obstacle
from mcp_server.guardrails.script.powershell.walk import Walk
from mcp_server.guardrails.script.reading import Place, Reading

_DEEPEST: Final = 150
"""Open brackets at once; real scripts stay far below."""
_TYPOGRAPHIC: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | dict.fromkeys("\u2013\u2014\u2015", "-")
)
"""PowerShell takes typographic quotes and dashes for the plain ones."""


@cache
def _language() -> Language:
    return Language(tree_sitter_pwsh.language())


def parse(source: bytes) -> Tree:
    """The syntax tree; of a broken text too, with ERROR nodes in it."""
    return Parser(_language()).parse(source)


def lower(text: str, reading: Reading, place: Place) -> tuple[Command, ...]:
    """Add everything that the text would start to `reading`; return its own level's commands."""
    text = text.translate(_TYPOGRAPHIC)
    if nests_too_deep(text):
        reading.gap(Obstacle.DEPTH, place.span(0, len(text)))
        return ()
    return Walk(text, reading, place, parse).statements()


def nests_too_deep(text: str) -> bool:
    """Whether more may be open at once than is walked. Quotes are not read: it errs to yes."""
    depth = 0
    for char in text:
        if char in "({[":
            depth += 1
            if depth > _DEEPEST:
                return True
        elif char in ")}]" and depth:
            depth -= 1
    return False
