"""Backslashes of the shell: what is left of a text once they are read."""

import re
from typing import Final

_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|0?([0-7]{1,3})|c(.)|(.))",
    re.DOTALL,
)
_NAMED: Final = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_MOST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def ansi_c(text: str) -> str:
    r"""A text with the escapes of `$'...'`, `echo -e` and printf's formats: `\x72` is r."""
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(found: re.Match[str]) -> str:
    hexadecimal = found[1] or found[2] or found[3]
    if hexadecimal or found[4]:
        code = int(hexadecimal, 16) if hexadecimal else int(found[4], 8) & 0xFF
        return (
            chr(code) if code <= _MOST and code not in _SURROGATES else "\N{REPLACEMENT CHARACTER}"
        )
    if found[5]:
        return chr(ord(found[5]) & 0x1F)
    return _NAMED.get(found[6], "\\" + found[6])


def _bare(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


def in_double_quotes(text: str) -> str:
    """Between double quotes a backslash is one only before `$`, backquote, quote and itself."""
    return re.sub(r'\\(\n|[$`"\\])', _bare, text) if "\\" in text else text


def in_here_document(text: str) -> str:
    """In a here-document that expands."""
    return re.sub(r"\\(\n|[$`\\])", _bare, text) if "\\" in text else text
