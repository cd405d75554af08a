"""A handful of mistakes that scripts often have."""

from typing import Final

from mcp_server.guardrails.rules.linux.lint import caution, failures, quoting
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *quoting.RULES,
    *failures.RULES,
    *caution.RULES,
)
