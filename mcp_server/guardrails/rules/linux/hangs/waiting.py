"""Whether a command is waited for, and whether anything comes on its standard input."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Origin

_INPUTS: Final = frozenset({"<", "<<", "<<<", "<>", "<&"})
_ENDING: Final = (
    "timeout", "gtimeout", "systemd-run", "start-stop-daemon", "daemonize", "screen", "tmux", "at",
    "batch", "expect", "script", "unbuffer",
)  # fmt: skip
"""Programs that end what they start, put it aside, or give it a terminal."""


def is_waited_for(command: Command) -> bool:
    """Whether the script stands still until the command ends."""
    return (
        not command.background
        and command.origin is not Origin.LATER
        and not command.is_started_by(*_ENDING)
    )


def is_fed(command: Command) -> bool:
    """Whether its standard input is a pipe, a file or a text."""
    return (
        command.stdin is not None
        or bool(command.inputs)
        or any(one.operator in _INPUTS for one in command.redirects)
        or command.is_started_by("xargs", "parallel")
    )
