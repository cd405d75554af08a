"""How the script is encoded: from the caller's text to the bytes that are sent."""

import re
from collections.abc import Iterator

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.content import (
    CRLF,
    Base64Form,
    Content,
    has_wrong_bom,
    is_base64_of_text,
    is_utf8,
    normalize,
    read_base64,
    utf16_text,
    without_wrapping,
)
from mcp_server.models.finding import Finding
from mcp_server.models.limits import CONTENT_CEILING
from mcp_server.models.request import ContentEncoding, ScriptType

FIELD = "command_content"
_MOST_READ = 4 * CONTENT_CEILING.maximum
"""Characters. More cannot become a script that is small enough, in whatever form it comes."""
_TEXT_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BASE64_LIKE = re.compile(r"[A-Za-z0-9+/_=-]*\Z")
NORMALIZE = {"normalize_content": True}
"""The repair of everything mechanical, so that the script itself is not sent back."""


def read_content(
    text: str,
    encoding: ContentEncoding,
    script_type: ScriptType | None,
    *,
    mend: bool,
    limit: int,
) -> tuple[Content | None, tuple[Finding, ...]]:
    """Decode a script; `limit` is in bytes after Base64, a type of None is not known.

    The content is None when there are no bytes to speak of; the findings then say why.
    """
    if len(text) > _MOST_READ:
        return None, (_too_large(f"over {_MOST_READ} characters", limit),)
    data: bytes | None
    if encoding == "Base64":
        form = read_base64(text)
        findings = list(_form_findings(form, text, mended=mend))
        data = form.data
    else:
        findings = list(_plain_text_findings(text))
        data = text.encode("utf-8")
    if data is None:
        return None, tuple(findings)
    content = normalize(data, script_type) if mend else Content(data)
    if not content.data:
        empty = rules.EMPTY.finding(FIELD, f"{FIELD} comes to nothing.", "Give the script.")
        return None, (empty,)
    findings += _size_findings(content, limit)
    findings += _byte_findings(content.data)
    if script_type is not None:
        findings += _text_findings(content, script_type)
    if content.normalized:
        changes = ", ".join(content.normalized)
        findings.append(
            rules.NORMALIZED_CONTENT.finding(
                FIELD, f"Before sending, {changes}.", "Nothing to do, if that is what was meant."
            )
        )
    return content, tuple(findings)


def _form_findings(form: Base64Form, text: str, *, mended: bool) -> Iterator[Finding]:
    if form.data is None:
        damaged = _BASE64_LIKE.match(without_wrapping(text)) is not None
        yield rules.NOT_BASE64.finding(
            FIELD,
            "command_content is not Base64, though content_encoding says so.",
            "Encode the script anew: the Base64 is damaged."
            if damaged
            else "Send the script as it stands with content_encoding PlainText.",
            repair=None if damaged else {"content_encoding": "PlainText"},
        )
        return
    if form.url_safe and not mended:
        yield rules.URL_SAFE_BASE64.finding(
            FIELD,
            "command_content uses the URL-safe alphabet (- and _ for + and /).",
            "Encode with the standard alphabet, or let normalize_content translate it.",
            repair=NORMALIZE,
        )
    if form.unpadded and not mended:
        yield rules.UNPADDED_BASE64.finding(
            FIELD,
            "command_content lacks its = padding, or has too much of it.",
            "Pad it to a multiple of four characters, or let normalize_content do it.",
            repair=NORMALIZE,
        )


def _plain_text_findings(text: str) -> Iterator[Finding]:
    if is_base64_of_text(text):
        yield rules.LOOKS_LIKE_BASE64.finding(
            FIELD,
            "command_content was given as plain text, and is Base64 of a readable script.",
            "Say content_encoding Base64. If the Base64 text really is the script, encode it once "
            "more and say Base64 too.",
            repair={"content_encoding": "Base64"},
        )


def _size_findings(content: Content, limit: int) -> Iterator[Finding]:
    if content.encoded_size > limit:
        size = f"{len(content.data)} bytes, {content.encoded_size} after Base64"
        yield _too_large(size, limit)


def _too_large(size: str, limit: int) -> Finding:
    return rules.CONTENT_TOO_LARGE.finding(
        FIELD,
        f"The script has {size}; the limit is {limit} after Base64, which is {limit // 4 * 3} "
        "bytes of script.",
        "Shorten it: let it fetch data files from a place you control, or make several commands "
        "of it.",
    )


def _byte_findings(data: bytes) -> Iterator[Finding]:
    if utf16_text(data) is not None:
        yield rules.UTF16_CONTENT.finding(
            FIELD,
            "The script's bytes are UTF-16.",
            "Encode the text as UTF-8, or let normalize_content do it.",
            repair=NORMALIZE,
        )
    elif b"\0" in data:
        yield rules.NUL_BYTES.finding(
            FIELD,
            f"The script has {data.count(0)} NUL bytes.",
            "Take them out, or let normalize_content do it.",
            repair=NORMALIZE,
            line=data.count(b"\n", 0, data.index(0)) + 1,
        )
    elif not is_utf8(data):
        yield rules.NOT_UTF8.finding(
            FIELD,
            "The script's bytes are not UTF-8.",
            "Convert the script to UTF-8 before it is encoded as Base64.",
        )


def _text_findings(content: Content, script_type: ScriptType) -> Iterator[Finding]:
    data = content.data
    if has_wrong_bom(data, script_type):
        yield rules.BYTE_ORDER_MARK.finding(
            FIELD,
            "The script starts with a byte-order mark.",
            "Save it without one, or let normalize_content take it out.",
            repair=NORMALIZE,
            line=1,
        )
    if (turned := _TEXT_DIRECTION.search(content.text)) is not None:
        yield rules.TEXT_DIRECTION_CONTROL.finding(
            FIELD,
            f"The script has U+{ord(turned[0]):04X}, which turns the direction of text.",
            "Take it out, or write it as an escape that the script itself expands.",
            line=content.text.count("\n", 0, turned.start()) + 1,
        )
    if script_type == "RunShellScript":
        if CRLF in data:
            yield rules.CRLF_IN_SHELL_SCRIPT.finding(
                FIELD,
                f"{data.count(CRLF)} lines end with CR LF.",
                "Save it with LF line ends, or let normalize_content do it.",
                repair=NORMALIZE,
                line=data.count(b"\n", 0, data.index(CRLF)) + 1,
            )
    elif not data.isascii() and is_utf8(data):
        yield from _windows_findings(content.text)


def _windows_findings(text: str) -> Iterator[Finding]:
    text = text.removeprefix("\ufeff")
    lost = [character for character in text if not _is_in_gbk(character)]
    first = lost[0] if lost else next((c for c in text if not c.isascii()), None)
    if first is None:
        return
    line = text.count("\n", 0, text.index(first)) + 1
    if lost:
        yield rules.OUTSIDE_GBK_ON_WINDOWS.finding(
            FIELD,
            f"U+{ord(first):04X} has no place in GBK, the code page of a Chinese Windows, nor in "
            "that of most others.",
            "Write it in ASCII, or as an escape that the script itself expands.",
            line=line,
        )
    yield rules.NON_ASCII_ON_WINDOWS.finding(
        FIELD,
        "The script has characters outside ASCII.",
        "Keep Windows scripts in ASCII, or run them only where the code page has them all.",
        line=line,
    )


def _is_in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
