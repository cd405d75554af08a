"""What expressions of PowerShell stand for, as far as they are constant."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcp_server.guardrails.script.model import HOLE, Taint, Word


@dataclass(frozen=True, slots=True)
class Value:
    """One value, several, or a table."""

    words: tuple[Word, ...]
    is_array: bool = False
    type_name: str = ""
    """Of an object, without `System.`; empty for text, and when unknown."""
    table: dict[str, Value] = field(default_factory=dict)
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
