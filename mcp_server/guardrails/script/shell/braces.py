"""Brace expansion: `{a,b}` and `{1..3}`, outside quotes."""

import re
from itertools import pairwise
from typing import Final

OPEN, COMMA, CLOSE = "\ue010", "\ue011", "\ue012"
"""Stand for braces and commas outside quotes, until it is known whether they make a list."""
BRACES: Final = frozenset((OPEN,))
MOST_WORDS: Final = 256
"""Of one; whoever asks sees by one more that there are more."""
_RANGE: Final = re.compile(
    r"(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?|([A-Za-z])\.\.([A-Za-z])"
)
_PLAIN: Final = str.maketrans({OPEN: "{", COMMA: ",", CLOSE: "}"})


def unmarked(text: str) -> str:
    """The text with ordinary braces and commas."""
    return text.translate(_PLAIN) if OPEN in text or COMMA in text or CLOSE in text else text


def expanded_braces(text: str) -> list[str]:
    """The words that one becomes; what is no list stays as it is."""
    waiting, done = [text], list[str]()
    while waiting:
        if len(done) > MOST_WORDS:
            return done
        word = waiting.pop(0)
        choices = _first_list(word)
        if choices is None:
            done.append(word)
        else:
            waiting[:0] = choices
    return done


def _first_list(word: str) -> list[str] | None:
    """The words for each member of the first list; None when there is no list."""
    start = word.find(OPEN)
    while start >= 0:
        end, commas = _extent(word, start)
        if end < 0:
            return None
        body = word[start + 1 : end]
        if commas:
            cuts = [start, *commas, end]
            members = [word[a + 1 : b] for a, b in pairwise(cuts)]
            return [word[:start] + member + word[end + 1 :] for member in members]
        if (numbers := _members(body)) is not None:
            return [word[:start] + number + word[end + 1 :] for number in numbers]
        start = word.find(OPEN, start + 1)
    return None


def _extent(word: str, start: int) -> tuple[int, list[int]]:
    """Where the brace at `start` closes, -1 if nowhere, and the commas of its own level."""
    depth, commas = 0, list[int]()
    for at in range(start, len(word)):
        match word[at]:
            case "\ue010":
                depth += 1
            case "\ue012":
                depth -= 1
                if not depth:
                    return at, commas
            case "\ue011" if depth == 1:
                commas.append(at)
    return -1, []


def _members(body: str) -> list[str] | None:
    found = _RANGE.fullmatch(body)
    if found is None:
        return None
    if found[4]:
        first, last, step = ord(found[4]), ord(found[5]), 1
    else:
        first, last, step = int(found[1]), int(found[2]), abs(int(found[3] or 1)) or 1
    numbers = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
    if len(numbers) > MOST_WORDS:
        return None
    return [chr(n) if found[4] else str(n) for n in numbers]
