"""The variables of a Bat script, as far as they are known while it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.bat.text import Value
from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import HOLE, PARAMETER, Taint, Word
from mcp_server.guardrails.script.windows_environment import known_variable

ALL: Final = -1
"""The number that all arguments together have."""
UNKNOWN: Final = Value(HOLE, may_be_empty=True)
_LONGEST: Final = 8192
"""Characters of a variable's value, as in cmd."""
_MOST_ALTERNATIVES: Final = 64
"""That a variable may have after branches; of more nothing is known."""
_SUBSTRING: Final = re.compile(r"~\s*([+-]?\d+)?\s*(?:,\s*([+-]?\d+)?)?\s*\Z")
_FOLDED: Final = {
    "pathext": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
    "cmdextversion": "2",
    "commonprogramfiles": r"C:\Program Files\Common Files",
    "psmodulepath": r"C:\Program Files\WindowsPowerShell\Modules;"
    r"C:\Windows\system32\WindowsPowerShell\v1.0\Modules",
}


@dataclass(slots=True)
class Environment:
    """Variables by lower-case name, arguments by number, loop variables by letter."""

    variables: dict[str, Value] = field(default_factory=dict)
    arguments: dict[int, Value] | None = None
    """Of a label that is called; None where they are not known."""
    loops: dict[str, Value] = field(default_factory=dict)
    is_delayed: bool = False
    """Whether `!name!` is expanded."""
    is_command_line: bool = False
    """Whether the text was given to `cmd /c`, where `%%` is not one `%`."""
    saved: list[tuple[dict[str, Value], bool]] = field(default_factory=list)

    def child(
        self, *, is_delayed: bool | None = None, is_command_line: bool = False
    ) -> Environment:
        """For another interpreter that is started: what it sets does not come back."""
        return Environment(
            dict(self.variables),
            None,
            {},
            self.is_delayed if is_delayed is None else is_delayed,
            is_command_line,
        )

    def lookup(self, name: str) -> Value:
        """The value of a variable."""
        key = name.lower()
        known = self.variables.get(key)
        if known is not None:
            return known
        text = known_variable(key)
        if text is None:
            text = _FOLDED.get(key)
        if text is not None:
            return Value(text)
        if PARAMETER in name:
            return Value(PARAMETER, frozenset({Taint.PARAMETER}), may_be_empty=True)
        return UNKNOWN

    def assign(self, name: str, value: Value) -> None:
        """Set a variable, or forget it when the value is empty."""
        self.variables[name.lower()] = value if len(value.text) <= _LONGEST else UNKNOWN

    def argument(self, number: int) -> Value:
        """A positional argument."""
        if self.arguments is None:
            return UNKNOWN
        return self.arguments.get(number, Value(""))

    def save(self) -> None:
        """As `setlocal` does."""
        if len(self.saved) < 32:  # noqa: PLR2004 - as many as cmd allows
            self.saved.append((dict(self.variables), self.is_delayed))

    def restore(self) -> None:
        """As `endlocal` does."""
        if self.saved:
            self.variables, self.is_delayed = self.saved.pop()


def merged(ends: list[dict[str, Value]]) -> dict[str, Value]:
    """Variables after parts of which one has run: each has the value of one of them.

    One that only some of them set has that value; it is what matters when it is used.
    """
    result = dict(ends[0])
    for variables in ends[1:]:
        for name, value in variables.items():
            old = result.get(name)
            if old is not value:
                result[name] = value if old is None else either(old, value)
    return result


def numbered(words: list[Word]) -> dict[int, Value]:
    """The arguments of a label that is called, by number; all of them by -1."""
    spelled = [f'"{word.text}"' if word.quoted else word.text for word in words]
    values = {
        number: Value(text, word.taints, word.alternatives, word.may_be_empty)
        for number, (text, word) in enumerate(zip(spelled, words, strict=True), 1)
    }
    taints = frozenset[Taint]().union(*(word.taints for word in words))
    return values | {ALL: Value(" ".join(spelled), taints)}


def either(first: Value, second: Value) -> Value:
    """One of two values."""
    values = tuple(dict.fromkeys((*first.values, *second.values)))
    known = tuple(value for value in values if value)
    if not known:
        return second
    if len(known) > _MOST_ALTERNATIVES:
        return Value(HOLE, first.taints | second.taints)
    return Value(
        known[0],
        first.taints | second.taints,
        known if len(known) > 1 else (),
        first.may_be_empty or second.may_be_empty or len(known) < len(values),
    )


def changed(value: Value, change: str) -> Value:
    """The value after `:~0,3` or `:search=replacement`, without the colon."""
    results = tuple(dict.fromkeys(_changed(text, change) for text in value.values))
    several = results if len(results) > 1 else ()
    return Value(results[0], value.taints, several, value.may_be_empty)


def _changed(text: str, change: str) -> str:
    if HOLE in text or PARAMETER in text or HOLE in change:
        return HOLE if HOLE in text + change else PARAMETER
    part = _SUBSTRING.match(change)
    if part is not None:
        start = integer(part[1] or "0")
        length = None if part[2] is None else integer(part[2])
        is_known = start is not None and (part[2] is None or length is not None)
        return _part(text, start or 0, length) if is_known else HOLE
    search, mark, replacement = change.partition("=")
    if not mark or not search:
        return text
    if search.startswith("*") and len(search) > 1:
        at = text.lower().find(search[1:].lower())
        return text if at < 0 else replacement + text[at + len(search) - 1 :]
    made = re.sub(re.escape(search), lambda _: replacement, text, flags=re.IGNORECASE)
    return made if len(made) <= _LONGEST else HOLE


def _part(text: str, start: int, length: int | None) -> str:
    start = max(0, len(text) + start) if start < 0 else start
    if length is None:
        return text[start:]
    return text[start:length] if length < 0 else text[start : start + length]
