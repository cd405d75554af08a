"""Firewalls, interfaces, names, tunnels, scans."""

from typing import Final

from mcp_server.guardrails.rules.linux.network import connections, firewall, names, tunnels
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *firewall.RULES,
    *connections.RULES,
    *names.RULES,
    *tunnels.RULES,
)
