"""Parameters: what the caller of a command fills in becomes text of the script."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.parameters import as_code, as_operands
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (*as_code.RULES, *as_operands.RULES)
