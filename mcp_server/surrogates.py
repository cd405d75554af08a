"""Lone surrogates: JSON lets them in, UTF-8 does not let them out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

LONE = re.compile("[\ud800-\udfff]")
"""A surrogate in a Python string is always a lone one."""


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON object in which every string, keys included, can be encoded as UTF-8."""
    return rewrite(fields, clean_text)


def clean_text(text: str) -> str:
    """Return `text` with every lone surrogate replaced by U+FFFD."""
    return text if _is_utf8(text) else LONE.sub("\N{REPLACEMENT CHARACTER}", text)


def rewrite(fields: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return a JSON object with `change` applied to every string in it, keys included."""
    return {change(key): _rewrite_value(value, change) for key, value in fields.items()}


def _rewrite_value(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return rewrite(value, change)
    if isinstance(value, list | tuple):
        return [_rewrite_value(item, change) for item in value]
    return value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
