"""Code as tokens: which arguments a call has, and what is known of their values."""

import base64
import binascii
import codecs
from collections.abc import Callable
from itertools import islice
from typing import Final

from mcp_server.guardrails.script.foreign.scanner_words import DECODING, FOLDING, FORMATTING
from mcp_server.guardrails.script.foreign.syntaxes import Syntax
from mcp_server.guardrails.script.foreign.tokens import Kind, Token, tokens
from mcp_server.guardrails.script.model import HOLE

_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_BRACKETS: Final = _OPENING | _CLOSING
_JOINING: Final = frozenset({"*", ".", "+", "..", "&", "~", "<>", "$", "@", "\n"})
_MOST_TOKENS: Final = 20_000
_LONGEST_CALL: Final = 400
"""Tokens of one call's arguments that are looked at."""
_MOST_LOOKS: Final = 60_000
"""Tokens that are looked at in arguments, over all calls, since calls stand in calls."""


class Code:
    """The tokens of one code, and the constants that its variables stand for."""

    def __init__(self, text: str, syntax: Syntax) -> None:
        self.text = text
        self._syntax = syntax
        self.tokens = list(islice(tokens(text, syntax), _MOST_TOKENS))
        self._closers = _matching(self.tokens)
        self._values: dict[str, str | None] = {}
        self._looks = 0
        for index, token in enumerate(self.tokens):
            if token.kind is Kind.NAME:
                self._note_value(index)

    @property
    def is_exhausted(self) -> bool:
        """Whether it is too long or too repetitive to be looked at in full."""
        return self._looks >= _MOST_LOOKS or len(self.tokens) >= _MOST_TOKENS

    def names(self) -> set[str]:
        """All the names in it."""
        return {token.text for token in self.tokens if token.kind is Kind.NAME}

    def texts(self) -> set[str]:
        """All the string literals in it."""
        return {token.text for token in self.tokens if token.kind is Kind.TEXT}

    def parts(self, index: int) -> list[Token]:
        """The tokens of the arguments of the call at an index."""
        start, end = self.arguments(index)
        found = self.tokens[start : min(end, start + _LONGEST_CALL)]
        self._looks += len(found)
        return found

    def call(self, index: int) -> list[str]:
        """The arguments of the call at an index, parts of lists each for itself."""
        return self._items(*self.arguments(index))

    def _note_value(self, index: int) -> None:
        """A variable that gets a constant."""
        name = self.tokens[index].text.removeprefix("&")
        if not (self.is_mark(index + 1, "=") or self.is_mark(index + 1, ":=")):
            return
        items = self._items(index + 2, self._statement_end(index + 2))
        value = items[0] if len(items) == 1 and HOLE not in items[0] else None
        self._values[name] = value if name not in self._values else None

    def _statement_end(self, start: int) -> int:
        depth = 0
        last = min(len(self.tokens), start + _LONGEST_CALL)
        for index in range(start, last if self._looks < _MOST_LOOKS else start):
            self._looks += 1
            token = self.tokens[index]
            if token.kind is Kind.MARK and token.text in _BRACKETS:
                depth += 1 if token.text in _OPENING else -1
            if depth < 0 or (depth == 0 and self._ends(token, has_begun=index > start)):
                return index
        return last if self._looks < _MOST_LOOKS else start

    def _ends(self, token: Token, *, has_begun: bool) -> bool:
        """Whether a token outside brackets ends a statement."""
        if token.kind is Kind.NAME:
            return token.text in self._syntax.keywords
        if token.text == "\n":
            return self._syntax.ends_with_line and has_begun
        return token.kind is Kind.MARK and token.text in {";", "|", "&&", "||"}

    def arguments(self, index: int) -> tuple[int, int]:
        """Where the arguments of the call of a name begin and end."""
        after = index + 1
        if after < len(self.tokens) and self.is_mark(after, "("):
            return after + 1, self._closers.get(after, len(self.tokens))
        return after, self._statement_end(after)

    def _items(self, start: int, end: int) -> list[str]:
        """The values between two tokens, parts of lists each for itself."""
        found: list[str] = []
        current: str | None = None
        skipped = index = start
        end = min(end, start + _LONGEST_CALL)
        is_named = False
        while index < end and self._looks < _MOST_LOOKS:
            self._looks += 1
            token = self.tokens[index]
            value, skipped = self._value(index)
            if token.kind is Kind.MARK and token.text in {",", "[", "]", "{", "}", "(", ")"}:
                if current is not None and not is_named:
                    found.append(current)
                current, is_named = None, False
            elif token.kind is Kind.MARK and token.text in {"=>", ":"}:
                is_named = True
            elif value is not None:
                current = (current or "") + value
            index = max(index + 1, skipped)
        if current is not None and not is_named:
            found.append(current)
        return found

    def _value(self, index: int) -> tuple[str | None, int]:
        """What a token adds to a value, and the token to go on with."""
        token = self.tokens[index]
        match token.kind:
            case Kind.TEXT:
                return self.filled(token), index + 1
            case Kind.NUMBER:
                return token.text, index + 1
            case Kind.COMMAND:
                return HOLE, index + 1
            case Kind.NAME:
                return self._named_value(index, token.text)
            case Kind.MARK:
                return (
                    None if token.text in _JOINING or token.text in "()[]{}," else HOLE,
                    index + 1,
                )

    def _named_value(self, index: int, name: str) -> tuple[str | None, int]:
        if name in DECODING:
            start, end = self.arguments(index)
            inner = self._items(start, min(end, start + _LONGEST_CALL)) if start > index else []
            return _decoded(name, inner), end + 1
        if name in FORMATTING:
            start, end = self.arguments(index)
            return next(iter(self._items(start, end)), HOLE), end + 1
        if name in FOLDING:
            return None, index + 1
        is_called = self.is_mark(index + 1, "(") or self.is_mark(index + 1, "[")
        if is_called:
            return HOLE, self._closers.get(index + 1, index) + 1
        value = self._values.get(name)
        return (HOLE if value is None else value), index + 1

    def filled(self, token: Token) -> str:
        """A text with what is known of its variables."""
        if token.is_raw:
            return token.text
        return _interpolated(token.text, self._syntax.interpolation, self._values)

    def is_mark(self, index: int, mark: str) -> bool:
        """Whether a token is this punctuation."""
        if not 0 <= index < len(self.tokens):
            return False
        token = self.tokens[index]
        return token.kind is Kind.MARK and token.text == mark

    def next_name(self, index: int) -> str:
        """The name right after a token; empty when it is something else."""
        following = self.tokens[index + 1 : index + 2]
        return following[0].text if following and following[0].kind is Kind.NAME else ""


