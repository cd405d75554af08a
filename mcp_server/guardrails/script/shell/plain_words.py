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


def plain_word(node: Node, environment: Environment, span: Span) -> Word | None:
    """The one argument that a word is; None when it may be another number of them, or takes more.

    What it gives is what `Expander` gives for the same word.
    """
    texts: list[str] = []
    variables: list[Word] = []
    is_quoted = True
    for part in node.get("Parts", ()):
        kind = part["Type"]
        if kind == "Lit" and not _NOT_PLAIN.search(part["Value"]):
            texts.append(part["Value"])
            is_quoted = False
        elif kind == "SglQuoted" and not part.get("Dollar"):
            texts.append(part.get("Value", ""))
        elif kind != "DblQuoted" or not _is_read(part, environment, texts, variables):
            return None
    text = "".join(texts)
    if len(text) > _LONGEST:
        return None
    if not variables and PARAMETER not in text and HOLE not in text:
        return Word(text, span, quoted=is_quoted)
    text = folded_parameters(text)
    taints = {Taint.PARAMETER} if PARAMETER in text else set()
    return Word(
        text,
        span,
        frozenset(taints.union(*(variable.taints for variable in variables))),
        quoted=is_quoted,
        may_be_empty=any(variable.may_be_empty for variable in variables),
    )


def _is_read(node: Node, environment: Environment, texts: list[str], variables: list[Word]) -> bool:
    """Whether all that stands between double quotes has one value; it is added then."""
    for part in node.get("Parts", ()):
        if part["Type"] == "Lit":
            if "\\" in part["Value"]:
                return False
            texts.append(part["Value"])
        elif (value := _variable(part, environment)) is not None:
            texts.append(value.text)
            variables.append(value)
        else:
            return False
    return True


def _variable(part: Node, environment: Environment) -> Word | None:
    """What a variable holds, where that is one value and is taken as it is."""
    if part["Type"] != "ParamExp" or part["Param"]["Value"] in ALL_ARGUMENTS:
        return None
    if not part.get("Short") and (part.get("Index") or changes(part)):
        return None
    value = environment.get(part["Param"]["Value"])
    return value if isinstance(value, Word) and not value.alternatives else None


def changes(part: Node) -> bool:
    """Whether an expansion changes the value: `${x:-y}`, `${#x}`, `${x/a/b}`."""
    return any(part.get(key) for key in ("Length", "Width", "Excl", "Exp", "Slice", "Repl"))
