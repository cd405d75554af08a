"""Names and descriptions: the characters they may have, and the nearest text that is legal."""

import unicodedata
from typing import Final

from mcp_server.guardrails.request_rules import TOO_LONG
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.limits import DESCRIPTION, Limit

_LINE_BREAKS: Final = frozenset("\t\n\r")
"""Allowed in a description, which is read by people; a name is one line."""


def control_characters(text: str, field: str) -> list[str]:
    """The control characters that this argument may not have, in order of code point."""
    allowed = _LINE_BREAKS if field == DESCRIPTION.field else frozenset()
    return sorted({c for c in text if unicodedata.category(c) == "Cc"} - allowed)


def repaired_text(text: str, limit: Limit) -> str | None:
    """The text without what is illegal, cut at its limit; None when nothing is left of it."""
    bad = set(control_characters(text, limit.field))
    return "".join(c for c in text if c not in bad)[: limit.maximum] or None


def too_long(field: str, size: int, limit: Limit, repair: Repair | None) -> Finding:
    """The finding for what is over its limit."""
    return TOO_LONG.finding(
        field,
        f"{field} has {size} {limit.unit}, and {limit.maximum} is the limit.",
        "Shorten it; the repair cuts it at the limit." if repair else "Shorten it.",
        repair=repair,
    )
