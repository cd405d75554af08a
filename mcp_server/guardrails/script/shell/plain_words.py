"""Words of constants and quoted variables, as most are: read without the steps for the others."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Span, Taint, Word
from mcp_server.guardrails.script.placeholders import folded_parameters
from mcp_server.guardrails.script.shell.environment import Environment
from mcp_server.guardrails.script.shell.shfmt import Node

ALL_ARGUMENTS: Final = frozenset({"@", "*"})
"""As names of parameters, and as subscripts for all elements."""
_NOT_PLAIN: Final = re.compile(r"[\\{~]")
"""What means more than itself outside quotes; globs stay as they are."""
_LONGEST: Final = 32 * 1024
_UNTAINTED: Final = frozenset[Taint]()


def plain_word(node: Node, environment: Environment, span: Span) -> Word | None:
    """The one argument that a word is; None when it may be another number of them, or takes more.

    What it gives is what `Expander` gives for the same word.
    """
    values: list[Word] = []
    is_quoted = True
    for part in node.get("Parts", ()):
        kind = part["Type"]
        if kind == "Lit" and not _NOT_PLAIN.search(part["Value"]):
            values.append(Word(part["Value"]))
            is_quoted = False
        elif kind == "SglQuoted" and not part.get("Dollar"):
            values.append(Word(part.get("Value", "")))
        elif kind == "DblQuoted":
            inside = [_quoted_value(inner, environment) for inner in part.get("Parts", ())]
            if None in inside:
                return None
            values += [value for value in inside if value is not None]
        else:
            return None
    return _joined(values, span, is_quoted=is_quoted)


def _joined(values: list[Word], span: Span, *, is_quoted: bool) -> Word | None:
    text = "".join([value.text for value in values])
    if len(text) > _LONGEST:
        return None
    taints = _UNTAINTED
    may_be_empty = False
    for value in values:
        taints |= value.taints
        may_be_empty |= value.may_be_empty
    if PARAMETER in text or HOLE in text:
        text = folded_parameters(text)
        taints |= {Taint.PARAMETER} if PARAMETER in text else _UNTAINTED
    return Word(text, span, taints, (), is_quoted, may_be_empty)


def _quoted_value(part: Node, environment: Environment) -> Word | None:
    """What a constant or a variable between double quotes holds, where it is one value."""
    if part["Type"] == "Lit":
        return None if "\\" in part["Value"] else Word(part["Value"])
    if part["Type"] != "ParamExp" or part["Param"]["Value"] in ALL_ARGUMENTS:
        return None
    if not part.get("Short") and (part.get("Index") or changes(part)):
        return None
    value = environment.get(part["Param"]["Value"])
    return value if isinstance(value, Word) and not value.alternatives else None


def changes(part: Node) -> bool:
    """Whether an expansion changes the value: `${x:-y}`, `${#x}`, `${x/a/b}`."""
    return any(part.get(key) for key in ("Length", "Width", "Excl", "Exp", "Slice", "Repl"))
