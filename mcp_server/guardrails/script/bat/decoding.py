"""Files that the script wrote encoded, and decodes with `certutil`."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.bat.text import Text
from mcp_server.guardrails.script.model import Command, Taint, Word

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_BASE64: Final = ("-decode", "/decode")
_HEX: Final = ("-decodehex", "/decodehex")
_FRAME: Final = "-----"


def decode(command: Command, _rest: Text, walk: Walk) -> None:
    """What `certutil -decode from to` writes, where what it reads is known and is text."""
    paths = [word.text for word in command.args if word.text[:1] not in {"-", "/"}]
    if len(paths) < 2 or not command.has(*_BASE64, *_HEX):  # noqa: PLR2004 - from and to
        return
    source = walk.session.file(paths[0])
    text = None if source is None else _text(source.text, is_hex=command.has(*_HEX))
    if source is None or text is None:
        walk.session.forget(paths[1])
        return
    taints = source.taints | {Taint.DECODED}
    walk.session.write(paths[1], Word(text, command.span, taints), appends=False)


def _text(encoded: str, *, is_hex: bool) -> str | None:
    lines = [line for line in encoded.split("\n") if not line.startswith(_FRAME)]
    plain = "".join("".join(lines).split())
    try:
        data = bytes.fromhex(plain) if is_hex else base64.b64decode(plain, validate=True)
        text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig")
    except (binascii.Error, ValueError):
        return None
    return text.replace("\r\n", "\n").replace("\0", " ")
