"""A look at a text before it is parsed: how deep its brackets may nest at most."""

import re
from typing import Final

DEEPEST: Final = 100
"""Open brackets and keywords at once. Real scripts stay far below; a parser slows down above."""
_STEPS: Final = re.compile(r"[({]|[)}]|\b(?:if|case|while|until|for|select|fi|esac|done)\b")
_OPENING: Final = frozenset({"(", "{", "if", "case", "while", "until", "for", "select"})
_MOST_DOCUMENTS: Final = 400


def nests_too_deep(text: str) -> bool:
    """Whether more may be open at once than is parsed. Quotes are not read: it errs to yes."""
    depth = 0
    if text.count("<<") > _MOST_DOCUMENTS:
        return True
    for step in _STEPS.finditer(text):
        found = step[0]
        if found in _OPENING:
            depth += 1
            if depth > DEEPEST:
                return True
        elif depth:
            depth -= 1
    return False
