"""What is left of a known value after `${x:0:2}`, `${x#y}`, `${x^^}` and their kind."""

import fnmatch
import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Word
from mcp_server.guardrails.script.shell.shfmt import Node

_LONGEST: Final = 1024
"""Characters of a value that a pattern is taken off; the work is quadratic."""
Change = Callable[[str, str, str], str]
"""Of a value, an operator and its operand."""


def sliced(piece: Node, value: Word) -> Word:
    """The part of a value that `${x:offset:length}` names."""
    start, length = _number(piece.get("Offset")), _number(piece.get("Length"))
    if not value.is_literal or start is None or (piece.get("Length") and length is None):
        return Word(HOLE, taints=value.taints)
    text = value.text[start:]
    if length is not None:
        text = text[:length]
    return Word(text, taints=value.taints)


def _number(node: Node | None) -> int | None:
    if node is None:
        return None
    if node.get("Type") == "UnaryArithm" and node.get("Op") == "-":
        inner = _number(node.get("X"))
        return None if inner is None else -inner
    parts = node.get("Parts") or [{}]
    text = str(parts[0].get("Value", "")).strip()
    return int(text) if len(parts) == 1 and re.fullmatch(r"-?\d{1,6}", text) else None


def _stripped(text: str, operator: str, pattern: str) -> str:
    matches = re.compile(fnmatch.translate(pattern)).match
    lengths = range(len(text) + 1) if len(operator) == 1 else range(len(text), -1, -1)
    for length in lengths if len(text) <= _LONGEST else ():
        piece = text[:length] if operator[0] == "#" else text[len(text) - length :]
        if matches(piece):
            return text[length:] if operator[0] == "#" else text[: len(text) - length]
    return text


CHANGES: Final[dict[str, Change]] = {
    **dict.fromkeys(("#", "##", "%", "%%"), _stripped),
    "^^": lambda text, _operator, _pattern: text.upper(),
    ",,": lambda text, _operator, _pattern: text.lower(),
    "^": lambda text, _operator, _pattern: text[:1].upper() + text[1:],
    ",": lambda text, _operator, _pattern: text[:1].lower() + text[1:],
}
