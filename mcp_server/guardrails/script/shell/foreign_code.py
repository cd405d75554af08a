"""Code in other languages that a command runs: noted, and read as far as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import HOLE, Command, Foreign, Origin, Taint, Word
from mcp_server.guardrails.script.reading import Place

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.starting import Starter
    from mcp_server.guardrails.script.shell.walk import Walk

_SHORT: Final = 2
_GLUED: Final = frozenset("rMmIiWdDxF")
"""Letters of options that have their own value glued to them: `-rsocket`, `-MSocket`."""


def note(starter: Starter, command: Command, context: Context) -> bool:
    """Whether a command runs code of another language that can be seen; it is noted then."""
    walk = starter.walk
    runner = interpreters.runner_of(command.name)
    if runner is None:
        return _compiled(walk, command)
    code = _code_of(walk, runner, command)
    if code is None or not code.text.strip(HOLE + " \n\t"):
        return False
    place = Place(
        origin=Origin.STRING,
        carrier=walk.place.carrier or command.span,
        depth=walk.place.depth,
        wrappers=context.wrapped(command).wrappers,
        conditions=context.conditions,
        function=context.function,
    )
    walk.reading.add_foreign(Foreign(runner.language, code, command=command), place)
    return True


def _code_of(walk: Walk, runner: interpreters.Runner, command: Command) -> Word | None:
    if pieces := _pieces(runner, command):
        head = _modules(runner.language, command)
        text = head + "\n".join(piece.text for piece in pieces)
        taints = frozenset[Taint]().union(*(piece.taints for piece in pieces))
        return Word(text, pieces[0].span, taints)
    operands = command.operands
    if runner.first_operand:
        return _program(walk, command)
    if runner.subcommand:
        is_named = len(operands) > 1 and operands[0].text == runner.subcommand
        return operands[1] if is_named else None
    file = next((w for w in operands if w.text not in {"-", "/dev/stdin"}), None)
    if file is not None:
        return walk.session.known.files.get(walk.path(file.text))
    return command.stdin


def _pieces(runner: interpreters.Runner, command: Command) -> list[Word]:
    """The values of the options that carry code, also glued to them: `-e'code'`."""
    pieces: list[Word] = []
    args = command.args
    for index, word in enumerate(args):
        text = word.text
        for option in runner.code:
            if _ends_with(text, option):
                pieces += args[index + 1 : index + 2]
                break
            at = _glued(text, option)
            if at:
                pieces.append(Word(text[at:], word.span, word.taints, quoted=word.quoted))
                break
    return pieces


def _program(walk: Walk, command: Command) -> Word | None:
    """The program of awk: a file of the script's, or an operand that is no option's value."""
    file = command.value("-f", "--file")
    if file is not None:
        return walk.session.known.files.get(walk.path(file.text))
    valued = {"-F", "-v", "--assign", "--field-separator"}
    args = command.args
    skipped = {i + 1 for i, word in enumerate(args) if word.text in valued}
    return next(
        (w for i, w in enumerate(args) if i not in skipped and not w.text.startswith("-")), None
    )


def _ends_with(text: str, option: str) -> bool:
    """`-e`, and as the last of a cluster: `-ne`, `-lane`."""
    if text == option:
        return True
    short = len(option) == _SHORT and text.startswith("-") and not text.startswith("--")
    return short and text[-1] == option[1] and text[1:].isalnum() and len(text) <= _SHORT * 4


def _glued(text: str, option: str) -> int:
    """Where the code begins in a word that has the option and its code; 0 when it has not."""
    if option.startswith("--"):
        return len(option) + 1 if text.startswith(f"{option}=") else 0
    if len(option) != _SHORT or not text.startswith("-") or text.startswith("--"):
        return 0
    if text[1:2] != option[1] and text[1:2] in _GLUED:
        return 0
    at = text.find(option[1], 1, _SHORT * 3)
    is_cluster = at > 0 and (at == 1 or (text[1:at].isalpha() and text[1:at].islower()))
    code = text[at + 1 :]
    return at + 1 if is_cluster and not code.isalnum() and code else 0


def _modules(language: str, command: Command) -> str:
    """What options load before the code: `ruby -rsocket`, `perl -MSocket`."""
    loaded = [
        w.text[_SHORT:]
        for w in command.args
        if w.text[:_SHORT] in {"-r", "-M"} and len(w.text) > _SHORT
    ]
    if language == "ruby":
        return "".join(f"require '{name}';" for name in loaded)
    if language == "perl":
        return "".join(f"use {name.partition('=')[0]};" for name in loaded)
    return ""


def _compiled(walk: Walk, command: Command) -> bool:
    """Source that the script wrote, and compiles or runs as a file."""
    if not interpreters.is_compiler(command.name):
        return False
    for word in command.operands:
        code = walk.session.known.files.get(walk.path(word.text))
        language = interpreters.language_of_file(word.text)
        if code is not None and language:
            place = Place(Origin.FILE, command.span, depth=walk.place.depth)
            walk.reading.add_foreign(Foreign(language, code, command=command), place)
            return True
    return False
