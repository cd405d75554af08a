"""Checks that a disk is empty, made before something is written to it."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names

_LOOKING: Final = names("blkid lsblk wipefs file findmnt mountpoint")
_TESTS: Final = names("[ [[ test grep")
_LEAVING: Final = names("exit return")
_MOST_LEAVING: Final = 20


def is_guarded(command: Command, script: Script) -> bool:
    """Whether it is reached only when something was looked up about a disk.

    `blkid D || mkfs D`, `[ -z "$(blkid D)" ] && mkfs D`, `blkid D && exit 0; mkfs D`, and a test
    of a variable that holds what was looked up.
    """
    if not any(c.span.start < command.span.start for c in script.named(*_LOOKING)):
        return False
    for test in _tests(command):
        if test.name in _LOOKING:
            return True
        if test.name in _TESTS and (
            any(c.name in _LOOKING for c in script.within(test.span))
            or not all(word.is_literal for word in test.args)
        ):
            return True
    return any(
        leaving.is_guarded_by(*_LOOKING) and leaving.span.start < command.span.start
        for leaving in islice(script.named(*_LEAVING), _MOST_LEAVING)
    )


def _tests(command: Command) -> Iterator[Command]:
    for condition in command.conditions:
        yield from condition.commands
