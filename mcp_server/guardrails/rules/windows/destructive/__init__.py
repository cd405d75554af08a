"""Family: destructive. Files, backups, the boot path and what keeps Windows running."""

from typing import Final

from mcp_server.guardrails.rules.windows.destructive import (
    backups,
    deletion,
    encryption,
    permissions,
    processes,
    recovery,
    registry_hives,
    system_files,
)
from mcp_server.guardrails.script_rule import ScriptRule

_MODULES: Final = (
    deletion,
    system_files,
    permissions,
    backups,
    recovery,
    encryption,
    registry_hives,
    processes,
)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for module in _MODULES for rule in module.RULES)
