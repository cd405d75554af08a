"""Simple commands, assignments and declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import HOLE, Assignment, Command, Obstacle, Taint, Word

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.environment import Value
    from mcp_server.guardrails.script.shell.shfmt import Node
    from mcp_server.guardrails.script.shell.walk import Walk

_MOST_WORDS: Final = 12_000
"""Of one command; arrays that double themselves reach any number."""
_MOST_ELEMENTS: Final = 1_000


def call(walk: Walk, node: Node, context: Context) -> list[Command]:
    """A command with arguments, or assignments alone."""
    assigned = tuple(_assignment(walk, n) for n in node.get("Assigns") or ())
    words: list[Word] = []
    for argument in node.get("Args") or ():
        words += walk.expander.fields(argument, is_name=not words)
        if len(words) > _MOST_WORDS:
            walk.reading.gap(Obstacle.SIZE, walk.span(node))
            break
    if words:
        assignments = tuple(assignment for assignment, _ in assigned)
        return walk.starter.start(tuple(words), walk.span(node), context, assignments)
    for one in assigned:
        _keep(walk, one)
    if context.redirects and not assigned:
        return [walk.emit((Word("", walk.span(node)),), walk.span(node), context)]
    return []


def _assignment(walk: Walk, node: Node) -> tuple[Assignment, Value]:
    name = node.get("Name", {}).get("Value", "")
    span = walk.span(node)
    value: Value
    if (array := node.get("Array")) is not None:
        whole, value = _array(walk, node, array, name)
    else:
        whole = walk.expander.single(node.get("Value"))
        if node.get("Append"):
            old = walk.session.environment.scalar(name)
            whole = Word(old.text + whole.text, span, old.taints | whole.taints)
        value = Word(HOLE, span, whole.taints) if node.get("Index") else whole
    assignment = Assignment(name, whole, span)
    walk.reading.assignments.append(assignment)
    return assignment, value


def _array(walk: Walk, node: Node, array: Node, name: str) -> tuple[Word, Value]:
    words: list[Word] = []
    for element in array.get("Elems") or ():
        if element.get("Value"):
            words += walk.expander.fields(element["Value"])
    old = walk.session.environment.values.get(name)
    if node.get("Append") and isinstance(old, tuple):
        words = [*old, *words]
    taints = frozenset[Taint]().union(*(w.taints for w in words))
    span = walk.span(node)
    if len(words) > _MOST_ELEMENTS:
        walk.reading.gap(Obstacle.SIZE, span)
        return Word(HOLE, span, taints), Word(HOLE, span, taints)
    return Word(" ".join(word.text for word in words), span, taints), tuple(words)


def _keep(walk: Walk, assigned: tuple[Assignment, Value]) -> None:
    assignment, value = assigned
    # Set empty is often set for later: what it will hold is not known.
    if isinstance(value, Word) and not value.text:
        value = Word(HOLE, may_be_empty=True)
    walk.session.environment.values[assignment.name] = value


def _declaration(walk: Walk, node: Node, context: Context) -> list[Command]:
    """`export A=b`, `local`, `declare`, `readonly`."""
    words = [Word(node["Variant"]["Value"], walk.span(node["Variant"]))]
    for argument in node.get("Args") or ():
        if not argument.get("Naked"):
            assigned = _assignment(walk, argument)
            _keep(walk, assigned)
            value = assigned[0].value
            text = f"{assigned[0].name}={value.text}"
            words.append(Word(text, walk.span(argument), value.taints, quoted=True))
        elif argument.get("Value"):
            words.append(walk.expander.single(argument["Value"]))
        else:
            name = argument.get("Name", {}).get("Value", "")
            words.append(Word(name, walk.span(argument)))
    return [walk.emit(tuple(words), walk.span(node), context)]


SIMPLE: Final = {"CallExpr": call, "DeclClause": _declaration}
