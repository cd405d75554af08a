"""What surrounds a command: blocks, conditions, wrappers, redirections, pipes."""

from dataclasses import dataclass, replace
from typing import Final

from mcp_server.guardrails.script.model import Command, Condition, Redirect, Word

_MOST_CONDITIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Context:
    """Handed down the tree; see the fields of the same names of `Command`."""

    wrappers: tuple[Command, ...] = ()
    conditions: tuple[Condition, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    inputs: tuple[Command, ...] = ()
    stdin: Word | None = None
    function: str = ""
    background: bool = False

    def under(self, commands: tuple[Command, ...], *, negated: bool) -> "Context":
        """Where these must have succeeded, or failed; without any it says nothing."""
        if not commands or len(self.conditions) >= _MOST_CONDITIONS:
            return self
        return replace(self, conditions=(*self.conditions, Condition(commands, negated)))

    def wrapped(self, command: Command, *, background: bool = False) -> "Context":
        """Started by a command, whose redirections are set up already."""
        return replace(
            self,
            wrappers=(*self.wrappers, command),
            redirects=command.redirects,
            background=self.background or background,
        )

    def fed(self, inputs: tuple[Command, ...], stdin: Word | None) -> "Context":
        """Where a pipe ends."""
        return replace(self, inputs=inputs, stdin=stdin)

    def into(self, redirects: tuple[Redirect, ...]) -> "Context":
        """Within a block with redirections."""
        return replace(self, redirects=(*redirects, *self.redirects)) if redirects else self
