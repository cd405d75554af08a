"""Shells that are handed to somebody on the network."""

from typing import Final

from mcp_server.guardrails.rules.linux.reverse_shell import devices, pipes, programs, terminals
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *devices.RULES,
    *programs.RULES,
    *pipes.RULES,
    *terminals.RULES,
)
