"""Built-in commands of the shell that change what is known."""

import posixpath
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Obstacle, Taint, Word
from mcp_server.guardrails.script.reading import Reading
from mcp_server.guardrails.script.shell.environment import UNKNOWN
from mcp_server.guardrails.script.shell.printing import printed
from mcp_server.guardrails.script.shell.session import Session

_OPTIONS: Final = {"e": "errexit", "u": "nounset"}
_MOST_LINES: Final = 256
"""Values that `read` may give a variable in a loop; what is left out is a gap."""
_MOST_ARGUMENTS: Final = 256
"""Of `set` and `mapfile`; what is left out is a gap."""


def apply(command: Command, session: Session, reading: Reading) -> None:
    """Let a built-in change the variables, the directory, the aliases or the options."""
    effect = _EFFECTS.get(command.name)
    if effect is not None:
        effect(command, session, reading)


def _cd(command: Command, session: Session, _reading: Reading) -> None:
    session.environment.directory = _directory(command, session)


def _directory(command: Command, session: Session) -> str:
    operands = command.operands
    if command.name == "popd":
        return ""
    if not operands:
        return "/root"
    target = operands[0]
    if not target.is_literal or target.alternatives or target.text == "-":
        return ""
    if target.text.startswith("/"):
        return posixpath.normpath(target.text)
    here = session.environment.directory
    return posixpath.normpath(f"{here}/{target.text}") if here else ""


def _read(command: Command, session: Session, reading: Reading) -> None:
    names = [word.text for word in command.operands if word.text.isidentifier()]
    value = _line(command) if len(names) == 1 and command.name == "read" else UNKNOWN
    if len(value.alternatives) > _MOST_LINES:
        reading.gap(Obstacle.SIZE, command.span)
        value = UNKNOWN
    taints = command.stdin.taints if command.stdin else frozenset[Taint]()
    for name in names:
        session.environment.values[name] = Word(
            value.text,
            taints=taints,
            alternatives=value.alternatives,
            may_be_empty=value.may_be_empty,
        )


def _line(command: Command) -> Word:
    """A line of what is read, whichever it is."""
    stdin = command.stdin
    if stdin is None or stdin.text.startswith(HOLE):
        return UNKNOWN
    lines = stdin.alternatives or tuple(filter(None, stdin.text.split("\n")))
    if not lines:
        return UNKNOWN
    return Word(lines[0], alternatives=lines if len(lines) > 1 else ())


def _read_lines(command: Command, session: Session, reading: Reading) -> None:
    """`mapfile name`: each line an element."""
    stdin = command.stdin
    for word in command.operands[-1:]:
        if stdin is None or HOLE in stdin.text:
            session.environment.values[word.text] = UNKNOWN
        else:
            lines = stdin.text.removesuffix("\n").split("\n")
            if len(lines) > _MOST_ARGUMENTS:
                reading.gap(Obstacle.SIZE, command.span)
            session.environment.values[word.text] = tuple(
                Word(line, stdin.span, stdin.taints) for line in lines[:_MOST_ARGUMENTS]
            )


def _unset(command: Command, session: Session, _reading: Reading) -> None:
    for word in command.operands:
        session.environment.values[word.text] = UNKNOWN


def _shift(_command: Command, session: Session, _reading: Reading) -> None:
    session.environment.forget_arguments()


def _alias(command: Command, session: Session, _reading: Reading) -> None:
    for word in command.args:
        name, mark, text = word.text.partition("=")
        if mark:
            session.known.aliases[name] = Word(text, word.span, word.taints)


def _unalias(command: Command, session: Session, _reading: Reading) -> None:
    for word in command.operands:
        session.known.aliases.pop(word.text, None)


def _printf(command: Command, session: Session, _reading: Reading) -> None:
    """`printf -v name`."""
    if command.texts[:1] == ("-v",) and len(command.args) > 1:
        text = printed(replace(command, words=(command.words[0], *command.words[3:])))
        session.environment.values[command.args[1].text] = Word(text or HOLE)


def _set(command: Command, session: Session, reading: Reading) -> None:
    texts = command.texts
    if "--" in texts:
        given = command.args[texts.index("--") + 1 :]
        if len(given) > _MOST_ARGUMENTS:
            reading.gap(Obstacle.SIZE, command.span)
        session.environment.set_arguments(given[:_MOST_ARGUMENTS])
    if command.conditions or command.function:
        return
    for index, text in enumerate(texts):
        if text == "-o" or (text.startswith("-") and text.endswith("o")):
            reading.options |= set(texts[index + 1 : index + 2])
        if text.startswith("-") and not text.startswith("--"):
            reading.options |= {_OPTIONS[c] for c in text[1:] if c in _OPTIONS}


_EFFECTS: Final[dict[str, Callable[[Command, Session, Reading], None]]] = {
    "cd": _cd,
    "pushd": _cd,
    "popd": _cd,
    "set": _set,
    "read": _read,
    "mapfile": _read_lines,
    "readarray": _read_lines,
    "getopts": _read,
    "unset": _unset,
    "shift": _shift,
    "alias": _alias,
    "unalias": _unalias,
    "printf": _printf,
}
