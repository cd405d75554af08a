"""The files that a script writes, with what it writes where that is known."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Language, Origin, Script
from mcp_server.guardrails.script.shell.printing import printed

_WRITERS: Final = frozenset(
    {
        "tee", "sponge", "cp", "mv", "install", "ln", "rsync", "scp", "ditto", "sed", "perl", "dd",
        "curl", "wget", "ed", "ex", "truncate", "touch", "patch", "crudini", "lineinfile",
    }
)  # fmt: skip
_COPIERS: Final = frozenset({"cp", "mv", "install", "ln", "rsync", "scp", "ditto"})
_REPLACEMENT: Final = re.compile(
    r"s(?P<mark>[^\w\s]).*?(?<!\\)(?P=mark)(?P<new>.*?)(?<!\\)(?P=mark)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Write:
    """A file that a command writes."""

    command: Command
    path: str
    """Absolute where that can be known."""
    text: str | None
    """What is put into it; None when that is not known."""
    source: str = ""
    """The file that is copied there."""


def writes(script: Script) -> tuple[Write, ...]:
    """Every file that is written by a redirection or by a program that is made for it."""
    return script.once(_writes)


def _writes(script: Script) -> Iterator[Write]:
    for command in script.commands:
        if command.language is not Language.SHELL or command.origin is Origin.REMOTE:
            continue
        if command.name in _WRITERS or command.redirects:
            files = effects.written(command)
            text = _text(command) if files else None
            for word in files:
                for value in word.values:
                    yield Write(command, _absolute(command, value), text, _source(command))


def _absolute(command: Command, path: str) -> str:
    if path.startswith("/") or not command.directory:
        return path
    return posixpath.join(command.directory, path)


def _source(command: Command) -> str:
    operands = command.operands
    return operands[0].text if command.name in _COPIERS and len(operands) > 1 else ""


def _text(command: Command) -> str | None:
    """What is written; of an edit in place what comes new into the file."""
    if command.name in {"sed", "perl"}:
        files = {word.text for word in effects.written(command)}
        programs = (text for text in command.texts if text[:1] != "-" and text not in files)
        return "\n".join(map(_new_text, programs))
    if command.name in {"truncate", "touch", ""}:
        return ""
    text = printed(command)
    if text is None and command.stdin is not None and not command.operands:
        return command.stdin.text
    return text


def _new_text(program: str) -> str:
    """The replacements of `s/old/new/`, or what an `a`, `i` or `c` command adds."""
    replacements = [found["new"] for found in _REPLACEMENT.finditer(program)]
    return "\n".join(replacements) if replacements else program
