"""Lists of pairs, tags and sample parameters: all the ways in which callers write them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from mcp_server.guardrails.texts import text_of
from mcp_server.models.limits import SAMPLES, TAG_VALUE, TAGS

EXAMINED: Final = 2 * max(TAGS.maximum, SAMPLES.maximum)
"""Pairs of a list that are looked at one by one: what is over the count is refused anyway."""
MOST_MEMBERS: Final = 8
"""Members of one object that are looked at: it has two, and may have them under other names."""
READ: Final = 4 * TAG_VALUE.maximum
"""Characters of a name or value that a repair looks at."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One object of such a list, by the names of its two members."""

    noun: str
    name: str
    spellings: Mapping[str, str]
    """What callers call the members, in lower case without underscores, and what that means."""

    @property
    def only(self) -> str:
        """What an object of the list has."""
        return f"A {self.noun} has a {self.name} and a value only."

    @property
    def wanted(self) -> str:
        """The type of such an object, in words."""
        return f"an object with {self.name} and value"

    def meant(self, member: str) -> str | None:
        """The member that another name stands for."""
        return self.spellings.get(member.lower().replace("_", ""))

    def written(self, given: object) -> Iterator[tuple[str, str]]:
        """Every pair that can be read in what a caller gave.

        A map is read as a list, `name=value` as a pair, numbers and truth values as text.
        """
        if isinstance(given, Mapping) and self._member(given, self.name) is None:
            for name, value in islice(given.items(), EXAMINED):
                yield text_of(name), text_of(value)
            return
        if isinstance(given, str):
            given = given[: EXAMINED * READ].split(",")
        for one in given[:EXAMINED] if isinstance(given, list) else [given]:
            if isinstance(one, Mapping):
                yield text_of(self._member(one, self.name)), text_of(self._member(one, "value"))
            elif isinstance(one, str) and "=" in one:
                name, _, value = one.partition("=")
                yield name.strip(), value.strip()

    def _member(self, one: Mapping[str, Any], name: str) -> object:
        if name in one:
            return one[name]
        members = islice(one.items(), MOST_MEMBERS)
        return next((value for given, value in members if self.meant(given) == name), None)


TAG: Final = Pair(
    "tag", "key", {"key": "key", "tagkey": "key", "value": "value", "tagvalue": "value"}
)
SAMPLE: Final = Pair(
    "sample",
    "name",
    {
        "name": "name",
        "key": "name",
        "parameter": "name",
        "parametername": "name",
        "value": "value",
        "parametervalue": "value",
    },
)
