"""The tokens of code in many languages: names, texts, and what stands between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from mcp_server.guardrails.script.foreign.syntaxes import Syntax

_PAIRS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
_GENERIC: Final = re.compile(r"(qq|qx|qw|qr|q|m|s|tr|y)\b\s{0,4}([^\w\s,;=])")
_PERCENT: Final = re.compile(r"%([qQxwWiIr]?)([(\[{<|!/])")
_DOUBLE_MARKS: Final = frozenset({"=>", "|&", ":=", "==", "=~", "&&", "||", "<-", ".."})
_SPACE: Final = re.compile(r"[ \t\r\f\v]+")
_NUMBER: Final = re.compile(r"0[xX][0-9A-Fa-f_]{1,40}|\d[\w.]{0,40}")
_ESCAPE: Final = re.compile(
    r"\\(x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]{1,6}\}|[0-7]{3}|u[0-9A-Fa-f]{4}|.)", re.S
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": " ", "e": "\x1b", "a": " ", "\n": ""}
_BEFORE_VALUE: Final = frozenset("(,=:[!&|?{};+-*%~\n<>") | {
    "return",
    "and",
    "or",
    "not",
    "if",
    "split",
    "grep",
    "when",
    "unless",
    "=~",
    "print",
}
_LAST_CODE_POINT: Final = 0xD7FF
"""Before the surrogates; a text is not followed further."""


class Kind(Enum):
    """What a token is."""

    NAME = auto()
    TEXT = auto()
    """A string literal; its `text` is the value."""
    COMMAND = auto()
    """A text that is run: backticks, `qx()`, `%x()`."""
    NUMBER = auto()
    MARK = auto()
    """Punctuation; a line's end is one too."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    kind: Kind
    text: str
    at: int
    is_raw: bool = True
    """Of texts: whether no variables are put in."""


@lru_cache(maxsize=64)
def _name_pattern(syntax: Syntax) -> re.Pattern[str]:
    joints = "|".join(re.escape(s) for s in syntax.separators) or r"(?!)"
    sigils = f"[{re.escape(syntax.sigils)}]?" if syntax.sigils else ""
    return re.compile(
        rf"(?:{joints})?{sigils}[A-Za-z_]\w*(?:(?:{joints})\s?{sigils}[A-Za-z_]\w*)*[!?]?"
    )


def tokens(code: str, syntax: Syntax) -> Iterator[Token]:
    """The tokens in order; comments left out, and regular expressions."""
    return _Scanner(code, syntax).tokens()


