"""Characters that do something else than show themselves, made harmless for people to read."""

import json


def visible(text: str) -> str:
    """The text with what cannot be seen written out, such as `<U+202E>`; tab and line feed stay.

    Control, format and direction characters could hide a part of a script from the person who
    reviews it, show it in another order than it runs, or drive the terminal.
    """
    if text.isprintable():
        return text
    return "".join(c if c in "\t\n" or c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


def escaped(json_text: str) -> str:
    """JSON in which every such character is an escape: one line, the same value."""
    if json_text.isprintable():
        return json_text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in json_text)
