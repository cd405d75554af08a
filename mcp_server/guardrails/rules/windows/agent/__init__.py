"""Family: agent. Cloud Assistant, Cloud Monitor and Security Center's agent on Windows."""

from typing import Final

from mcp_server.guardrails.rules.windows.agent import files, others, own
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (*own.RULES, *files.RULES, *others.RULES)
