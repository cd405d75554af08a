"""Users, groups, passwords, and who may log in or become root."""

from typing import Final

from mcp_server.guardrails.rules.linux.accounts import access, changes, users
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (*users.RULES, *changes.RULES, *access.RULES)