class _Scanner:
    def __init__(self, code: str, syntax: Syntax) -> None:
        self._code = code
        self._syntax = syntax
        self._name = _name_pattern(syntax)
        self._before = "\n"
        self._at = 0

    def tokens(self) -> Iterator[Token]:
        while self._at < len(self._code):
            token = self._next()
            if token is not None:
                self._before = token.text if token.kind in {Kind.MARK, Kind.NAME} else "value"
                yield token

    def _next(self) -> Token | None:
        code, at = self._code, self._at
        if (space := _SPACE.match(code, at)) is not None:
            self._at = space.end()
            return None
        if self._skip_comment():
            return None
        if code[at] in self._syntax.quotes:
            return self._quoted(code[at])
        if self._syntax.long_brackets and code.startswith("[[", at):
            return self._until("]]", 2, Kind.TEXT)
        if (token := self._generic()) is not None:
            return token
        if self._syntax.has_regexes and code[at] == "/" and self._before in _BEFORE_VALUE:
            self._at = self._closing("/", at + 1) + 1
            return Token(Kind.NUMBER, "", at)
        if (match := self._name.match(code, at)) is not None:
            self._at = match.end()
            return Token(Kind.NAME, "".join(match[0].split()), at)
        return self._mark()

    def _mark(self) -> Token:
        code, at = self._code, self._at
        if (match := _NUMBER.match(code, at)) is not None:
            self._at = match.end()
            return Token(Kind.NUMBER, match[0], at)
        if code[at : at + 2] in _DOUBLE_MARKS:
            self._at += 2
            return Token(Kind.MARK, code[at : at + 2], at)
        self._at += 1
        return Token(Kind.MARK, code[at], at)

    def _skip_comment(self) -> bool:
        for start, end in self._syntax.blocks:
            if self._code.startswith(start, self._at):
                found = self._code.find(end, self._at + len(start))
                self._at = len(self._code) if found < 0 else found + len(end)
                return True
        if self._code.startswith(self._syntax.comments, self._at) and not self._is_no_comment():
            found = self._code.find("\n", self._at)
            self._at = len(self._code) if found < 0 else found
            return True
        return False

    def _is_no_comment(self) -> bool:
        """Perl's `$#array`."""
        return "$" in self._syntax.sigils and self._code[self._at - 1 : self._at] == "$"

    def _quoted(self, quote: str) -> Token:
        kind = Kind.COMMAND if quote == self._syntax.command_quote else Kind.TEXT
        if self._syntax.triple_quotes and self._code.startswith(quote * 3, self._at):
            return self._until(quote * 3, 3, kind)
        return self._delimited(self._at, self._at + 1, quote, kind)

    def _until(self, end: str, skipped: int, kind: Kind) -> Token:
        start, at = self._at + skipped, self._at
        found = self._code.find(end, start)
        stop = len(self._code) if found < 0 else found
        self._at = stop + len(end)
        return Token(kind, self._code[start:stop], at)

    def _delimited(self, at: int, start: int, end: str, kind: Kind) -> Token:
        stop = self._closing(end, start)
        self._at = stop + 1
        raw = self._code[start:stop]
        if self._syntax.doubled:
            return Token(kind, raw.replace(end * 2, end), at)
        is_raw = end in self._syntax.raw_quotes
        text = raw if is_raw else _unescaped(raw)
        if is_raw:
            text = raw.replace(f"\\{end}", end)
        has_variables = self._syntax.interpolation and (
            self._syntax.interpolation != "`" or end == "`"
        )
        return Token(kind, text, at, is_raw=is_raw or not has_variables)

    def _closing(self, end: str, start: int) -> int:
        """Where a quoted text ends; a quote after a backslash or written twice does not end it."""
        code, at = self._code, start
        opening = next((o for o, c in _PAIRS.items() if c == end), "")
        depth = 0
        while at < len(code):
            character = code[at]
            if character == "\\" and not self._syntax.doubled:
                at += 2
                continue
            if character == end:
                if self._syntax.doubled and code.startswith(end * 2, at):
                    at += 2
                    continue
                if depth == 0:
                    return at
                depth -= 1
            elif character == opening:
                depth += 1
            at += 1
        return len(code)

    def _generic(self) -> Token | None:
        if not self._syntax.has_generic_quotes:
            return None
        if "@" in self._syntax.sigils and "%" in self._syntax.sigils:
            return self._perl_quote()
        match = _PERCENT.match(self._code, self._at)
        if match is None or (not match[1] and self._before not in _BEFORE_VALUE):
            return None
        at = self._at
        end = _PAIRS.get(match[2], match[2])
        kind = Kind.COMMAND if match[1] == "x" else Kind.TEXT
        return self._delimited(at, match.end(), end, kind)

    def _perl_quote(self) -> Token | None:
        match = _GENERIC.match(self._code, self._at)
        previous = self._code[self._at - 1 : self._at]
        if match is None or (previous in {"$", "@", "%", "&", "{", ">"} and previous):
            return None
        if match[2] == "=" or self._code.startswith("=>", match.start(2)):
            return None
        at, end = self._at, _PAIRS.get(match[2], match[2])
        kind = Kind.COMMAND if match[1] == "qx" else Kind.TEXT
        token = self._delimited(at, match.end(), end, kind)
        if match[1] in {"s", "tr", "y"}:
            if match[2] in _PAIRS and self._code[self._at : self._at + 1] in _PAIRS:
                end = _PAIRS[self._code[self._at]]
                self._at += 1
            self._at = self._closing(end, self._at) + 1
        if match[1] in {"s", "tr", "y", "m", "qr"}:
            return Token(Kind.NUMBER, "", at)
        return token


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_escape, text) if "\\" in text else text


def _escape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xu" and len(code) > 1:
        point = int(code[1:].strip("{}"), 16)
    elif len(code) > 1:
        point = int(code, 8)
    else:
        return _ESCAPES.get(code, code)
    return chr(point) if point <= _LAST_CODE_POINT else ""
