"""What surrounds a command: blocks, conditions, wrappers, redirections, pipes."""

from typing import Final, NamedTuple

from mcp_server.guardrails.script.model import Command, Condition, Redirect, Word

_MOST_CONDITIONS: Final = 32


class Context(NamedTuple):
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
        return self._replace(conditions=(*self.conditions, Condition(commands, negated)))

    def wrapped(self, command: Command, *, background: bool = False) -> "Context":
        """Started by a command, whose redirections are set up already."""
        return self._replace(
            wrappers=(*self.wrappers, command),
            redirects=command.redirects,
            background=self.background or background,
        )

    def fed(self, inputs: tuple[Command, ...], stdin: Word | None) -> "Context":
        """Where a pipe ends."""
        return self._replace(inputs=inputs, stdin=stdin)

    def into(self, redirects: tuple[Redirect, ...]) -> "Context":
        """Within a block with redirections."""
        return self._replace(redirects=(*redirects, *self.redirects)) if redirects else self
