"""Markdown of tables, blocks and code within a line; no text in one of them ends it."""

import re
from collections.abc import Sequence
from typing import Final

_SHORTEST_FENCE: Final = 3


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table, with a line feed at its end."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def fenced(text: str, language: str = "", *, mark: str = "`") -> str:
    """Text as it is, between two fences that are longer than any in it; no line feed at the end.

    Args:
        text: any.
        language: for readers that colour it.
        mark: of the fences, a backquote or `~`.
    """
    fence = mark * max(_SHORTEST_FENCE, _longest_run(text, mark) + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


def code(text: str) -> str:
    """A text of one line as code within a line."""
    longest = _longest_run(text, "`")
    if not longest:
        return f"`{text}`"
    mark = "`" * (longest + 1)
    return f"{mark} {text} {mark}"


def _longest_run(text: str, mark: str) -> int:
    return max(map(len, re.findall(f"{mark}+", text)), default=0)
