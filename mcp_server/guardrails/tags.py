"""Tags: their rules one by one, and one repair that mends them all."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.pairs import EXAMINED, READ, TAG
from mcp_server.guardrails.texts import control_characters, shown, text_of, too_long
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.limits import (
    FORBIDDEN_IN_TAGS,
    RESERVED_TAG_PREFIXES,
    TAG_KEY,
    TAG_VALUE,
    TAGS,
    Limit,
)

_SCHEME: Final = re.compile("|".join(FORBIDDEN_IN_TAGS), re.IGNORECASE | re.ASCII)


def check_tags(tags: object) -> Iterator[Finding]:
    """Findings on the tags as given, each tag by itself and all together."""
    if not isinstance(tags, list):
        return
    repair = {"tags": repaired_tags(tags)}
    if len(tags) > TAGS.maximum:
        yield too_long("tags", len(tags), TAGS, repair)
    for position, tag in enumerate(tags[:EXAMINED]):
        if isinstance(tag, dict):
            yield from _check_tag(tag, f"tags[{position}]", repair)
    keys = Counter(
        text_of(tag["key"]) for tag in tags[:EXAMINED] if isinstance(tag, dict) and "key" in tag
    )
    for key, count in keys.items():
        if count > 1:
            yield rules.DUPLICATE_TAG_KEY.finding(
                "tags",
                f"The key {shown(key)!r} occurs {count} times.",
                "Give each key once; the repair keeps the last.",
                repair=repair,
            )


def _check_tag(tag: Mapping[str, Any], field: str, repair: Repair) -> Iterator[Finding]:
    key, value = text_of(tag.get("key")), text_of(tag.get("value"))
    if tag.get("key") == "":
        yield rules.EMPTY.finding(
            f"{field}.key", f"{field}.key is empty.", "Give the tag a key.", repair=repair
        )
    if prefix := _reserved_prefix(key):
        yield rules.RESERVED_TAG_KEY.finding(
            f"{field}.key",
            f"{field}.key starts with {prefix}, which is reserved.",
            "Choose another key.",
            repair=repair,
        )
    yield from _check_text(f"{field}.key", key, TAG_KEY, repair)
    yield from _check_text(f"{field}.value", value, TAG_VALUE, repair)


def _check_text(field: str, text: str, limit: Limit, repair: Repair) -> Iterator[Finding]:
    if len(text) > limit.maximum:
        yield too_long(field, len(text), limit, repair)
    if bad := control_characters(text[:READ], limit.field):
        yield rules.CONTROL_CHARACTER.finding(
            field,
            f"{field} has the control character U+{ord(bad[0]):04X}.",
            "Take it out.",
            repair=repair,
        )
    if _SCHEME.search(text):
        yield rules.URL_IN_TAG.finding(
            field,
            f"{field} contains http:// or https://.",
            "Write the address without its scheme.",
            repair=repair,
        )


def repaired_tags(tags: object) -> list[dict[str, str]]:
    """The nearest list of tags that the API takes.

    A map becomes a list, `key=value` is read, and so are other spellings of key and value; numbers
    become text, reserved prefixes and URL schemes go, what is too long is cut, of equal keys the
    last stays, and what has no key or is over the count is left out.
    """
    by_key: dict[str, str] = {}
    for given, value in TAG.written(tags):
        key = _legal_key(given)
        if key:
            by_key.pop(key, None)
            by_key[key] = _without_schemes(_clean(value))[: TAG_VALUE.maximum]
    return [{"key": key, "value": value} for key, value in list(by_key.items())[: TAGS.maximum]]


def _clean(text: str) -> str:
    text = text[:READ]
    bad = set(control_characters(text, "tags"))
    return "".join(c for c in text if c not in bad)


def _reserved_prefix(key: str) -> str | None:
    return next((p for p in RESERVED_TAG_PREFIXES if key.lower().startswith(p)), None)


def _legal_key(key: str) -> str:
    """Without schemes and reserved prefixes: taking one out can uncover another."""
    key, before = _clean(key), None
    while key != before:
        before = key
        key = _without_schemes(key).strip()
        key = key[len(_reserved_prefix(key) or "") :].strip()
    return key[: TAG_KEY.maximum]


def _without_schemes(text: str) -> str:
    while _SCHEME.search(text):
        text = _SCHEME.sub("", text)
    return text
