"""Family: secrets. Keys, tokens and passwords in the script, which is stored and shown as it is."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.secrets import assigned, on_command_lines, shaped
from mcp_server.guardrails.script_rule import ScriptRule

_MODULES: Final = (shaped, on_command_lines, assigned)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for module in _MODULES for rule in module.RULES)
