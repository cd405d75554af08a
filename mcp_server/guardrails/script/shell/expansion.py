"""Words of the syntax tree as arguments: quotes read, constants put in, the rest holes."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Any, Final

from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import HOLE, PARAMETER, Span, Taint, Word
from mcp_server.guardrails.script.placeholders import folded_parameters
from mcp_server.guardrails.script.shell import escapes
from mcp_server.guardrails.script.shell.braces import BRACES, MOST_WORDS, expanded_braces, unmarked
from mcp_server.guardrails.script.shell.environment import Environment
from mcp_server.guardrails.script.shell.parameter_changes import CHANGES, sliced
from mcp_server.guardrails.script.shell.plain_words import ALL_ARGUMENTS, changes, plain_word
from mcp_server.guardrails.script.shell.shfmt import Node

SPLIT: Final = "\ue013"
"""Stands for white space that splits a word: of an expansion outside quotes."""
_DEFAULTS: Final = frozenset({"-", ":-", "=", ":="})
_BLANKS: Final = re.compile(r"[ \t\n]+")
_MOST_VALUES: Final = 512
"""Of one word with variables that take several; what is left out is told to the walk."""
_LONGEST: Final = 32 * 1024
"""Characters of a word; a longer one is unknown from there on."""

Substitute = Callable[[Node], Word]
"""Lowers the commands of a substitution and tells what it stands for."""


@dataclass(slots=True)
class _Text:
    """A word being put together."""

    parts: list[str] = field(default_factory=list)
    taints: set[Taint] = field(default_factory=set)
    may_be_empty: bool = False
    all_quoted: bool = True
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Variables that take several values, met on the way."""
    blanks: re.Pattern[str] = _BLANKS
    """What splits words, by IFS."""
    fields: list[Word] | None = None
    """The elements, when the word is a whole array."""

    def add(self, word: Word, *, quoted: bool) -> None:
        """Put in what an expansion stands for."""
        self.taints |= word.taints
        self.may_be_empty |= word.may_be_empty
        self.parts.append(word.text if quoted else self.blanks.sub(SPLIT, word.text))


