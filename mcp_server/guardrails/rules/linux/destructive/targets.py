"""What a command is about: its operands, and what a find before it or around it hands to it."""

import posixpath
from collections.abc import Iterator

from mcp_server.guardrails.script import paths, sources
from mcp_server.guardrails.script.model import HOLE, Command


def targets(command: Command, *, first: int = 0) -> Iterator[str]:
    """The paths among the operands, from the working directory where that is known.

    Args:
        command: any.
        first: the operand to begin with; chmod's first one is a mode.
    """
    for word in command.operands[first:]:
        for value in word.values:
            if not value.startswith("/") and command.directory:
                yield posixpath.join(command.directory, value)
            else:
                yield value


def is_recursive(command: Command) -> bool:
    """Whether everything under a target is meant too."""
    return command.has("-r", "-R", "--recursive")


def finds(command: Command) -> Iterator[Command]:
    """The finds whose hits a command works on: -exec, a pipe to xargs, a loop that reads."""
    for wrapper in command.wrappers:
        if wrapper.name == "find":
            yield wrapper
        elif wrapper.name in {"xargs", "parallel"}:
            yield from (c for c in _upstream(wrapper) if c.name in {"find", "ls"})
    if any(c.name == "read" for condition in command.conditions for c in condition.commands):
        yield from (c for c in _upstream(command) if c.name == "find")


def takes_everything_found(command: Command) -> bool:
    """Whether a command works on every file under a critical folder."""
    unknown = any(HOLE in w.text or w.text.endswith("/*") for w in command.operands)
    return unknown and any(
        not sources.is_narrow(find) and any(map(paths.is_critical, sources.find_roots(find)))
        for find in finds(command)
    )


def works_on_homes_or_system(command: Command) -> bool:
    """Whether the files that a command works on are everybody's, or the system's."""
    return any(
        paths.is_critical(root) or paths.is_home(root)
        for find in finds(command)
        for root in sources.find_roots(find)
    )


def _upstream(command: Command) -> Iterator[Command]:
    waiting = list(command.inputs)
    for _ in range(12):
        if not waiting:
            return
        one = waiting.pop()
        yield one
        waiting += one.inputs
