"""What a script has set up so far, which its nested texts see as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import Redirect, Word
from mcp_server.guardrails.script.shell.environment import Environment
from mcp_server.guardrails.script.shell.shfmt import Node

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.walk import Walk

MOST_CALLS: Final = 500
"""Function calls that are read once more with their arguments."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function's body, and the walk over the text that it stands in."""

    body: Node
    walk: Walk


@dataclass(slots=True)
class Known:
    """What all texts of a script share."""

    functions: dict[str, Function] = field(default_factory=dict)
    aliases: dict[str, Word] = field(default_factory=dict)
    files: dict[str, Word] = field(default_factory=dict)
    """The text of the files that the script wrote, by path, where it is known."""
    written_by: dict[str, Redirect] = field(default_factory=dict)
    """The redirection of a block that a file was written through last."""
    calls_left: int = MOST_CALLS


@dataclass(slots=True)
class Session:
    """What is known, and the variables of the text being read."""

    known: Known = field(default_factory=Known)
    environment: Environment = field(default_factory=Environment)

    def child(self) -> Session:
        """For a shell that is started: what it sets does not come back."""
        return Session(self.known, self.environment.copy())
