"""Numbers in scripts, which may be written with any digits and as many as a script holds."""

from typing import Final

_LONGEST: Final = 40
"""Characters. No script means a longer number, and Python refuses to read thousands of digits."""


def integer(text: str, base: int = 10) -> int | None:
    """The number that a text is; None when it is none, or longer than any that is meant.

    Args:
        text: perhaps with a sign; `0x` and its kind with base 0.
        base: 2 to 36, or 0 for that of the prefix.
    """
    if len(text) > _LONGEST:
        return None
    try:
        return int(text, base)
    except ValueError:
        return None
