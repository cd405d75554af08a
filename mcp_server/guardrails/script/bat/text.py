"""Stretches of a script that know where each of their characters comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.model import PARAMETER, Taint

_NO_TAINTS: Final = frozenset[Taint]()


@dataclass(slots=True)
class Value:
    """What a variable holds, a loop's, an argument, or the environment's."""

    text: Final[str]
    taints: Final[frozenset[Taint]] = _NO_TAINTS
    alternatives: Final[tuple[str, ...]] = ()
    """Every value that it takes, when that is several known ones."""
    may_be_empty: Final[bool] = False

    @property
    def values(self) -> tuple[str, ...]:
        """Each value, at least one."""
        return self.alternatives or (self.text,)


@dataclass(slots=True)
class Reference:
    """A place where a variable stood: `%name%`, `!name!`, `%%i`."""

    end: Final[int]
    value: Final[Value]
    name: Final[str] = ""
    """Of the variable, where its value was not known."""


@dataclass(frozen=True, slots=True)
class Unset:
    """A variable that was not known when its line was read."""

    name: str
    change: str
    """What comes after the colon: `~0,3`, `a=b`."""
    written: str
    """All of it, as it stands in the script."""


@dataclass(slots=True)
class Text:
    """Characters after expansion, each with its offset in the text that is being read."""

    chars: str = ""
    offsets: Sequence[int] = ()
    is_expanded: bool = False
    """Whether anything in it may come from a variable."""

    def __len__(self) -> int:
        return len(self.chars)

    def cut(self, start: int, end: int | None = None) -> Text:
        """A stretch of it."""
        return Text(self.chars[start:end], self.offsets[start:end], self.is_expanded)

    def stripped(self, characters: str = " \t") -> Text:
        """Without these characters at both ends."""
        rest = self.chars.lstrip(characters)
        start = len(self.chars) - len(rest)
        return self.cut(start, start + len(rest.rstrip(characters)))

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is filled in, by a variable or by the caller."""
        return not self.is_expanded and PARAMETER not in self.chars

    @property
    def is_verbatim(self) -> bool:
        """Whether it stands in the text being read exactly so."""
        offsets = self.offsets
        return bool(offsets) and (
            isinstance(offsets, range)
            or list(offsets) == list(range(offsets[0], offsets[0] + len(offsets)))
        )


def joined(pieces: Iterable[Text]) -> Text:
    """One text of several; cheap for the common case of a single one."""
    parts = [piece for piece in pieces if piece.chars]
    if not parts:
        return Text()
    if len(parts) == 1:
        return parts[0]
    offsets: list[int] = []
    for part in parts:
        offsets.extend(part.offsets)
    return Text(
        "".join(part.chars for part in parts), offsets, any(part.is_expanded for part in parts)
    )


def placed(chars: str, offset: int) -> Text:
    """Characters that all come from one place."""
    return Text(chars, (offset,) * len(chars), is_expanded=True)


@dataclass(slots=True)
class References:
    """Where variables stood in the text being read, by the offset of their first character."""

    found: dict[int, Reference] = field(default_factory=dict)
    unset: dict[int, Unset] = field(default_factory=dict)

    def note(self, start: int, end: int, value: Value, name: str = "") -> None:
        """Remember one; at a place with one already, what is known of both holds."""
        before = self.found.get(start)
        if before is not None:
            value = Value(
                value.text,
                value.taints | before.value.taints,
                value.alternatives,
                value.may_be_empty,
            )
            end = max(end, before.end)
        self.found[start] = Reference(end, value, name)

    def within(self, text: Text) -> list[tuple[int, Reference]]:
        """Those that a stretch of the text has characters of."""
        if not text.is_expanded or not self.found:
            return []
        return [(o, self.found[o]) for o in dict.fromkeys(text.offsets) if o in self.found]

    def unset_within(self, text: Text) -> list[tuple[int, Unset]]:
        """Variables in a stretch of the text that were not known."""
        if not text.is_expanded or not self.unset:
            return []
        return [(o, self.unset[o]) for o in dict.fromkeys(text.offsets) if o in self.unset]

    def span(self, text: Text) -> tuple[int, int]:
        """From where to where it stands in the text being read."""
        if not text.chars:
            return 0, 0
        first, last = text.offsets[0], text.offsets[-1]
        reference = self.found.get(last) if text.is_expanded else None
        return first, reference.end if reference else last + 1
