"""Family: disk. Disks, partitions, volumes and what lies below the file system."""

from typing import Final

from mcp_server.guardrails.rules.windows.disk import disks, raw, volumes
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (*disks.RULES, *volumes.RULES, *raw.RULES)
