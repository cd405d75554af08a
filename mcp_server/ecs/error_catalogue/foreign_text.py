"""Text that the endpoint sent: bounded, without control characters, and never the script."""

import unicodedata
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote, quote_plus, unquote_plus

_LONGEST: Final = 300
_TELLING: Final = 12
"""Characters in a row that text and script must share for the text to count as repeating it."""


def clean(text: str, longest: int = _LONGEST) -> str:
    """One printable line of at most `longest` characters.

    Control and format characters, which could hide or reorder text, become spaces.
    """
    # Cut first: the endpoint decides how long its text is.
    printable = "".join(
        character if unicodedata.category(character)[0] in "LMNPS" else " "
        for character in text[: 4 * longest]
    )
    line = " ".join(printable.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def repeats(text: str, withheld: Sequence[str]) -> bool:
    """Whether a text shows a part of something that must not be shown, in any common spelling."""
    spellings = [_squeezed(text), _squeezed(unquote_plus(text))]
    return any(
        _shares_a_run(spelling, _squeezed(secret))
        for value in withheld
        for secret in _spellings(value)
        for spelling in spellings
    )


def _spellings(value: str) -> Iterator[str]:
    yield value
    yield quote(value)
    yield quote_plus(value)
    try:
        plain = b64decode(value, validate=True).decode("utf-8", "replace")
    except ValueError:
        return
    yield plain
    yield quote(plain)
    yield quote_plus(plain)


def _squeezed(text: str) -> str:
    """Without white space and case, which an endpoint may change when it quotes."""
    return "".join(text.split()).casefold()


def _shares_a_run(text: str, secret: str) -> bool:
    length = min(_TELLING, len(secret))
    if not length:
        return False
    return any(text[at : at + length] in secret for at in range(len(text) - length + 1))
