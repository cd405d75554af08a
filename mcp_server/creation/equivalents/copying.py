"""Which scripts survive a copy and paste, and the line that ends a here-document."""

import unicodedata
from typing import Final

_NAMES: Final = {"\t": "a tab", "\r": "a carriage return"}
_MOST_MARKS: Final = 30
"""Combining marks in a row. More are broken up by Go's normaliser, which Terraform applies."""


def changed_by_copying(text: str) -> str | None:
    """What in the text may be lost on the way from a screen to a program; None for nothing.

    A terminal shows tabs as blanks, drops blanks at the ends of lines and line ends of other
    systems, a shell may take a tab for a question, and what cannot be seen is written out when
    it is shown. Base64 is exact in all these places, so that is what such a script is shown in.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if not line.isprintable():
            bad = next(character for character in line if not character.isprintable())
            return f"line {number} has {_NAMES.get(bad, f'U+{ord(bad):04X}')}"
        if line.endswith(" "):
            return f"line {number} ends in a blank"
    if not is_composed(text):
        return "it has characters in decomposed form"
    return None


def is_composed(text: str) -> bool:
    """Whether the text is its own normal form (NFC), as Terraform's language makes it."""
    if text.isascii():
        return True
    if not unicodedata.is_normalized("NFC", text):
        return False
    marks = 0
    for character in unicodedata.normalize("NFD", text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            return False
    return True


def here_document(text: str) -> tuple[str, str]:
    """The word that ends a here-document with this text, and the lines between.

    HCL also takes an indented word for the end, so no line may have it alone. Where the text
    does not end its last line, the here-document does.
    """
    lines = {line.strip() for line in text.split("\n")}
    word, number = "SCRIPT", 1
    while word in lines:
        number += 1
        word = f"SCRIPT_{number}"
    return word, text if text.endswith("\n") else f"{text}\n"
