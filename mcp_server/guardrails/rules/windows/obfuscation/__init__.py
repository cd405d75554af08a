"""Family: obfuscation. What runs but can't be read, or hides its name."""

from typing import Final

from mcp_server.guardrails.rules.windows.obfuscation import dynamic, hidden_files, spelling
from mcp_server.guardrails.script_rule import ScriptRule

_MODULES: Final = (dynamic, spelling, hidden_files)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for module in _MODULES for rule in module.RULES)
