"""Markdown of tables and of quoted text."""

import re
from collections.abc import Sequence

_FENCE = re.compile(r"~{3,}")


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def fenced(text: str, language: str) -> str:
    """Text as it is, between fences longer than any in it."""
    fence = "~" * (1 + max((len(run) for run in _FENCE.findall(text)), default=2))
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}\n"
