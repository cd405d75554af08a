"""How the filters of the listing actions compare."""

import re
from collections.abc import Collection, Iterable

from mcp_server.emulator.limits import Tag


def is_like(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says, in which each `*` stands for any text."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, text, re.DOTALL) is not None


def has_tags(tags: Collection[Tag], wanted: Iterable[tuple[int, str | None, str | None]]) -> bool:
    """Whether all of the wanted tags, as Parameters gives them, are there."""
    return all(_has_tag(tags, key or "", value or "") for _, key, value in wanted)


def _has_tag(tags: Collection[Tag], key: str, value: str) -> bool:
    # A tag without a value asks for the key alone.
    return any(key == has_key and value in {"", has_value} for has_key, has_value in tags)
