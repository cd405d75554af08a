"""What every resource is: pages that a client can read by their addresses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

_LONGEST_PART = 128
"""Characters; no id, code or name is longer."""


class Resource(Protocol):
    """Text that a client can read by its address."""

    @property
    def name(self) -> str:
        """Short and unique."""

    @property
    def uri(self) -> str:
        """Its address."""

    @property
    def template(self) -> str | None:
        """The address of its parts, as a URI template; None when it has none."""

    @property
    def description(self) -> str:
        """For models: what it says."""

    def parts(self) -> Sequence[str]:
        """What may stand for the argument of the template."""

    def read(self, uri: str) -> str | None:
        """The text at an address; None when it is not one of this resource."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. It is made when it is read, so that a start pays for none."""

    name: str
    uri: str
    description: str
    text: Callable[[], str]
    template: None = None

    def parts(self) -> Sequence[str]:
        """None."""
        return ()

    def read(self, uri: str) -> str | None:
        """The page at its own address."""
        return self.text() if uri == self.uri else None


@dataclass(frozen=True, slots=True)
class Pages:
    """A page that lists parts, and a page of each part."""

    name: str
    uri: str
    argument: str
    """Of the template: what a part is told apart by, such as `rule_id`."""
    description: str
    index: Callable[[], str]
    part_names: Callable[[], Sequence[str]]
    part: Callable[[str], str]

    @property
    def template(self) -> str:
        """The address of the parts."""
        return f"{self.uri}/{{{self.argument}}}"

    def parts(self) -> Sequence[str]:
        """The names of all parts."""
        return self.part_names()

    def read(self, uri: str) -> str | None:
        """The list, or one part; letter case does not matter in the name of a part."""
        if uri == self.uri:
            return self.index()
        before, mark, asked = uri.partition(f"{self.uri}/")
        if not mark or before or len(asked) > _LONGEST_PART or not asked.isascii():
            return None
        wanted = asked.lower()
        name = next((name for name in self.part_names() if name.lower() == wanted), None)
        return None if name is None else self.part(name)
