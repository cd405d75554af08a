"""Disks, partitions and volumes."""

from typing import Final

from mcp_server.guardrails.rules.linux.disk import filesystems, partitions, raw, volumes
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *raw.RULES,
    *filesystems.RULES,
    *volumes.RULES,
    *partitions.RULES,
)
