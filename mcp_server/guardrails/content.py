"""The script's bytes: from what the caller gave to what is sent, unchanged unless asked."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from mcp_server.models.request import ScriptType

BOM: Final = b"\xef\xbb\xbf"
CRLF: Final = b"\r\n"
_STANDARD: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}\Z")
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9_-]*={0,2}\Z")
_BREAKS: Final = re.compile(r"[\r\n]+")
_UTF16_SAMPLE: Final = 4096
"""Bytes. UTF-16 shows itself early; a script is at most 18 KB."""


@dataclass(frozen=True, slots=True)
class Content:
    """A script as it will be sent."""

    data: bytes
    normalized: tuple[str, ...] = ()
    """What was changed because the caller asked for it, in words."""

    @property
    def encoded(self) -> str:
        """Standard Base64 with padding, on one line: what the API gets."""
        return base64.b64encode(self.data).decode("ascii")

    @property
    def encoded_size(self) -> int:
        """Bytes after Base64, which is what the limit counts."""
        return (len(self.data) + 2) // 3 * 4

    @property
    def text(self) -> str:
        """The script for reading; bytes that are not UTF-8 become U+FFFD."""
        return self.data.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Base64Form:
    """What a Base64 text turned out to be."""

    data: bytes | None
    """None when it is no form of Base64."""
    url_safe: bool = False
    unpadded: bool = False


def read_base64(text: str) -> Base64Form:
    """Decode Base64 in whatever form it comes; wrapped lines are part of the standard form."""
    compact = without_wrapping(text)
    url_safe = "-" in compact or "_" in compact
    if not (_URL_SAFE if url_safe else _STANDARD).match(compact):
        return Base64Form(None)
    bare = compact.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    standard = padded.replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(standard, validate=True)
    except binascii.Error:
        return Base64Form(None)
    return Base64Form(data, url_safe=url_safe, unpadded=padded != compact)


def without_wrapping(text: str) -> str:
    """The text without its line breaks, and without the blanks around them."""
    return "".join(line.strip(" \t") for line in _BREAKS.split(text))


def utf16_text(data: bytes) -> str | None:
    """The text, when bytes are UTF-16 with or without a byte-order mark; otherwise None."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16"
    else:
        sample = data[:_UTF16_SAMPLE]
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        more, fewer = max(even, odd), min(even, odd)
        if not sample or more * 4 < len(sample) or fewer * 4 > more:
            return None
        codec = "utf-16-le" if odd > even else "utf-16-be"
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_base64_of_text(text: str) -> bool:
    """Whether a script given as plain text is Base64 of another script.

    Only what decodes to printable text of more than one word counts, so that a script of one
    word (`shutdown` is legal Base64) is not taken for an encoding.
    """
    data = read_base64(text).data
    if not data:
        return False
    inner = utf16_text(data) or (data.decode("utf-8") if is_utf8(data) else "")
    words = inner.split()
    return len(words) > 1 and all(
        character.isprintable() or character.isspace() for character in inner
    )


def normalize(data: bytes, script_type: ScriptType | None) -> Content:
    """Mend what can be mended mechanically, each only where it is wrong.

    UTF-16 and NUL bytes are wrong everywhere, a byte-order mark everywhere but in PowerShell, and
    CR LF in shell scripts only.
    """
    changes: list[str] = []
    if (text := utf16_text(data)) is not None:
        data = text.encode("utf-8", errors="replace").removeprefix(BOM)
        changes.append("UTF-16 became UTF-8")
    if nuls := data.count(b"\0"):
        data = data.replace(b"\0", b"")
        changes.append(f"{nuls} NUL bytes were taken out")
    if script_type is not None and has_wrong_bom(data, script_type):
        data = data.removeprefix(BOM)
        changes.append("the byte-order mark was taken out")
    if script_type == "RunShellScript" and (line_ends := data.count(CRLF)):
        data = data.replace(CRLF, b"\n")
        changes.append(f"{line_ends} line ends became LF")
    return Content(data, tuple(changes))


def has_wrong_bom(data: bytes, script_type: ScriptType) -> bool:
    """Whether the script starts with a byte-order mark that its interpreter trips over."""
    return script_type != "RunPowerShellScript" and data.startswith(BOM)
