"""The elements of a command: its name, its arguments and its redirections."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import (
    HOLE,
    PARAMETER,
    Obstacle,
    Redirect,
    Span,
    Taint,
    Word,
)
from mcp_server.guardrails.script.placeholders import folded_parameters
from mcp_server.guardrails.script.powershell import strings
from mcp_server.guardrails.script.powershell.expressions import IN_STRING
from mcp_server.guardrails.script.powershell.mending import Mender

if TYPE_CHECKING:
    from tree_sitter import Node

    from mcp_server.guardrails.script.powershell.walk import Walk

_TOKENS: Final = frozenset(
    {"generic_token", "command_name", "expandable_bareword", "concatenated_command_argument"}
)
_GLUING: Final = _TOKENS | {"variable", "unary_expression", "ERROR"}
_DASHES: Final = frozenset({"- ", "-\t", "-\n"})


class Elements:
    """Reads the elements of commands for a walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def head(self, node: Node) -> Word | None:
        """The program; None for `& { ... }`, which is a block."""
        for child in node.named_children:
            if child.type == "command_name":
                return self._token(child)
            if child.type == "command_name_expr":
                inner = child.named_children[0] if child.named_children else child
                if inner.type in {"command_name", "path_command_name"}:
                    return self._token(inner)
                value = self._walk.evaluator.value(inner)
                if value.type_name == "block":
                    return None
                first = value.words[0] if value.words else Word(HOLE)
                return first.at(self._walk.span(inner))
        raw = self._walk.source(node).split()
        return Word(raw[0] if raw else HOLE, self._walk.span(node))

    def _token(self, node: Node) -> Word:
        """A bare token with variables in it."""
        raw = self._walk.source(node)
        taints: set[Taint] = set()

        def put_in(found: re.Match[str]) -> str:
            value = self._walk.evaluator.variable(found[0])
            taints.update(value.taints)
            return value.text

        value = raw
        if "$" in raw:
            value = IN_STRING.sub(put_in, raw)
        for child in node.named_children:
            if child.type == "sub_expression":
                taints.update(self._walk.evaluator.value(child).taints)
        value = folded_parameters(strings.bare(value))
        if PARAMETER in value:
            taints.add(Taint.PARAMETER)
        if "$(" in value:
            value = re.sub(r"\$\(.*\)", HOLE, value, flags=re.DOTALL)
        return Word(value, self._walk.span(node), frozenset(taints))

    def of(  # noqa: C901 - one case a kind of element
        self, node: Node
    ) -> tuple[list[Word], tuple[Redirect, ...]]:
        """The arguments of a command, and its redirections."""
        words: list[Word] = []
        redirects: list[Redirect] = []
        attach, end = "", -1
        for child in _elements_of(node):
            is_glued = child.start_byte == end
            if child.type == "command_argument_sep" or (
                child.type == "argument_list" and _member_before(child) is not None
            ):
                if words and self._walk.source(child) == ":":  # `-s=https://...` of a program
                    attach = f"{words.pop().text}:"
                continue
            if child.type == "redirection":
                redirects += self.redirection(child)
                continue
            if child.type == "command_parameter":
                raw = folded_parameters(strings.unescaped(self._walk.source(child)))
                attach = raw if raw.endswith(":") else ""
                words += [] if attach else [Word(raw, self._walk.span(child))]
                continue
            if child.type == "unary_expression" and self._walk.source(child)[:2] in _DASHES:
                Mender(self._walk).unglue(node)
                break
            found = self._argument(child)
            if attach and found:
                found[0] = dataclasses.replace(
                    found[0], text=attach + found[0].text, alternatives=()
                )
                attach = ""
            elif is_glued and words and len(found) == 1 and child.type in _GLUING:
                found[0] = _one_word(words.pop(), found[0])
            words += found
            end = child.end_byte
        return words, tuple(redirects)

    def _argument(self, node: Node) -> list[Word]:
        raw = self._walk.source(node)
        if raw.startswith("@") and raw[1:].isidentifier():
            return self._splatted(raw)
        if node.type == "bareword_argument_list":
            return [word for child in node.named_children for word in self._argument(child)]
        if node.type == "argument_list":
            return [word for value in self._walk.evaluator.arguments(node) for word in value.words]
        if node.type in _TOKENS:
            return self._bare(node, raw)
        after = node.next_named_sibling
        if after is not None and (member := _member_before(after)) is not None:
            # `iex $client.DownloadString(u)`
            value = self._walk.evaluator.called(node, member, after)
        else:
            value = self._walk.evaluator.value(node)
        span = self._walk.span(node)
        quoted = raw[:1] in {"'", '"'}
        if "commandline" in value.table:  # `-Arguments @{CommandLine = '...'}` of a new process
            value = value.table["commandline"]
        return [
            Word(word.text, span, word.taints, word.alternatives, quoted, word.may_be_empty)
            for word in value.words
        ]

    def _bare(self, node: Node, raw: str) -> list[Word]:
        """A token outside quotes; commas in it make it several arguments."""
        if raw.startswith("<"):  # "reserved for future use", as in `<<A`
            self._walk.reading.gap(Obstacle.SYNTAX, self._walk.span(node))
        word = self._token(node)
        if "," not in raw or '"' in raw or "'" in raw:
            return [word]
        return [dataclasses.replace(word, text=piece) for piece in word.text.split(",") if piece]

    def _splatted(self, raw: str) -> list[Word]:
        value = self._walk.evaluator.variable(raw)
        words: list[Word] = []
        for name, held in value.table.items():
            if held.text == "$true":
                words.append(Word(f"-{name}"))
            elif held.text != "$false":
                words += [Word(f"-{name}"), *held.words]
        return words if value.table else list(value.words)

    def redirection(self, node: Node) -> list[Redirect]:
        """One redirection, where it has a target."""
        target = next((c for c in node.named_children if c.type == "redirected_file_name"), None)
        if target is None:
            return []
        raw = self._walk.source(node.named_children[0])
        operator = ">>" if ">>" in raw else "<" if "<" in raw else ">"
        if operator == "<":  # "reserved for future use": no PowerShell runs this
            self._walk.reading.gap(Obstacle.SYNTAX, self._walk.span(node))
        number = int(raw[0]) if raw[:1].isdecimal() else None
        inner = [c for c in target.named_children if c.type != "command_argument_sep"]
        words = self._argument(inner[0]) if inner else []
        return [Redirect(operator, word, number) for word in words[:1]]


def _elements_of(node: Node) -> Iterator[Node]:
    for group in node.named_children:
        if group.type == "command_elements":
            yield from group.named_children


def _one_word(left: Word, right: Word) -> Word:
    """`$a$b/c`, which is one argument."""
    span = Span(min(left.span.start, right.span.start), max(left.span.end, right.span.end))
    return Word(left.text + right.text, span, left.taints | right.taints)


def _member_before(node: Node) -> Node | None:
    """The member that an argument list is for: `$a.b` right before `(c)`."""
    before = node.prev_named_sibling
    if node.type != "argument_list" or before is None or before.end_byte != node.start_byte:
        return None
    inner = before.named_children[0] if before.named_children else before
    return inner if inner.type == "member_access" else None
