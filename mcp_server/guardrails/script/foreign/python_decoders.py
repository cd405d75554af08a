"""Python's functions that make a text readable, applied to constants."""

import base64
import binascii
import codecs
import zlib
from collections.abc import Callable
from typing import Final

_LONGEST: Final = 64 * 1024
"""Bytes that are decoded; what unpacks to more is cut there."""
Decoder = Callable[[bytes], bytes]


def _base64(data: bytes) -> bytes:
    return base64.b64decode(data + b"=" * (-len(data) % 4))


def _unpacked(data: bytes, bits: int) -> bytes:
    return zlib.decompressobj(bits).decompress(data, _LONGEST)


_DECODERS: Final[dict[str, Decoder]] = {
    "base64.b64decode": _base64,
    "base64.standard_b64decode": _base64,
    "base64.decodebytes": _base64,
    "base64.decodestring": _base64,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": base64.b16decode,
    "base64.b85decode": base64.b85decode,
    "base64.a85decode": base64.a85decode,
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_hex": binascii.unhexlify,
    "binascii.a2b_base64": binascii.a2b_base64,
    "bytes.fromhex": binascii.unhexlify,
    "bytearray.fromhex": binascii.unhexlify,
    "zlib.decompress": lambda data: _unpacked(data, zlib.MAX_WBITS),
    "gzip.decompress": lambda data: _unpacked(data, 16 + zlib.MAX_WBITS),
}
_CODECS: Final[dict[str, Decoder]] = {
    "rot13": lambda data: codecs.encode(data.decode("latin-1"), "rot13").encode("latin-1"),
    "hex": binascii.unhexlify,
    "base64": _base64,
    "zlib": lambda data: _unpacked(data, zlib.MAX_WBITS),
}


def decoder(name: str, codec: str) -> Decoder | None:
    """The decoder that a function is, with what it is told; None when it is none."""
    if name != "codecs.decode":
        return _DECODERS.get(name)
    return _CODECS.get(codec.replace("_", "").replace("-", "").removesuffix("codec"))


def decoded(decode: Decoder, value: object) -> bytes | None:
    """A constant decoded; None when it is none, or malformed."""
    if not isinstance(value, str | bytes):
        return None
    try:
        return decode(value if isinstance(value, bytes) else value.encode("latin-1"))[:_LONGEST]
    except (ValueError, zlib.error):
        return None


DECODING: Final = frozenset({*_DECODERS, "codecs.decode", "marshal.loads", "lzma.decompress"})
"""Functions whose result could not be read in the code."""
