"""What surrounds a statement: pipelines, conditions, wrappers."""

from typing import NamedTuple

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
