"""What surrounds a statement: pipelines, conditions, wrappers."""

from typing import Any, NamedTuple

from mcp_server.guardrails.script.model import Command, Condition, Origin, Word


class Context(NamedTuple):
    """Handed down; see the fields of the same names of `Command`."""

    wrappers: tuple[Command, ...] = ()
    conditions: tuple[Condition, ...] = ()
    inputs: tuple[Command, ...] = ()
    stdin: Word | None = None
    function: str = ""
    background: bool = False
    origin: Origin | None = None

    def with_(self, **changes: Any) -> "Context":  # noqa: ANN401 - those of the fields
        """The context with other values."""
        return self._replace(**changes)
