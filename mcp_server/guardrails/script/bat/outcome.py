"""What a part of a Bat script comes to."""

from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.model import Command

_LONGEST: Final = 32 * 1024


@dataclass(slots=True)
class Outcome:
    """The commands of a part's own level, and what it prints."""

    commands: Final[tuple[Command, ...]] = ()
    shown: Final[str | None] = ""
    """None where it is not known."""
    leaves: Final[bool] = False
    """Whether its last command is reached whenever the part is, so that a `goto` is final."""


NOTHING: Final = Outcome()


def together(first: str | None, second: str | None) -> str | None:
    """What two parts print, one after the other."""
    if first is None or second is None:
        return None
    return (first + second)[:_LONGEST]
