"""Characters as the parser of cmd takes them: quotes, carets, delimiters, redirections."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.bat.syntax import Nothing, Redirection
from mcp_server.guardrails.script.bat.text import Text, joined
from mcp_server.guardrails.script.model import Obstacle

_DELIMITERS: Final = " \t,;=\v\f\xa0"
BLANK: Final = re.compile(r"[ \t,;=\v\f\xa0]*")
LEAD: Final = re.compile(r"[ \t,;=\v\f\xa0@]*")
"""What may stand before a command."""
_BETWEEN: Final = re.compile(r"[ \t,;=\v\f\xa0@\n]*")
_PLAIN: Final = re.compile(r'[^\^"&|<>()\n]+')
_QUOTED: Final = re.compile(r'"[^"\n]*"?')
_TOKEN: Final = re.compile(r'[^\^"&|<>()\n \t,;=\v\f\xa0]+')
_REDIRECTION: Final = re.compile(r">>|>|<")
_DUPLICATED: Final = re.compile(r"[ \t]*&[ \t]*(\d|-)")
_SPECIAL: Final = frozenset({"^", '"', "&", "|", "<", ">", "(", ")", "\n"})


class Reader:
    """Gives out characters, and asks for lines as it needs them.

    Args:
        more: gives the next line with its LF, expanded; None at the end.
    """

    def __init__(self, more: Callable[[], Text | None]) -> None:
        self._more = more
        self._text = ""
        self._offsets: list[int] | range = range(0)
        self._is_expanded = False
        self._at = 0
        self._open = 0
        """Parentheses that are open."""
        self.fault: tuple[Obstacle, int] | None = None
        """What went wrong in the last statement, and where."""

    def _begin(self) -> bool:
        """Forget what was read, and read on; whether there is more."""
        self.fault = None
        self._text, self._offsets, self._is_expanded = "", range(0), False
        self._at = self._open = 0
        return self._read()

    def _read(self) -> bool:
        line = self._more()
        if line is None:
            return False
        if not self._text and isinstance(line.offsets, range):
            self._offsets = line.offsets
        else:
            if isinstance(self._offsets, range):
                self._offsets = list(self._offsets)
            self._offsets.extend(line.offsets)
        self._text += line.chars
        self._is_expanded = self._is_expanded or line.is_expanded
        return True

    def _peek(self) -> str:
        """The next character; empty at the end of what was read."""
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()

    def _skip_lines(self) -> None:
        """What stands between the commands of a block, reading on where the lines end."""
        self._skip(_BETWEEN)
        while self._at >= len(self._text) and self._read():
            self._skip(_BETWEEN)

    def _cut(self, start: int, end: int) -> Text:
        return Text(self._text[start:end], self._offsets[start:end], self._is_expanded)

    def _fail(self, obstacle: Obstacle) -> Nothing:
        """Give up this statement; what was read of it stays."""
        if self.fault is None:
            at = min(self._at, len(self._offsets) - 1)
            self.fault = (obstacle, self._offsets[at] if self._offsets else 0)
        self._at = len(self._text)
        return Nothing()

    def _redirections(self) -> tuple[Redirection, ...]:
        """Those that come before a command."""
        found: list[Redirection] = []
        while True:
            at = self._at
            digit = self._text[at : at + 1]
            ahead = at + 1 if digit.isdecimal() else at
            operator = _REDIRECTION.match(self._text, ahead)
            if operator is None or self.fault is not None:
                return tuple(found)
            self._at = operator.end()
            found.append(self._redirection(operator[0], int(digit) if ahead > at else None))
            self._skip(LEAD)

    def _redirection(self, operator: str, descriptor: int | None) -> Redirection:
        same = _DUPLICATED.match(self._text, self._at)
        if same is not None:
            self._at = same.end()
            return Redirection(f"{operator}&", descriptor, self._cut(same.start(1), same.end(1)))
        target = self._token()
        if not target.chars:
            self._fail(Obstacle.SYNTAX)
        return Redirection(operator, descriptor, target)

    def _arguments(self, before: tuple[Redirection, ...]) -> tuple[Text, tuple[Redirection, ...]]:
        """Everything up to the next operator, and the redirections in it."""
        pieces: list[Text] = []
        redirections = list(before)
        while True:
            char = self._peek()
            if char in {"", "\n", "&", "|"} or (char == ")" and self._open):
                return joined(pieces), tuple(redirections)
            if char in {"<", ">"}:
                descriptor = _descriptor(pieces)
                operator = _REDIRECTION.match(self._text, self._at)
                self._at = operator.end() if operator else self._at + 1
                mark = operator[0] if operator else char
                redirections.append(self._redirection(mark, descriptor))
            else:
                pieces.append(self._piece(_PLAIN))

    def _piece(self, plain: re.Pattern[str]) -> Text:
        """The next characters that mean themselves."""
        at = self._at
        char = self._text[at]
        if char == "^":
            return self._escaped()
        found = (_QUOTED if char == '"' else plain).match(self._text, at)
        self._at = found.end() if found is not None else at + 1
        return self._cut(at, self._at)

    def _escaped(self) -> Text:
        """What a caret escapes: a character, or the end of a line and the next one's first."""
        self._at += 1
        if self._peek() == "\n":
            self._at += 1
            if self._at >= len(self._text):
                self._read()
            if self._peek() in _SPECIAL:
                self._at += 1
                return self._cut(self._at - 1, self._at)
            return Text()
        self._at += 1
        return self._cut(self._at - 1, self._at)

    def _token(self, also: str = "") -> Text:
        """Up to the next delimiter outside quotes."""
        self._skip(BLANK)
        pieces: list[Text] = []
        while True:
            char = self._peek()
            if char in {"", "\n"} or char in _DELIMITERS or (char in "&|<>" and char not in also):
                return joined(pieces)
            if char == ")" and self._open and ")" not in also:
                return joined(pieces)
            pieces.append(self._piece(_TOKEN))

    def _items(self) -> Text | None:
        """What stands between the parentheses of a loop, over as many lines as it takes."""
        pieces: list[Text] = []
        while True:
            if self._at >= len(self._text) and not self._read():
                return None
            if self._peek() == ")":
                self._at += 1
                return joined(pieces)
            if self._peek() == "\n":
                pieces.append(Text(" ", (self._offsets[self._at],)))
                self._at += 1
            else:
                pieces.append(self._piece(_PLAIN))


def _descriptor(pieces: list[Text]) -> int | None:
    """The digit right before `>`, taken off what came before."""
    if not pieces or not pieces[-1].chars[-1:].isdecimal():
        return None
    last = pieces[-1]
    before = last.chars[-2:-1] or (pieces[-2].chars[-1:] if len(pieces) > 1 else " ")
    if before not in _DELIMITERS:
        return None
    pieces[-1] = last.cut(0, len(last) - 1)
    return int(last.chars[-1])
