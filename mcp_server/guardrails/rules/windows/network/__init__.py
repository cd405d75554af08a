"""Firewall, adapters, remote management and work on other hosts."""

from typing import Final

from mcp_server.guardrails.rules.windows.network import (
    connectivity,
    firewall,
    other_hosts,
    remote_access,
)
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *firewall.RULES,
    *connectivity.RULES,
    *remote_access.RULES,
    *other_hosts.RULES,
)