class Expander:
    """Expands words in an environment.

    Args:
        environment: of the moment; expansions such as `${x:=y}` change it.
        substitute: for `$(...)` and `<(...)`.
        span: from a node to its place.
        left_out: told of each word that may stand for more than it is expanded to.
    """

    def __init__(
        self,
        environment: Environment,
        substitute: Substitute,
        span: Callable[[Node], Span],
        left_out: Callable[[Node], None],
    ) -> None:
        self.environment = environment
        self._substitute = substitute
        self._span = span
        self._left_out = left_out

    def fields(self, node: Node, *, is_name: bool = False) -> list[Word]:
        """The arguments that a word becomes: one, several, or none.

        Args:
            node: the word.
            is_name: whether it names what is run; then each of several values stays one.
        """
        span = self._span(node)
        if (plain := plain_word(node, self.environment, span)) is not None:
            return [plain]
        text = self._read(node)
        if text.fields is not None:
            return text.fields
        value = _bounded("".join(text.parts))
        found: list[Word] = []
        choices = [value]
        if BRACES & set(value):
            choices = [one for one in expanded_braces(value) if one]
            if len(choices) > MOST_WORDS:
                self._left_out(node)
                choices = choices[:MOST_WORDS]
        for one in choices:
            pieces = [p for p in one.split(SPLIT) if p] if SPLIT in one else [one]
            found += [self._word(piece, text, span) for piece in pieces]
        if not text.several or len(choices) > 1:
            return found
        word = self._with_alternatives(node, found[0] if found else Word("", span), text.several)
        if is_name or word.quoted or not any(" " in value for value in word.values):
            return [word]
        # Whichever value it takes, its pieces are arguments.
        arguments = dict.fromkeys(piece for value in word.values for piece in value.split())
        return [Word(one, span, word.taints) for one in arguments]

    def single(self, node: Node | None) -> Word:
        """One word, without splitting: of an assignment, a redirection, a here-document."""
        if not node:
            return Word("")
        span = self._span(node)
        if (plain := plain_word(node, self.environment, span)) is not None:
            return plain
        text = self._read(node)
        if text.fields is not None:
            return self._word(" ".join(w.text for w in text.fields), text, span)
        word = self._word(_bounded("".join(text.parts)).replace(SPLIT, " "), text, span)
        return self._with_alternatives(node, word, text.several) if text.several else word

    def here_document(self, node: Node) -> Word:
        """The text of a here-document that expands."""
        text = _Text()
        for part in node.get("Parts", ()):
            if part["Type"] == "Lit":
                text.parts.append(escapes.in_here_document(part["Value"]))
            else:
                self._part(part, text, quoted=True)
        return self._word(_bounded("".join(text.parts)), text, self._span(node))

    def arithmetic(self, node: Node) -> None:
        """Lower the substitutions within an arithmetic expression."""
        for inner in _substitutions(node):
            self._substitute(inner)

    def _word(self, value: str, text: _Text, span: Span) -> Word:
        value = folded_parameters(unmarked(value))
        taints = text.taints | {Taint.PARAMETER} if PARAMETER in value else text.taints
        return Word(
            value,
            span,
            frozenset(taints),
            quoted=text.all_quoted,
            may_be_empty=text.may_be_empty,
        )

    def _with_alternatives(
        self, node: Node, word: Word, several: dict[str, tuple[str, ...]]
    ) -> Word:
        """The word with each combination of values of the variables that take several."""
        if math.prod(map(len, several.values())) > _MOST_VALUES:
            self._left_out(node)
        elif (values := _of_variable(node, several)) is not None:
            return replace(word, text=values[0], alternatives=values)
        kept = dict(self.environment.values)
        texts: list[str] = []
        for values in islice(product(*several.values()), _MOST_VALUES):
            self.environment.values |= {
                name: Word(value) for name, value in zip(several, values, strict=True)
            }
            text = self._read(node)
            texts.append(unmarked("".join(text.parts).replace(SPLIT, " ")))
        self.environment.values.clear()
        self.environment.values |= kept
        alternatives = tuple(dict.fromkeys(texts))
        return Word(
            texts[0],
            word.span,
            word.taints,
            alternatives if len(alternatives) > 1 else (),
            word.quoted,
            word.may_be_empty,
        )

    def _read(self, node: Node) -> _Text:
        text = _Text(blanks=self._blanks())
        parts = node.get("Parts", ())
        if len(parts) == 1 and (elements := self._elements(parts[0])) is not None:
            text.fields = elements
            for word in elements:
                text.taints |= word.taints
            return text
        for index, part in enumerate(parts):
            if part["Type"] == "Lit":
                text.all_quoted = False
                value = part["Value"]
                if not index and value.startswith("~"):
                    value = _home(value)
                text.parts.append(_marked(value))
            else:
                self._part(part, text, quoted=False)
        return text

    def _blanks(self) -> re.Pattern[str]:
        value = self.environment.values.get("IFS")
        if not isinstance(value, Word) or not value.text or not value.is_literal:
            return _BLANKS
        return re.compile(f"[{re.escape(value.text)}]+")

    def _elements(self, part: Node) -> list[Word] | None:
        """`"${a[@]}"`, `$@`: each element an argument."""
        if part["Type"] == "DblQuoted" and len(part.get("Parts", ())) == 1:
            part = part["Parts"][0]
        if part["Type"] != "ParamExp":
            return None
        name = part["Param"]["Value"]
        index = _index(part)
        if name in ALL_ARGUMENTS or index in ALL_ARGUMENTS:
            value = self.environment.get("@" if name == "*" else name)
            if isinstance(value, tuple) and not changes(part):
                return [Word(w.text, self._span(part), w.taints) for w in value]
        return None

    def _part(self, part: Node, text: _Text, *, quoted: bool) -> None:  # noqa: C901 - one case a kind
        match part["Type"]:
            case "SglQuoted":
                value = part.get("Value", "")
                text.parts.append(escapes.ansi_c(value) if part.get("Dollar") else value)
            case "DblQuoted":
                for inner in part.get("Parts", ()):
                    self._part(inner, text, quoted=True)
            case "Lit":
                text.parts.append(escapes.in_double_quotes(part["Value"]))
            case "ParamExp":
                text.all_quoted &= quoted
                self._parameter(part, text, quoted=quoted)
            case "CmdSubst" | "ProcSubst":
                text.all_quoted &= quoted
                text.add(self._substitute(part), quoted=quoted)
            case "ArithmExp":
                self.arithmetic(part)
                text.parts.append(HOLE)
            case "ExtGlob":
                text.all_quoted = False
                text.parts.append(part.get("Op", "") + part["Pattern"]["Value"] + ")")
            case _:
                text.parts.append(HOLE)

    def _parameter(self, part: Node, text: _Text, *, quoted: bool) -> None:
        name = part["Param"]["Value"]
        value = self.environment.get(name)
        if isinstance(value, tuple):
            index = _index(part)
            if index in ALL_ARGUMENTS:
                value = Word(" ".join(w.text for w in value))
            else:
                at = integer(index) if index else 0
                value = value[at] if at is not None and 0 <= at < len(value) else Word(HOLE)
        elif _index(part) not in {None, "0", "@", "*"}:
            value = Word(HOLE)
        if value.alternatives:
            text.several[name] = value.alternatives
        text.add(self._operated(part, name, value), quoted=quoted)

    def _operated(self, part: Node, name: str, value: Word) -> Word:
        """What is left of a value after `${x:-y}`, `${x#y}`, `${x:0:2}` and their kind."""
        if part.get("Length") or part.get("Width") or part.get("Excl"):
            return Word(HOLE, taints=value.taints)
        if (expansion := part.get("Exp")) is not None:
            return self._expansion(expansion, name, value)
        if (piece := part.get("Slice")) is not None:
            return sliced(piece, value)
        if (change := part.get("Repl")) is not None:
            old, new = self.single(change.get("Orig")), self.single(change.get("With"))
            if value.is_literal and old.is_literal and not set(old.text) & set("*?["):
                count = -1 if change.get("All") else 1
                return Word(value.text.replace(old.text, new.text, count), taints=value.taints)
            return Word(HOLE, taints=value.taints)
        return value

    def _expansion(self, expansion: Node, name: str, value: Word) -> Word:
        operator: str = expansion["Op"]
        operand = self.single(expansion.get("Word"))
        is_known = bool(self.environment.is_set(name) and value.text)
        if operator in _DEFAULTS:
            if is_known:
                return value
            if "=" in operator:
                self.environment.values[name] = operand
            return operand
        if operator in {"?", ":?"}:
            return Word(value.text, taints=value.taints)
        if operator in {"+", ":+"}:
            return operand if is_known and value.is_literal else Word(HOLE, may_be_empty=True)
        if value.is_literal and operand.is_literal and (change := CHANGES.get(operator)):
            return Word(change(value.text, operator, operand.text), taints=value.taints)
        return Word(HOLE, taints=value.taints, may_be_empty=value.may_be_empty)


