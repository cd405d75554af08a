"""Compound commands: blocks, lists, pipelines, branches, loops, functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import HOLE, Command, Condition, Obstacle, Taint, Word
from mcp_server.guardrails.script.shell.conditions import words_of_test
from mcp_server.guardrails.script.shell.session import Function
from mcp_server.guardrails.script.shell.substitution import carried

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.environment import Value
    from mcp_server.guardrails.script.shell.shfmt import Node
    from mcp_server.guardrails.script.shell.walk import Walk

_PIPES: Final = frozenset({"|", "|&"})
_MOST_ARGUMENTS: Final = 256
"""Of a call of a function; what is left out is a gap."""
_MOST_VALUES: Final = 256
"""Of the variable of a loop; what is left out is a gap."""


def _block(walk: Walk, node: Node, context: Context) -> list[Command]:
    return walk.listed(node.get("Stmts"), context)


def _subshell(walk: Walk, node: Node, context: Context) -> list[Command]:
    return walk.branch(node.get("Stmts"), context)[0]


def _binary(walk: Walk, node: Node, context: Context) -> list[Command]:
    """`a && b || c`, which the tree nests to the left however long it is."""
    if node["Op"] in _PIPES:
        return _pipeline(walk, node, context)
    steps = [node]
    while (inner := _plain(steps[-1]["X"], "&&", "||")) is not None:
        steps.append(inner)
    steps.reverse()
    left = walk.statement(steps[0]["X"], context)
    found = list(left)
    negated = bool(steps[0]["X"].get("Negated"))
    unsure: dict[str, Value] = {}
    for step in steps:
        condition = Condition(tuple(left), (step["Op"] == "||") != negated)
        right, after = walk.branch((step["Y"],), context.under(condition))
        # `a && b`: when it matters that b ran, it did; but `a && x=new` may have left the old one.
        if step["Op"] == "&&":
            unsure = {**walk.session.environment.overwritten(after), **unsure} if left else unsure
            walk.enter(after)
        else:
            walk.session.environment.join(walk.session.environment.copy(), after)
        found += right
        left, negated = (left + right)[-_MOST_VALUES:], False
    walk.session.environment.doubt(unsure)
    return found


def _pipeline(walk: Walk, node: Node, context: Context) -> list[Command]:
    parts = [node["Y"]]
    left: Node = node["X"]
    while (inner := _plain(left, *_PIPES)) is not None:
        parts.append(inner["Y"])
        left = inner["X"]
    parts.append(left)
    found: list[Command] = []
    before: list[Command] = []
    for index, part in enumerate(reversed(parts)):
        inputs = context
        if index:
            inputs = context._replace(
                inputs=tuple(before), stdin=carried(walk, before, walk.span(part))
            )
        before, _ = walk.branch((part,), inputs)
        found += before
    return found


def _plain(node: Node, *operators: str) -> Node | None:
    """The list or pipeline that a statement is, when it is nothing more than that."""
    command = node.get("Cmd") or {}
    is_one = command.get("Type") == "BinaryCmd" and command["Op"] in operators
    is_more = any(node.get(key) for key in ("Redirs", "Negated", "Background"))
    return command if is_one and not is_more else None


def _if(walk: Walk, node: Node, context: Context) -> list[Command]:
    """`if`, and `elif` after `elif`, which the tree nests."""
    found: list[Command] = []
    branches = []
    kept = walk.session.environment
    rest: Node | None = node
    while rest is not None and rest.get("Cond"):
        commands = walk.listed(rest["Cond"], context)
        negated = _is_negated(rest["Cond"])
        then, after = walk.branch(
            rest.get("Then"), context.under(Condition(tuple(commands), negated))
        )
        found += [*commands, *then]
        branches.append(after)
        context = context.under(Condition(tuple(commands), not negated))
        rest = rest.get("Else")
    # An else branch is an if without a condition.
    otherwise, after = walk.branch(rest.get("Then") if rest else (), context)
    walk.enter(kept)
    kept.join(*branches, after)
    return found + otherwise


def _while(walk: Walk, node: Node, context: Context) -> list[Command]:
    found = walk.listed(node.get("Cond"), context)
    negated = _is_negated(node.get("Cond")) != bool(node.get("Until"))
    body, after = walk.branch(node.get("Do"), context.under(Condition(tuple(found), negated)))
    walk.session.environment.join(walk.session.environment.copy(), after)
    return found + body


def _is_negated(nodes: list[Node] | None) -> bool:
    return bool(nodes and nodes[-1].get("Negated"))


def _for(walk: Walk, node: Node, context: Context) -> list[Command]:
    loop = node["Loop"]
    kept = walk.session.environment
    walk.enter(kept.copy())
    if loop["Type"] == "WordIter":
        items: list[Word] = []
        for item in loop.get("Items") or ():
            items += walk.expander.fields(item)
        value = _iterated(items)
        if len(value.alternatives) > _MOST_VALUES:
            walk.reading.gap(Obstacle.SIZE, walk.span(node))
            value = replace(value, alternatives=value.alternatives[:_MOST_VALUES])
        walk.session.environment.values[loop["Name"]["Value"]] = value
    body = walk.listed(node.get("Do"), context)
    after = walk.session.environment
    walk.enter(kept)
    kept.join(kept.copy(), after)
    return body


def _iterated(items: list[Word]) -> Word:
    """The variable of a loop: each value that it takes, where they are known."""
    texts = tuple(dict.fromkeys(value for item in items for value in item.values))
    taints = frozenset[Taint]().union(*(item.taints for item in items))
    if not texts:
        return Word(HOLE, taints=taints)
    return Word(texts[0], taints=taints, alternatives=texts if texts[1:] else ())


def _case(walk: Walk, node: Node, context: Context) -> list[Command]:
    subject = walk.expander.single(node.get("Word"))
    found: list[Command] = []
    branches = [walk.session.environment.copy()]
    for item in node.get("Items") or ():
        patterns = [walk.expander.single(p) for p in item.get("Patterns") or ()]
        words = (Word("case", subject.span), subject, *patterns)
        test = walk.emit(words, subject.span, context, name="case")
        condition = Condition((test,), negated=False)
        body, after = walk.branch(item.get("Stmts"), context.under(condition))
        found += [test, *body]
        branches.append(after)
    walk.session.environment.join(*branches)
    return found


def _test(walk: Walk, node: Node, context: Context) -> list[Command]:
    words = (Word("[[", walk.span(node)), *words_of_test(node.get("X"), walk.expander))
    return [walk.emit(words, walk.span(node), context)]


def _arithmetic(walk: Walk, node: Node, context: Context) -> list[Command]:
    walk.expander.arithmetic(node)
    return [walk.emit((Word("((", walk.span(node)),), walk.span(node), context, name="((")]


def _let(walk: Walk, node: Node, _context: Context) -> list[Command]:
    walk.expander.arithmetic(node)
    return []


def _timed(walk: Walk, node: Node, context: Context) -> list[Command]:
    if node.get("Stmt") is None:
        return []
    outer = walk.emit((Word("time", walk.span(node)),), walk.span(node), context)
    return walk.statement(node["Stmt"], context.wrapped(outer))


def _coprocess(walk: Walk, node: Node, context: Context) -> list[Command]:
    outer = walk.emit((Word("coproc", walk.span(node)),), walk.span(node), context)
    return walk.statement(node["Stmt"], context.wrapped(outer)._replace(background=True))


def _function(walk: Walk, node: Node, context: Context) -> list[Command]:
    """What a function does is read where it is defined, and once more where it is called."""
    name = node["Name"]["Value"]
    walk.session.known.functions[name] = Function(node["Body"], walk)
    walk.reading.functions.add(name)
    kept = walk.session.environment
    inside = kept.copy()
    inside.calls = (*inside.calls, name)
    inside.forget_arguments()
    walk.enter(inside)
    walk.statement(node["Body"], context._replace(function=name, background=False))
    walk.enter(kept)
    return []


def called(
    function: Function, name: str, args: tuple[Word, ...], context: Context
) -> list[Command]:
    """A function once more, with the arguments of a call."""
    walk = function.walk
    kept = walk.session.environment
    inside = kept.copy()
    inside.calls = (*inside.calls, name)
    inside.set_arguments(args[:_MOST_ARGUMENTS])
    if len(args) > _MOST_ARGUMENTS:
        walk.reading.gap(Obstacle.SIZE, args[0].span)
    walk.enter(inside)
    found = walk.statement(function.body, context._replace(function=name))
    after = walk.session.environment
    walk.enter(kept)
    after.forget_arguments()
    kept.values |= after.values
    return found


COMPOUNDS: Final = {
    "Block": _block,
    "Subshell": _subshell,
    "BinaryCmd": _binary,
    "IfClause": _if,
    "WhileClause": _while,
    "ForClause": _for,
    "CaseClause": _case,
    "FuncDecl": _function,
    "TestClause": _test,
    "ArithmCmd": _arithmetic,
    "LetClause": _let,
    "TimeClause": _timed,
    "CoprocClause": _coprocess,
}
