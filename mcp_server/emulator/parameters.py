"""The parameters of one call, read from the query string and a form body."""

import hashlib
import json
import re
from typing import Final
from urllib.parse import parse_qsl

from mcp_server.emulator.errors import invalid, missing

_TAG: Final = re.compile(r"Tag\.([0-9]{1,9})\.(Key|Value|key|value)", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_INTEGER: Final = re.compile(r"-?[0-9]{1,64}", re.ASCII)


class Parameters:
    """Named texts with readers for the kinds the API knows; an empty text counts as absent."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    @classmethod
    def parse(cls, query: bytes, form: bytes = b"") -> "Parameters":
        """Read a query string and an urlencoded body; the body wins."""
        pairs = [
            *parse_qsl(query.decode("latin-1"), keep_blank_values=True),
            *parse_qsl(form.decode("latin-1"), keep_blank_values=True),
        ]
        return cls(dict(pairs))

    def text(self, name: str) -> str | None:
        """The value, or None when absent."""
        return self._values.get(name) or None

    def required(self, name: str) -> str:
        """The value.

        Raises:
            ApiError: Missing{name}.
        """
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def integer(self, name: str) -> int | None:
        """The value as a whole number, or None when absent.

        Raises:
            ApiError: Invalid{name}.
        """
        value = self.text(name)
        if value is None:
            return None
        if not _INTEGER.fullmatch(value):
            raise invalid(name)
        return int(value)

    def boolean(self, name: str) -> bool | None:
        """The value as a truth value in any case, or None when absent.

        Raises:
            ApiError: Invalid{name}.
        """
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in {"true", "false"}:
            raise invalid(name)
        return value.lower() == "true"

    def texts(self, name: str) -> list[str]:
        """The values of `name.1`, `name.2` and so on, in the order of their numbers."""
        found = {
            int(number): value
            for key, value in self._values.items()
            if (number := key.removeprefix(f"{name}.")) != key and _NUMBER.fullmatch(number)
        }
        return [value for _, value in sorted(found.items()) if value]

    def tags(self) -> list[tuple[int, str | None, str | None]]:
        """The tags as (N, key, value) in the order of N; a part that was not sent is None."""
        parts: dict[int, dict[str, str]] = {}
        for name, value in self._values.items():
            if match := _TAG.fullmatch(name):
                parts.setdefault(int(match[1]), {})[match[2].lower()] = value
        return [(n, tag.get("key"), tag.get("value")) for n, tag in sorted(parts.items())]

    def digest(self) -> str:
        """A hash over all parameters, to tell whether two calls ask for the same."""
        return hashlib.sha256(json.dumps(self._values, sort_keys=True).encode()).hexdigest()