def _of_variable(node: Node, several: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The values of a word that is one variable in quotes and nothing else, as most are."""
    parts = node.get("Parts", ())
    if len(parts) != 1 or parts[0]["Type"] != "DblQuoted" or len(parts[0].get("Parts", ())) != 1:
        return None
    part = parts[0]["Parts"][0]
    if part["Type"] != "ParamExp" or changes(part) or part.get("Index"):
        return None
    return several.get(part["Param"]["Value"])


def _bounded(value: str) -> str:
    return value if len(value) <= _LONGEST else value[:_LONGEST] + HOLE


def _marked(value: str) -> str:
    """Text outside quotes: backslashes read, and braces and commas marked that may be a list's."""
    return _SPECIAL.sub(_special, value)


def _special(found: re.Match[str]) -> str:
    escaped = found[1]
    if escaped is None:
        return _BRACE_MARKS[found[0]]
    return "" if escaped == "\n" else escaped


_SPECIAL: Final = re.compile(r"\\(\n|.|\Z)|[{},]", re.DOTALL)
_BRACE_MARKS: Final = {"{": "\ue010", ",": "\ue011", "}": "\ue012"}


def _home(value: str) -> str:
    user, slash, rest = value[1:].partition("/")
    if user in {"", "root"}:
        return "/root" + slash + rest
    return f"/home/{user}{slash}{rest}" if user.isalnum() else value


def _index(part: Node) -> str | None:
    """The subscript of `${a[x]}`, as far as it is plain."""
    index: Any = part.get("Index")
    parts = index.get("Parts") if isinstance(index, dict) else None
    return parts[0].get("Value") if parts else None


def _substitutions(node: object, depth: int = 0) -> Iterator[Node]:
    """The substitutions within an arithmetic expression."""
    if depth > 40:  # noqa: PLR2004 - deeper is refused before
        return
    if isinstance(node, dict):
        if node.get("Type") in {"CmdSubst", "ProcSubst"}:
            yield node
            return
        for value in node.values():
            if isinstance(value, dict | list):
                yield from _substitutions(value, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _substitutions(value, depth + 1)
