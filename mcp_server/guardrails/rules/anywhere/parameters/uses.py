"""Where parameters are used, and which variables that hold one are checked first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.model import PARAMETER, Assignment, Command, Script, Word

_PLACEHOLDER: Final = re.compile(r"\{\{[ \t]*[A-Za-z0-9_.:-]")
_QUOTED_VALUE: Final = re.compile(r"[^=]*=\s*[\"']|(?:set\s+)?\"", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\$\{?(?:env:)?([A-Za-z_]\w*)|[%!]([A-Za-z_]\w*)[%!:]")
_MATCHING: Final = frozenset(
    {"=~", "==", "=", "!=", "-match", "-notmatch", "-in", "-notin", "-eq", "-ne"}
)
_TESTS: Final = frozenset({"[", "[[", "test", "if"})
_SEARCHES: Final = frozenset({"grep", "egrep", "expr", "findstr", "select-string"})


@dataclass(frozen=True, slots=True)
class Use:
    """A word of a command with a parameter in it."""

    command: Command
    index: int
    """Among the command's words."""
    word: Word
    is_direct: bool
    """Whether the placeholder itself stands there, rather than a variable that holds it."""
    is_checked: bool
    """Whether it comes from variables that were all compared with a pattern before."""


def has_parameter(word: Word) -> bool:
    """Whether a word has, or may have, a parameter in it."""
    return PARAMETER in word.text or any(PARAMETER in text for text in word.alternatives)


def is_quoted(assignment: Assignment, script: Script) -> bool:
    """Whether what is assigned stands in quotes."""
    if assignment.value.quoted:
        return True
    written = script.text[assignment.span.start : assignment.span.end]
    return _QUOTED_VALUE.match(written) is not None


def source(script: Script, word: Word) -> str:
    """A word as it is written in the script."""
    return script.text[word.span.start : word.span.end]


def uses(script: Script) -> Iterator[Use]:
    """Every use of a parameter in a command's words, in the order of running."""
    if "{{" not in script.text:
        return
    checked: set[str] = set()
    for command in script.commands:
        for index, word in enumerate(command.words):
            if has_parameter(word):
                written = source(script, word)
                names = variables(written)
                is_direct = not names or bool(_PLACEHOLDER.search(written))
                yield Use(command, index, word, is_direct, not is_direct and names <= checked)
        checked |= checked_by(command, script)


def variables(written: str) -> frozenset[str]:
    """The names of the variables in a word as it is written."""
    return frozenset((found[1] or found[2]).lower() for found in _VARIABLE.finditer(written))


def checked_by(command: Command, script: Script) -> frozenset[str]:
    """The variables that a command compares with a pattern or with known values."""
    texts = {text.lower() for text in command.texts}
    if command.name == "case":
        compared = command.args[:1]
    elif command.name in _TESTS:
        compared = command.args if texts & _MATCHING and not _is_emptiness(command) else ()
    elif command.name in _SEARCHES:
        compared = (*command.args, *(word for one in command.inputs for word in one.args))
        compared += tuple(one.target for one in command.redirects if one.operator == "<<<")
    else:
        return frozenset()
    return frozenset().union(*(variables(source(script, word)) for word in compared))


def _is_emptiness(command: Command) -> bool:
    """`[ "$x" = "" ]` says nothing of what a value holds."""
    return any(not word.text for word in command.args)


def checked_variables(script: Script) -> frozenset[str]:
    """The variables that are compared with a pattern anywhere in the script."""
    return frozenset().union(*(checked_by(command, script) for command in script.commands))
