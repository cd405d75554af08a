"""What is known of a script's variables at a point of it."""

from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.model import HOLE, TEMPORARY, Taint, Word

UNKNOWN: Final = Word(HOLE, may_be_empty=True)
_SET_BY_THE_SYSTEM: Final = frozenset(
    {"PATH", "HOSTNAME", "RANDOM", "UID", "EUID", "PPID", "BASHPID", "SECONDS", "LINENO", "PWD",
     "OLDPWD", "BASH_VERSION", "BASH_SOURCE", "FUNCNAME", "0", "?", "$", "!", "#", "-", "_"}
)  # fmt: skip
_KNOWN: Final = {
    "HOME": "/root",
    "USER": "root",
    "LOGNAME": "root",
    "TMPDIR": TEMPORARY,
    "SHELL": "/bin/sh",
    "IFS": " \t\n",
}
"""As the Cloud Assistant agent starts a script, unless the script sets them."""

_MOST_VALUES: Final = 64
"""That a variable may have after branches; of more nothing is known, and there is a gap."""

Value = Word | tuple[Word, ...]
"""A variable's, or the elements of an array."""


@dataclass(slots=True)
class Environment:
    """Variables, the working directory and the functions being called; copied for branches."""

    values: dict[str, Value] = field(default_factory=dict)
    directory: str = ""
    """By a `cd` to a literal path before; empty when unknown."""
    calls: tuple[str, ...] = ()
    """The functions that are being called, the outermost first."""
    is_cut: bool = False
    """Whether a variable may have so many values that they are not kept."""

    def copy(self) -> "Environment":
        """For a branch, a subshell or a function."""
        return Environment(dict(self.values), self.directory, self.calls)

    def get(self, name: str) -> Value:
        """What a variable holds; unknown is a hole, never empty."""
        value = self.values.get(name)
        if value is not None:
            return value
        if name in _KNOWN:
            return Word(_KNOWN[name])
        return Word(HOLE) if name in _SET_BY_THE_SYSTEM else UNKNOWN

    def scalar(self, name: str) -> Word:
        """As `$name` has it: of an array the first element."""
        value = self.get(name)
        if isinstance(value, tuple):
            return value[0] if value else Word("")
        return value

    def arguments(self) -> dict[str, Value]:
        """`$@` and `$0`, `$1` and so on, as far as they are known."""
        return {name: v for name, v in self.values.items() if name == "@" or name.isdecimal()}

    def forget_arguments(self) -> None:
        """Go on without knowing what was given."""
        for name in self.arguments():
            del self.values[name]

    def set_arguments(self, words: tuple[Word, ...]) -> None:
        """What was given, the first of it in `$1`."""
        self.forget_arguments()
        self.values["@"] = words
        self.values |= {str(number): word for number, word in enumerate(words, 1)}

    def is_set(self, name: str) -> bool:
        """Whether the script has given it a value, or the system does."""
        return name in self.values or name in _KNOWN or name in _SET_BY_THE_SYSTEM

    def overwritten(self, after: "Environment") -> dict[str, Value]:
        """The variables that have another value afterwards, with the one they had."""
        return {
            name: value
            for name, value in self.values.items()
            if name in after.values and not _is_same(after.values[name], value)
        }

    def doubt(self, before: dict[str, Value]) -> None:
        """Go on where some variables may still have the values that they had before."""
        for name, value in before.items():
            self.values[name] = self._one_of([value, self.values.get(name)])

    def join(self, *branches: "Environment") -> None:
        """Go on after branches of which one was taken: where they differ nothing is known."""
        names = {name for branch in branches for name in branch.values}
        for name in names:
            found = [branch.values.get(name) for branch in branches]
            if not all(_is_same(value, found[0]) for value in found[1:]):
                self.values[name] = self._one_of(found)
            elif found[0] is not None:
                self.values[name] = found[0]
        self._settle(branches)

    def _one_of(self, values: list[Value | None]) -> Word:
        word = _either(values)
        if len(word.alternatives) <= _MOST_VALUES:
            return word
        self.is_cut = True
        return Word(HOLE, taints=word.taints, may_be_empty=word.may_be_empty)

    def _settle(self, branches: "tuple[Environment, ...]") -> None:
        if any(branch.directory != branches[0].directory for branch in branches):
            self.directory = ""
        elif branches:
            self.directory = branches[0].directory


def _is_same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same, wherever they were set."""
    if one is other:
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, Word) and isinstance(other, Word):
        return (one.text, one.taints, one.alternatives) == (
            other.text,
            other.taints,
            other.alternatives,
        )
    return False


def _either(values: list[Value | None]) -> Word:
    """One of several values; each that is known is one to judge."""
    words = [word for value in values for word in (value if isinstance(value, tuple) else (value,))]
    taints = frozenset[Taint]().union(*(word.taints for word in words if word is not None))
    is_empty = any(word is None or word == Word("") for word in words)
    if any(isinstance(value, tuple) for value in values):
        return Word(HOLE, taints=taints, may_be_empty=is_empty)
    found = dict.fromkeys(text for word in words if word is not None for text in word.values)
    known = tuple(text for text in found if text)
    if not known:
        return Word(HOLE, taints=taints, may_be_empty=is_empty)
    return Word(
        known[0],
        taints=taints,
        alternatives=known if len(known) > 1 else (),
        may_be_empty=is_empty or any(word.may_be_empty for word in words if word is not None),
    )
