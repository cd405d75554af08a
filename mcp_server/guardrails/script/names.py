"""Sets of names, written as they are read: with spaces between."""


def names(text: str) -> frozenset[str]:
    """The names in a text, such as the programs that a rule looks at."""
    return frozenset(text.split())
