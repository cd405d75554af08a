"""What expressions of PowerShell stand for, as far as they are constant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Taint, Word

_MOST_VALUES: Final = 64
"""That a variable may have after branches; of more nothing is known."""


@dataclass(slots=True)
class Value:
    """One value, several, or a table."""

    words: Final[tuple[Word, ...]]
    is_array: Final[bool] = False
    type_name: Final[str] = ""
    """Of an object, without `System.`; empty for text, and when unknown."""
    table: Final[dict[str, Value]] = field(default_factory=dict)
    """Of a hash table, keys in lower case."""

    @property
    def word(self) -> Word:
        """As one word; an array's elements with blanks between."""
        if len(self.words) == 1:
            return self.words[0]
        text = " ".join(word.text for word in self.words)
        return Word(text, taints=self.taints)

    @property
    def text(self) -> str:
        """As one text."""
        return self.word.text

    @property
    def taints(self) -> frozenset[Taint]:
        """Of all of it."""
        if len(self.words) == 1:
            return self.words[0].taints
        return frozenset[Taint]().union(*(word.taints for word in self.words))

    @property
    def is_literal(self) -> bool:
        """Whether it is wholly known."""
        return all(word.is_literal for word in self.words)


def unknown(taints: frozenset[Taint] = frozenset(), type_name: str = "") -> Value:
    """Something that is known only when the script runs."""
    return Value((Word(HOLE, taints=taints),), type_name=type_name)


def text(value: str, taints: frozenset[Taint] = frozenset()) -> Value:
    """A text."""
    return Value((Word(value, taints=taints),))


def array(values: list[Value]) -> Value:
    """Several values as one array."""
    return Value(tuple(word for value in values for word in value.words), is_array=True)


def either(before: Value | None, after: Value) -> Value:
    """One of two values, unset when there is none before: unknown, but each is one to judge."""
    taints = after.taints if before is None else before.taints | after.taints
    type_name = after.type_name if before is None or before.type_name == after.type_name else ""
    given = [value for value in (before, after) if value is not None]
    texts = [text for value in given for text in _texts(value)]
    values = tuple(dict.fromkeys(texts))
    if not any(values) or values == (HOLE,) or len(values) > _MOST_VALUES:
        values = ()
    return Value((Word(HOLE, taints=taints, alternatives=values),), type_name=type_name)


def _texts(value: Value) -> tuple[str, ...]:
    is_text = not (value.is_array or value.type_name or value.table)
    return value.word.values if is_text else (HOLE,)
