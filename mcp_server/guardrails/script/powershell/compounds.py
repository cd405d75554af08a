"""Compound statements: branches, loops, functions and their parameters."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import (
    HOLE,
    Command,
    Condition,
    Word,
)
from mcp_server.guardrails.script.powershell.values import Value, unknown

if TYPE_CHECKING:
    from tree_sitter import Node

    from mcp_server.guardrails.script.powershell.walk import Walk

_MOST_TESTED: Final = 40
"""Operands and operators of one condition."""
_COMPARED: Final = re.compile(r"-(?:not|c|i)?(?:match|in|eq|ne|contains|like)\b", re.IGNORECASE)


class Compounds:
    """Reads compound statements for a walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def branches(self, node: Node) -> list[Command]:
        """`if`, `elseif` and `else`; what is compared is a command of its own."""
        test = node.child_by_field_name("condition")
        tested = self._tested(test)
        if test is not None and (not tested or _COMPARED.search(self._walk.source(test))):
            tested = [*tested, self._test(node, test)]
        negated = test is not None and self._walk.source(test).lstrip().lower().startswith(
            ("!", "-not")
        )
        condition = Condition(tuple(tested), negated)
        rest = [c for c in node.named_children if c != test]
        found = tested
        for child in rest:
            opposite = child.type in {"else_clause", "elseif_clauses"}
            inner = dataclasses.replace(condition, negated=negated != opposite)
            found = found + self._walk.within(self._walk.under(inner), (child,))
        return found

    def _test(self, node: Node, test: Node) -> Command:
        """What is compared, as a command whose words are the operands and operators in a row."""
        words = [Word(self._walk.source(node)[:2], self._walk.span(test))]
        waiting = [test]
        while waiting and len(words) < _MOST_TESTED:
            one = waiting.pop()
            if one.type == "comparison_operator" or not one.is_named:
                words.append(Word(self._walk.source(one).lower(), self._walk.span(one)))
            elif one.type in {"variable", "string_literal", "integer_literal", "member_access"}:
                value = self._walk.evaluator.value(one)
                words.append(value.word.at(self._walk.span(one)))
            elif one.type != "command":
                waiting += (c for c in reversed(one.children) if c.is_named or _sign(c))
        return self._walk.emit(tuple(words), self._walk.span(test), self._walk.context, name="if")

    def _tested(self, node: Node | None) -> list[Command]:
        if node is None:
            return []
        before = len(self._walk.reading.commands)
        self._walk.evaluator.value(node)
        return self._walk.reading.commands[before:]

    def loop(self, node: Node) -> list[Command]:
        """A loop; what it tests is a command of its own, so that rules see that it loops."""
        blocks = [c for c in node.named_children if c.type == "statement_block"]
        tests = [c for c in node.named_children if c.type != "statement_block"]
        found: list[Command] = []
        for test in tests:
            found += self._tested(test)
        told = " ".join(self._walk.source(test) for test in tests)
        loop = self._walk.emit(
            (Word("while", self._walk.span(node)), Word(told)),
            self._walk.span(node),
            self._walk.context,
            name="while",
        )
        condition = Condition((loop, *found), negated=False)
        return [*found, *self._walk.within(self._walk.under(condition), blocks)]

    def foreach(self, node: Node) -> list[Command]:
        """A loop over values: its body is read with each that is known."""
        children = node.named_children
        name = self._walk.source(children[0]).lstrip("$").lower()
        blocks = [c for c in children if c.type == "statement_block"]
        given = [c for c in children[1:] if c.type != "statement_block"]
        before = len(self._walk.reading.commands)
        items = self._walk.evaluator.value(given[0]) if given else unknown()
        found = self._walk.reading.commands[before:]
        kept = self._walk.variables.get(name)
        words = (
            items.words
            if items.is_array or items.is_literal
            else (Word(HOLE, taints=items.taints),)
        )
        for word in self._walk.bounded(words, node):
            self._walk.variables[name] = Value((word,))
            found += self._walk.each(blocks)
        if kept is not None:
            self._walk.variables[name] = kept
        else:
            self._walk.variables[name] = unknown(items.taints)
        return found

    def function(self, node: Node) -> list[Command]:
        """A function or method, whose body may be reached."""
        named = [c for c in node.named_children if c.type in {"function_name", "simple_name"}]
        name = self._walk.source(named[0]).lower() if named else ""
        self._walk.reading.functions.add(name)
        kept = self._walk.variables
        self._walk.variables = dict(kept)
        body = [c for c in node.named_children if c.type in {"script_block", "statement_block"}]
        self._walk.within(self._walk.context._replace(function=name, inputs=(), stdin=None), body)
        self._walk.variables = kept
        return []

    def parameters(self, node: Node) -> list[Command]:
        """Parameters; a default may start something, and is what a script's own one holds."""
        before = len(self._walk.reading.commands)
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one.type == "script_parameter":
                self._parameter(one)
            waiting += reversed(one.named_children)
        return self._walk.reading.commands[before:]

    def _parameter(self, node: Node) -> None:
        named = next((c for c in node.named_children if c.type == "variable"), None)
        default = next((c for c in node.named_children if c.type.endswith("default")), None)
        if named is None:
            return
        # The grammar takes the next parameters for elements of an array.
        given = default.named_children[:1] if default is not None else []
        if given and given[0].type == "array_literal_expression":
            given = given[0].named_children
        values = [self._walk.evaluator.value(one) for one in given]
        value = values[0] if values else unknown()
        if self._walk.context.function or self._walk.place.depth:
            value = unknown(value.taints)
        self._walk.variables[self._walk.source(named).lstrip("$").lower()] = value


def _sign(node: Node) -> bool:
    """Whether an unnamed token is an operator, not a bracket."""
    return node.type.startswith(("-", "!"))
