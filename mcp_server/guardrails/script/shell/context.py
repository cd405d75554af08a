"""What surrounds a statement: blocks, conditions, wrappers, redirections."""

from typing import NamedTuple

from mcp_server.guardrails.script.model import Command, Condition, Origin, Redirect, Word


class Context(NamedTuple):
    """Handed down the tree; see the fields of the same names of `Command`."""

    wrappers: tuple[Command, ...] = ()
    conditions: tuple[Condition, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    inputs: tuple[Command, ...] = ()
    stdin: Word | None = None
    function: str = ""
    background: bool = False
    origin: Origin | None = None
    """None is that of the text."""

    def under(self, condition: Condition) -> "Context":
        """Within a condition; one without commands says nothing."""
        if not condition.commands:
            return self
        return self._replace(conditions=(*self.conditions, condition))

    def wrapped(self, command: Command) -> "Context":
        """Started by a command."""
        return self._replace(wrappers=(*self.wrappers, command))
