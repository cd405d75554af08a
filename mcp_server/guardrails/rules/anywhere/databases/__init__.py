"""Family: databases. Dropping, emptying and opening them, by SQL and by other stores' commands."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.databases import sql_rules, stores
from mcp_server.guardrails.script_rule import ScriptRule

_MODULES: Final = (sql_rules, stores)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for module in _MODULES for rule in module.RULES)
