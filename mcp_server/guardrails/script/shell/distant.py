"""Programs that run a command somewhere else: on another host or in a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Origin, Word
from mcp_server.guardrails.script.shell import wrappers
from mcp_server.guardrails.script.shell.running import joined
from mcp_server.guardrails.script.shell.wrappers import options_of

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.starting import Starter

_SSH: Final = options_of("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B")
_MANY: Final = options_of("-h -H -l -p -o -e -t -O -x -w -g --host --hosts --user")
_HERE: Final = re.compile(r"(?:-o\s*)?(?:ProxyCommand|LocalCommand)[\s=]+(.+)", re.IGNORECASE)
"""Options of ssh whose value runs on this side."""
_OPERANDS: Final = {"ssh": 1, "autossh": 1, "rsh": 1, "slogin": 1}
_NAMED: Final = {
    "ansible": ("-a", "--args"),
    "vagrant": ("-c", "--command"),
    "gcloud": ("--command",),
}
"""Programs whose option has the text."""
RUNNERS: Final = frozenset(
    {*_OPERANDS, *_NAMED, "pssh", "parallel-ssh", "pdsh", "clush", "salt", "dsh"}
)
_OF_SHELL: Final = frozenset(" ;|&<>$`\n")


def container(starter: Starter, command: Command, context: Context) -> list[Command]:
    """`docker run`, `kubectl exec` and their kind."""
    inner = wrappers.inner_words(command.name, command.words)
    if inner is None:
        return []
    wrapped = context.wrapped(command)._replace(origin=Origin.REMOTE)
    return starter.start(tuple(inner), command.span, wrapped)


def run(starter: Starter, command: Command, context: Context) -> list[Command]:
    """ssh, and tools that run a command on several hosts."""
    if command.name in _OPERANDS:
        _on_this_side(starter, command, context)
    wrapped = context.wrapped(command)._replace(origin=Origin.REMOTE)
    rest = _command(command)
    if not rest:
        if command.stdin is not None and command.name in _OPERANDS:
            return starter.read(command.stdin, Origin.REMOTE, wrapped)
        return []
    if len(rest) > 1 and not any(_OF_SHELL & set(word.text) for word in rest):
        return starter.start(rest, command.span, wrapped)
    if len(rest) == 1 and rest[0].text in interpreters.SHELLS:
        return starter.start(rest, command.span, wrapped)
    return starter.read(joined(rest, command), Origin.REMOTE, wrapped)


def _command(command: Command) -> tuple[Word, ...]:
    """The words that are run."""
    if (options := _NAMED.get(command.name)) is not None:
        value = command.value(*options)
        return (value,) if value is not None else ()
    if command.name == "salt":
        at = next((i for i, text in enumerate(command.texts) if text == "cmd.run"), None)
        return command.args[at + 1 :][:1] if at is not None else ()
    valued = _SSH if command.name in _OPERANDS else _MANY
    args, index = command.args, 0
    while index < len(args) and args[index].text.startswith("-"):
        index += 2 if args[index].text in valued else 1
    return args[index + _OPERANDS.get(command.name, 0) :]


def _on_this_side(starter: Starter, command: Command, context: Context) -> None:
    for word in command.args:
        if (found := _HERE.match(word.text)) is not None:
            starter.read(Word(found[1], word.span), Origin.STRING, context.wrapped(command))
