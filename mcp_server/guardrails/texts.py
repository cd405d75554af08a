"""Texts of callers: how they are shown, what they may have in them, the nearest that is legal."""

import math
import unicodedata
from typing import Final

from mcp_server.guardrails.request_rules import TOO_LONG
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.limits import (
    CLIENT_TOKEN,
    DESCRIPTION,
    NAME,
    NEXT_TOKEN,
    PREVIEW_TOKEN,
    Limit,
)

_LINE_BREAKS: Final = frozenset("\t\n\r")
"""Allowed in a description, which is read by people; a name is one line."""
_CUTTABLE: Final = frozenset({NAME.field, DESCRIPTION.field})
"""What says the same when it is shorter: a shorter path or id is another one."""
_WITHOUT_TOKEN: Final = {
    CLIENT_TOKEN.field: "Leave it out: a new one is made for each call.",
    NEXT_TOKEN.field: "Leave it out to begin again, or pass on the one of the answer before.",
    PREVIEW_TOKEN.field: "Leave it out, or pass on the one that preview_command answered.",
}
"""What to do with a token that is wrong: one that is cut or mended is another token."""
_BITS: Final = 64
"""Bits of a number that anyone writes."""
ECHO_LIMIT: Final = 256
"""Characters. A longer value is not sent back in a repair: the caller has it already."""


def control_characters(text: str, field: str) -> list[str]:
    """The control characters that this argument may not have, in order of code point."""
    allowed = _LINE_BREAKS if field == DESCRIPTION.field else frozenset()
    return sorted({c for c in text if unicodedata.category(c) == "Cc"} - allowed)


def text_repair(text: str, limit: Limit) -> Repair | None:
    """The argument without what is illegal, cut at its limit where that keeps its meaning.

    A token is left out.
    """
    if limit.field in _WITHOUT_TOKEN:
        return {limit.field: None}
    bad = set(control_characters(text, limit.field))
    kept = "".join(c for c in text if c not in bad)
    size = len(kept.encode()) if limit.unit == "bytes" else len(kept)
    if size > limit.maximum and limit.field not in _CUTTABLE:
        return None
    if not kept and limit.field == NAME.field:
        return None
    return {limit.field: kept[: limit.maximum] or None}


def shown(text: str, limit: int = 64) -> str:
    """A caller's text for showing: one line, printable, no longer than it takes to know it."""
    start = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:limit])
    return start if len(text) <= limit else f"{start}…"


def scalar_text(value: object) -> str | None:
    """A number or truth value as JSON writes it; None for anything else."""
    match value:
        case bool():
            return str(value).lower()
        case int() if value.bit_length() <= _BITS:
            return str(value)
        case float() if math.isfinite(value):
            return str(value)
        case _:
            return None


def text_of(value: object) -> str:
    """A text as it is, a number or truth value as JSON writes it, nothing for anything else."""
    return value if isinstance(value, str) else scalar_text(value) or ""


def too_long(field: str, size: int, limit: Limit, repair: Repair | None) -> Finding:
    """The finding for what is over its limit."""
    return TOO_LONG.finding(
        field,
        f"{field} has {size} {limit.unit}, and {limit.maximum} is the limit.",
        _way_out(limit, repair),
        repair=repair,
    )


def _way_out(limit: Limit, repair: Repair | None) -> str:
    if repair is None:
        return "Shorten it."
    if repair.get(limit.field, "") is None:
        return _WITHOUT_TOKEN.get(limit.field, "Leave it out.")
    return "Shorten it; the repair cuts it at the limit."
