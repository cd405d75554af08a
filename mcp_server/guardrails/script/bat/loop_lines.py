"""How `for /f` takes lines apart: its options, and the variables of each line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.bat.text import Value
from mcp_server.guardrails.script.model import Taint

_OPTION: Final = re.compile(
    r"usebackq|tokens\s*=\s*(?P<tokens>[\d,*-]+)|skip\s*=\s*(?P<skip>\d+)|eol=(?P<eol>.)",
    re.IGNORECASE,
)
_DELIMS: Final = re.compile(
    r"delims=(.*?)(?:\s(?=(?:usebackq|tokens|skip|eol))|\Z)", re.IGNORECASE | re.DOTALL
)
MOST_LINES: Final = 64
_MOST_TOKENS: Final = 26
_REST: Final = 0
"""The position that stands for the rest of a line."""


@dataclass(frozen=True, slots=True)
class Options:
    """Of `for /f`."""

    tokens: tuple[int, ...] = (1,)
    """Positions; 0 is the rest of the line."""
    delims: str = " \t"
    skip: int = 0
    eol: str = ";"
    uses_backquotes: bool = False


def read_options(text: str) -> Options:
    """What stands between `/f` and the variable."""
    plain = text.strip().strip('"')
    tokens: tuple[int, ...] = (1,)
    skip, eol = 0, ";"
    delims = _DELIMS.search(plain)
    for found in _OPTION.finditer(plain):
        if found["tokens"]:
            tokens = _positions(found["tokens"])
        if found["skip"]:
            skip = int(found["skip"][:4])
        if found["eol"]:
            eol = found["eol"]
    return Options(
        tokens, " \t" if delims is None else delims[1], skip, eol, "usebackq" in plain.lower()
    )


def _positions(spec: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in spec.replace("*", ",*").split(","):
        first, dash, last = part.partition("-")
        if part == "*":
            found.append(0)
        elif dash and first.isdecimal() and last.isdecimal():
            found += range(int(first[:3]), min(int(last[:3]), int(first[:3]) + _MOST_TOKENS) + 1)
        elif first.isdecimal():
            found.append(int(first[:3]))
    return tuple(found[:_MOST_TOKENS]) or (1,)


def letters_from(first: str, count: int) -> list[str]:
    """The variables that take the tokens of a line, in the order of the alphabet."""
    return [chr(ord(first) + step) for step in range(count)]


def rows_of(
    lines: str, options: Options, variable: str, taints: frozenset[Taint]
) -> list[dict[str, Value]]:
    """The variables of each line that is not skipped."""
    rows: list[dict[str, Value]] = []
    for line in lines.split("\n")[options.skip :]:
        if not line.strip() or line.startswith(options.eol) or len(rows) >= MOST_LINES:
            continue
        texts = _tokens(line, options)
        if not texts[0]:
            continue
        letters = letters_from(variable, len(texts))
        rows.append(
            {letter: Value(text, taints) for letter, text in zip(letters, texts, strict=True)}
        )
    return rows


def _tokens(line: str, options: Options) -> list[str]:
    if not options.delims:
        return [line if position < 2 else "" for position in options.tokens]  # noqa: PLR2004
    spans = [m.span() for m in re.finditer(f"[^{re.escape(options.delims)}]+", line)]
    texts: list[str] = []
    last = 0
    for position in options.tokens:
        if position == 0:
            texts.append(line[spans[last][0] :] if last < len(spans) else "")
        else:
            texts.append(line[slice(*spans[position - 1])] if position <= len(spans) else "")
            last = position
    return texts