def _matching(found: list[Token]) -> dict[int, int]:
    """The closing bracket of each opening one."""
    closers: dict[int, int] = {}
    open_ones: list[int] = []
    for index, token in enumerate(found):
        if token.kind is not Kind.MARK:
            continue
        if token.text in _OPENING:
            open_ones.append(index)
        elif token.text in _CLOSING and open_ones:
            closers[open_ones.pop()] = index
    return closers


def _interpolated(text: str, mark: str, values: dict[str, str | None]) -> str:
    if mark == "`":
        mark = "$"
    text = text.replace("{$", "${")  # PHP has both
    parts = text.split(mark)
    found = [parts[0]]
    for part in parts[1:]:
        name, rest = _split_variable(part, is_bare=mark == "$")
        if name is None:
            found.append(mark + part)
        else:
            value = values.get(f"{mark}{name}", values.get(name))
            found.append((HOLE if value is None else value) + rest)
    return "".join(found)


def _split_variable(part: str, *, is_bare: bool) -> tuple[str | None, str]:
    """The variable's name at the start of a text, and what follows it."""
    if part.startswith("{"):
        end = part.find("}")
        return (part[1:end], part[end + 1 :]) if end > 0 else (part[1:], "")
    if not is_bare or not (part[:1].isalpha() or part[:1] == "_"):
        return None, part
    length = next((i for i, c in enumerate(part) if not (c.isalnum() or c == "_")), len(part))
    return part[:length], part[length:]


_DECODERS: Final[dict[str, Callable[[str], str]]] = {
    "str_rot13": lambda text: codecs.encode(text, "rot13"),
    "strrev": lambda text: text[::-1],
    "hex2bin": lambda text: binascii.unhexlify(text.encode()).decode("latin-1"),
    "pack": lambda text: binascii.unhexlify(text.encode()).decode("latin-1"),
}


def _decoded(name: str, items: list[str]) -> str:
    if not items or HOLE in items[-1]:
        return HOLE
    text = items[-1] if name == "pack" else items[0]
    try:
        if name in _DECODERS:
            return _DECODERS[name](text)
        data = base64.b64decode(text.encode() + b"=" * (-len(text) % 4))
        return data.decode("utf-8")
    except ValueError:
        return HOLE
