"""Redirections of a statement, with the texts of its here-documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import sources
from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import HOLE, Redirect, Span, Word

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.shfmt import Node
    from mcp_server.guardrails.script.shell.walk import Walk

_HERE: Final = frozenset({"<<", "<<-"})
_INPUT: Final = frozenset({None, 0})


def redirected(walk: Walk, nodes: list[Node], context: Context) -> Context:
    """The context with the redirections of a statement in it."""
    redirects = list(context.redirects)
    stdin = context.stdin
    for node in nodes:
        operator, target = _target(walk, node)
        descriptor = node.get("N", {}).get("Value")
        number = integer(descriptor) if descriptor else None
        redirects.append(Redirect(operator, target, number))
        if number not in _INPUT:
            continue
        if operator in {"<<", "<<<"}:
            stdin = target
        elif operator in {"<", "<>"}:
            stdin = _file(walk, target)
    return context._replace(redirects=tuple(redirects), stdin=stdin)


def _target(walk: Walk, node: Node) -> tuple[str, Word]:
    operator: str = node["Op"]
    if operator in _HERE and (body := node.get("Hdoc")) is not None:
        parts = node["Word"].get("Parts", ())
        quoted = any(p["Type"] != "Lit" or "\\" in p.get("Value", "") for p in parts)
        return "<<", _here_document(walk, body, quoted=quoted, tabs=operator == "<<-")
    word = walk.expander.single(node["Word"])
    if operator == "<<<":
        return operator, Word(word.text + "\n", word.span, word.taints, word.alternatives)
    return operator, word


def _here_document(walk: Walk, body: Node, *, quoted: bool, tabs: bool) -> Word:
    parts = body.get("Parts", ())
    if quoted or (len(parts) == 1 and parts[0]["Type"] == "Lit" and "\\" not in parts[0]["Value"]):
        text = "".join(part.get("Value", "") for part in parts)
        place = walk.span(body)
        if walk.place.carrier is None:
            # The tree has the delimiter in the body's place.
            place = Span(place.start, place.start + len(text))
        word = Word(text, place, quoted=quoted)
    else:
        word = walk.expander.here_document(body)
    if tabs:
        lines = "\n".join(line.lstrip("\t") for line in word.text.split("\n"))
        return Word(lines, word.span, word.taints, quoted=word.quoted)
    return word


def _file(walk: Walk, target: Word) -> Word:
    """What is read from a file: its text where the script wrote it."""
    known = walk.session.known.files.get(walk.path(target.text))
    if known is not None:
        return known
    return Word(HOLE, target.span, sources.file_taints(target))
