"""What stays and starts again on Windows."""

from typing import Final

from mcp_server.guardrails.rules.windows.persistence import folders, hooks, keys, tasks
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *keys.RULES,
    *tasks.RULES,
    *folders.RULES,
    *hooks.RULES,
)
