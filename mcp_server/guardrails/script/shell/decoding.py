"""Filters whose output can be worked out from what they read: decoders, rev, tr, sed."""

import base64
import binascii
import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from typing import Final, TypeVar

from mcp_server.guardrails.script.model import Command
from mcp_server.guardrails.script.shell.escapes import ansi_c

_LONGEST: Final = 64 * 1024
"""Characters, or bytes unpacked, of an output; more is not worked out."""
_PACKED: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_WIDEST: Final = 255
_SUBSTITUTION: Final = re.compile(r"s([/|,#@:!])((?:(?!\1).)*)\1((?:(?!\1).)*)\1(g?)", re.DOTALL)
_SPECIAL: Final = frozenset("\\.*[]^$&+?(){}|")

_Source = TypeVar("_Source", str, bytes)
Filter = Callable[[Command, str], str | None]


def filtered(command: Command, text: str) -> str | None:
    """What a filter makes of a text; None when that is not worked out."""
    change = FILTERS.get(command.name)
    return None if change is None else change(command, text)


def decoded_base64(text: str) -> str | None:
    """The text that Base64 stands for; None when it is none, or no text."""
    compact = "".join(text.split())
    return _text(_unless_error(base64.b64decode, compact + "=" * (-len(compact) % 4)))


def _base64(command: Command, text: str) -> str | None:
    if not command.has("-d", "-D", "--decode", "-di"):
        return None
    return decoded_base64(text)


def _base32(command: Command, text: str) -> str | None:
    if not command.has("-d", "--decode"):
        return None
    return _text(_unless_error(base64.b32decode, "".join(text.split())))


def _openssl(command: Command, text: str) -> str | None:
    if "-d" not in command.texts or not {"base64", "-base64", "-a"} & set(command.texts):
        return None
    return decoded_base64(text)


def _xxd(command: Command, text: str) -> str | None:
    if not command.has("-r") or not command.has("-p", "-ps", "-plain"):
        return None
    return _text(_unless_error(bytes.fromhex, "".join(text.split())))


def _unpacked(command: Command, text: str) -> str | None:
    """Gunzip and its kind, of what a decoder gave as bytes."""
    if command.name in {"gzip", "bzip2", "xz"} and not command.has("-d", "--decompress"):
        return None
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    return _text(_unless_error(_unpack, data))


def _unpack(data: bytes) -> bytes:
    if data.startswith(b"BZh"):
        return bz2.BZ2Decompressor().decompress(data, _LONGEST)
    if data.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor(memlimit=2**26).decompress(data, _LONGEST)
    return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, _LONGEST)


def _rev(_command: Command, text: str) -> str | None:
    return "\n".join(line[::-1] for line in text.split("\n"))


def _tac(_command: Command, text: str) -> str | None:
    return "\n".join(reversed(text.removesuffix("\n").split("\n"))) + "\n"


def _same(command: Command, text: str) -> str | None:
    return text if command.name == "tee" or not command.operands else None


def _tr(command: Command, text: str) -> str | None:
    sets = [_set(ansi_c(word.text)) for word in command.operands]
    if command.has("-c", "-C") or not sets or not sets[0]:
        return None
    if command.has("-d"):
        return text.translate(dict.fromkeys(map(ord, sets[0])))
    if not sets[1:] or not sets[1]:
        return None
    to = sets[1] + sets[1][-1] * max(0, len(sets[0]) - len(sets[1]))
    return text.translate({ord(a): b for a, b in zip(sets[0], to, strict=False)})


def _set(text: str) -> str:
    """The characters of `a-z`; classes are left as they are."""
    if text.startswith("[") and not text.startswith("[:"):
        text = text.strip("[]")
    return re.sub(r"(.)-(.)", _range, text, flags=re.DOTALL)


def _range(found: re.Match[str]) -> str:
    first, last = ord(found[1]), ord(found[2])
    return "".join(map(chr, range(first, min(last, first + _WIDEST) + 1)))


def _sed(command: Command, text: str) -> str | None:
    """A substitution of plain text: `sed 's/X//g'`."""
    scripts = [word.text for word in command.args if word.text != "-e"]
    if len(scripts) != 1 or (found := _SUBSTITUTION.fullmatch(scripts[0])) is None:
        return None
    if _SPECIAL & set(found[2] + found[3]) or not found[2]:
        return None
    count = -1 if found[4] else 1
    return "\n".join(line.replace(found[2], found[3], count) for line in text.split("\n"))


def _unless_error(decode: Callable[[_Source], bytes], source: _Source) -> bytes | None:
    try:
        return decode(source)
    except (binascii.Error, ValueError, OSError, EOFError, zlib.error, lzma.LZMAError):
        return None


def _text(data: bytes | None) -> str | None:
    if data is None or len(data) > _LONGEST:
        return None
    if data.startswith(_PACKED):
        return data.decode("latin-1")  # for the program that unpacks it
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


FILTERS: Final[dict[str, Filter]] = {
    "base64": _base64,
    "base32": _base32,
    "openssl": _openssl,
    "xxd": _xxd,
    "rev": _rev,
    "tac": _tac,
    "tr": _tr,
    "sed": _sed,
    **dict.fromkeys(("cat", "tee", "sort", "uniq", "pv"), _same),
    **dict.fromkeys(
        ("gunzip", "zcat", "gzcat", "gzip", "bunzip2", "bzcat", "bzip2", "unxz", "xzcat", "xz"),
        _unpacked,
    ),
}
