"""Loss of files, data and processes."""

from typing import Final

from mcp_server.guardrails.rules.linux.destructive import (
    backups,
    deletion,
    encryption,
    modes,
    overwriting,
    packages,
    processes,
)
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *deletion.RULES,
    *overwriting.RULES,
    *modes.RULES,
    *encryption.RULES,
    *processes.RULES,
    *backups.RULES,
    *packages.RULES,
)
