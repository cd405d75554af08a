"""The second phase of cmd: from expanded lines to commands, blocks, conditions and loops.

Why not a grammar of another project: cmd parses a line only after it expanded `%name%` in it, so
a tree of the text as written is a tree of something else, and does not say so. tree-sitter-batch
takes `set x=del& call %x%` for one assignment, and `rem & del x` for one comment, with no error in
the tree; it finds errors in a quarter of the published scripts that it was measured with. cmd's
own grammar at this level is small; it is here, and reads line by line with what is known by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.bat.reader import BLANK, LEAD, Reader
from mcp_server.guardrails.script.bat.syntax import (
    Block,
    Branch,
    Chain,
    For,
    If,
    Label,
    Node,
    Nothing,
    Pipe,
    Redirection,
    Sequence,
    Simple,
)
from mcp_server.guardrails.script.bat.text import Text
from mcp_server.guardrails.script.model import Obstacle

_SPACES: Final = re.compile(r"[ \t]*")
_KEYWORD: Final = re.compile(
    r"(\^?i\^?f(?=[\s,;=/])|\^?f\^?o\^?r(?=[\s,;=/])|\^?r\^?e\^?m(?=[\s,;=/()+.&|<>]|\Z))",
    re.IGNORECASE,
)
_IN: Final = re.compile(r"[ \t,;=]*in(?=[\s,;=(])", re.IGNORECASE)
_DO: Final = re.compile(r"[ \t,;=\n]*do(?=[\s,;=(@\"])", re.IGNORECASE)
_ELSE: Final = re.compile(r"[ \t,;=]*else(?=[\s(@,;=\"]|\Z)", re.IGNORECASE)
_LABEL: Final = re.compile(r"[ \t,;=]*:([^\n]*)")
_LABEL_NAME: Final = re.compile(r"[ \t]*:?[ \t]*([^\s:+,;=&|<>()]*)")
_VARIABLE: Final = re.compile(r"%[^\s]\Z")
_OPERATOR: Final = re.compile(r"(?:equ|neq|lss|leq|gtr|geq)\Z", re.IGNORECASE)
_UNARY: Final = frozenset({"exist", "defined", "errorlevel", "cmdextversion"})
_KINDS: Final = frozenset({"/d", "/r", "/l", "/f"})
_WEIGHT: Final = ("", "/d", "/r", "/l", "/f")
_MOST_BRANCHES: Final = 1000


class Parser(Reader):
    """Reads statements from lines.

    Args:
        more: gives the next line with its LF, expanded; None at the end.
        limit: how deep blocks, conditions and loops may nest.
    """

    def __init__(self, more: Callable[[], Text | None], limit: int) -> None:
        super().__init__(more)
        self._limit = limit
        self._depth = 0

    def statement(self) -> Node | None:
        """The next statement; None at the end of the text."""
        self._depth = 0
        if not self._begin():
            return None
        node = self._line()
        if self._peek() not in {"", "\n"}:
            self._fail(Obstacle.SYNTAX)
        return node

    # -- statements

    def _line(self) -> Node:
        label = _LABEL.match(self._text, self._at)
        if label is not None:
            self._at = label.end()
            name = _LABEL_NAME.match(label[0].lstrip(" \t,;="))
            is_comment = label[1].startswith(":")
            return Label("" if is_comment or name is None else name[1])
        self._skip(LEAD)
        if self._peek() == ")":
            # At the start of a line, with nothing open, it makes the line a comment.
            self._at = self._end_of_line()
            return Nothing()
        if self._peek() in {"", "\n"}:
            return Nothing()
        return self._list()

    def _end_of_line(self) -> int:
        at = self._text.find("\n", self._at)
        return len(self._text) if at < 0 else at

    def _list(self) -> Node:
        if self._depth >= self._limit:
            return self._fail(Obstacle.DEPTH)
        self._depth += 1
        nodes = [self._chain()]
        while self._peek() == "&" and self.fault is None:
            self._at += 1
            self._skip(LEAD)
            if self._peek() in {"", "\n", ")"}:
                break
            nodes.append(self._chain())
        self._depth -= 1
        return nodes[0] if len(nodes) == 1 else Sequence(tuple(nodes))

    def _chain(self) -> Node:
        links = [("", self._pipe())]
        while self.fault is None:
            operator = self._text[self._at : self._at + 2]
            if operator not in {"&&", "||"}:
                break
            self._at += 2
            links.append((operator, self._pipe()))
        return links[0][1] if len(links) == 1 else Chain(tuple(links))

    def _pipe(self) -> Node:
        nodes = [self._primary()]
        while (
            self._peek() == "|" and not self._text.startswith("||", self._at) and self.fault is None
        ):
            self._at += 1
            nodes.append(self._primary())
        return nodes[0] if len(nodes) == 1 else Pipe(tuple(nodes))

    def _primary(self) -> Node:
        self._skip(LEAD)
        redirections = self._redirections()
        if self._peek() == "(":
            return self._block(redirections)
        keyword = _KEYWORD.match(self._text, self._at)
        if keyword is not None:
            self._at = keyword.end()
            match keyword[1].replace("^", "").lower():
                case "if":
                    return self._if()
                case "for":
                    return self._for()
                case _:
                    return self._rem()
        if self._peek() == ":":
            self._at = self._end_of_line()
            return Label("")
        text, redirections = self._arguments(redirections)
        if not text.chars.strip() and not redirections:
            return self._fail(Obstacle.SYNTAX)
        return Simple(text, redirections)

    def _block(self, redirections: tuple[Redirection, ...]) -> Node:
        if self._depth >= self._limit:
            return self._fail(Obstacle.DEPTH)
        self._at += 1
        self._open += 1
        nodes: list[Node] = []
        while self.fault is None:
            self._skip_lines()
            if self._at >= len(self._text):
                self._fail(Obstacle.SYNTAX)
                break
            if self._peek() == ")":
                self._at += 1
                break
            nodes.append(self._list())
            if self._peek() not in {"", "\n", ")"}:
                self._fail(Obstacle.SYNTAX)
        self._open -= 1
        self._skip(BLANK)
        return Block(tuple(nodes), (*redirections, *self._redirections()))

    def _rem(self) -> Node:
        """A comment up to the end of the line; with nothing after it an operator is one."""
        blank = BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        if self._peek() in {"&", "|", ")"} and (self._open or self._peek() != ")"):
            return Nothing()
        self._at = self._end_of_line()
        return Nothing()

    # -- if

    def _if(self) -> Node:
        branches: list[Branch] = []
        while self.fault is None and len(branches) < _MOST_BRANCHES:
            condition, is_negated = self._condition()
            self._skip(LEAD)
            if not condition or self._peek() in {"", "\n", ")"}:
                self._fail(Obstacle.SYNTAX)
                break
            branches.append(Branch(condition, is_negated, self._list()))
            otherwise = _ELSE.match(self._text, self._at)
            if otherwise is None:
                break
            self._at = otherwise.end()
            self._skip(LEAD)
            again = _KEYWORD.match(self._text, self._at)
            if again is None or again[1].lower() != "if":
                return If(tuple(branches), self._list())
            self._at = again.end()
        return If(tuple(branches))

    def _condition(self) -> tuple[tuple[Text, ...], bool]:
        is_negated = False
        token = self._operand()
        while token.chars.lower() in {"/i", "not"}:
            is_negated ^= token.chars.lower() == "not"
            token = self._operand()
        name = token.chars.lower()
        if name in _UNARY:
            return (token, self._operand()), is_negated
        self._skip(_SPACES)
        if self._text.startswith("==", self._at):
            operator = self._cut(self._at, self._at + 2)
            self._at += 2
            return (token, operator, self._operand()), is_negated
        operator = self._operand()
        if not _OPERATOR.match(operator.chars):
            return (), is_negated
        return (token, operator, self._operand()), is_negated

    def _operand(self) -> Text:
        self._skip(BLANK)
        also = ")" if self._peek() == "(" or not self._open else ""
        return self._token(also)

    # -- for

    def _for(self) -> Node:
        kind, options = "", Text()
        token = self._token()
        while token.chars.lower() in _KINDS:
            kind = max(kind, token.chars.lower(), key=_WEIGHT.index)
            token = self._token()
        if not _VARIABLE.match(token.chars) and kind in {"/r", "/f"}:
            options, token = token, self._token()
        if not _VARIABLE.match(token.chars) or not self._takes(_IN):
            return self._fail(Obstacle.SYNTAX)
        self._skip_lines()
        if self._peek() != "(":
            return self._fail(Obstacle.SYNTAX)
        self._at += 1
        items = self._items()
        if items is None or not self._takes(_DO):
            return self._fail(Obstacle.SYNTAX)
        self._skip(LEAD)
        if self._peek() in {"", "\n", ")"}:
            return self._fail(Obstacle.SYNTAX)
        return For(kind, options, token.chars[1], items, self._list())

    def _takes(self, keyword: re.Pattern[str]) -> bool:
        found = keyword.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at
        return found is not None
