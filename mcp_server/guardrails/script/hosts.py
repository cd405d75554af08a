"""Hosts in addresses."""

from urllib.parse import urlsplit


def host_of(address: str) -> str:
    """The host of an address in lower case; empty when it has none, or none that is known."""
    text = address if "://" in address else f"//{address}"
    try:
        return (urlsplit(text).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_trusted(host: str, trusted: frozenset[str]) -> bool:
    """Whether a host is one of these, or a part of one: never by a mere likeness of text."""
    return bool(host) and any(host == one or host.endswith(f".{one}") for one in trusted)
