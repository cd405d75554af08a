"""Which descriptors of a command are connections: `/dev/tcp`, and copies of it."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import HOLE, Command, Redirect

DEVICE: Final = re.compile(r"/dev/(?:tcp|udp)/|/inet/(?:tcp|udp)/")
_OUTPUT: Final = frozenset({">", ">>", ">|", "&>", "&>>"})
_BOTH: Final = frozenset({"&>", "&>>"})
_MOST_SOURCES: Final = 20
"""Commands before a command in its pipeline that are looked at."""


def is_shell(command: Command) -> bool:
    """Whether a command is a shell."""
    return command.name in interpreters.SHELLS


def is_unprogrammed_shell(command: Command) -> bool:
    """Whether a command is a shell that takes its commands from its input."""
    if not is_shell(command) or command.has("-c"):
        return False
    operands = [w for w in command.operands if w.text not in {"-", "/dev/stdin"}]
    return not operands or command.has("-s", "-i")


def runs_unknown(command: Command) -> bool:
    """Whether a command runs a text that is known only then: `$line`, `eval "$line"`."""
    if command.name == "":
        return bool(command.words) and HOLE in command.words[0].text
    if command.name == "eval":
        return any(HOLE in word.text for word in command.args)
    code = command.value("-c") if is_shell(command) else None
    return code is not None and code.text.strip() == HOLE


def upstream(command: Command) -> Iterator[Command]:
    """What is piped into a command, through everything before it in the pipeline."""
    waiting, seen = list(command.inputs), 0
    while waiting and seen < _MOST_SOURCES:
        seen += 1
        found = waiting.pop()
        yield found
        waiting += found.inputs


def after(redirects: tuple[Redirect, ...], connected: frozenset[int]) -> frozenset[int]:
    """The descriptors that are connections once these redirections are made.

    Args:
        redirects: in their order.
        connected: those that are before.
    """
    found = set(connected)
    for redirect in redirects:
        for number in _set_by(redirect):
            target = redirect.target.text
            is_connection = bool(DEVICE.match(target)) or (
                redirect.operator in {">&", "<&"}
                and target.isdecimal()
                and len(target) < 6  # noqa: PLR2004 - a descriptor is small
                and int(target) in found
            )
            if is_connection:
                found.add(number)
            elif not (target == HOLE and redirect.operator in {">&", "<&"}):
                found.discard(number)
    return frozenset(found)


def _set_by(redirect: Redirect) -> tuple[int, ...]:
    """The descriptors that a redirection sets."""
    if redirect.operator in _BOTH:
        return (1, 2)
    if redirect.descriptor is not None:
        return (redirect.descriptor,)
    if redirect.operator == ">&" and not redirect.target.text.isdecimal():
        return (1, 2)
    return (1,) if redirect.operator in _OUTPUT or redirect.operator == ">&" else (0,)
