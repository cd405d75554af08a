"""Every rule about what a script does. Ids are never reused."""

from typing import Final

from mcp_server.guardrails.rules import anywhere, linux, windows
from mcp_server.guardrails.script_rule import ScriptRule

ALL_RULES: Final[tuple[ScriptRule, ...]] = (*anywhere.RULES, *linux.RULES, *windows.RULES)
"""In the order of the documentation; ids are unique."""
