"""Text of PowerShell's tokens: quotes and backticks read."""

import re
from typing import Final

_ESCAPE: Final = re.compile(r"`(\r?\n|.)", re.DOTALL)
# Windows PowerShell 5.1, which the agent runs, has no `e and no `u{...}.
_NAMED: Final = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def unescaped(text: str) -> str:
    """A text with its backticks read."""
    return _ESCAPE.sub(_one, text) if "`" in text else text


def _one(found: re.Match[str]) -> str:
    if found[1] in {"\n", "\r\n"}:
        return ""
    return _NAMED.get(found[1], found[1])


def bare(text: str) -> str:
    """A token outside quotes; parts of it may be quoted."""
    if "'" in text or '"' in text:
        text = re.sub(
            r"'((?:[^']|'')*)'|\"((?:[^\"`]|`.|\"\")*)\"",
            lambda m: m[1] if m[1] is not None else m[2],
            text,
        )
    return unescaped(text)


def verbatim(text: str) -> str:
    """Between single quotes."""
    return text[1:-1].replace("''", "'")


def here(text: str) -> str:
    """A here-string, without its marks."""
    start, end = text.find("\n"), text.rfind("\n")
    return text[start + 1 : max(start + 1, end)] if start >= 0 else ""
