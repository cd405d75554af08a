"""Credentials on Windows: dumped, copied, recorded, guessed."""

from typing import Final

from mcp_server.guardrails.rules.windows.credentials import (
    capture,
    dumps,
    settings,
    stores,
    tools,
)
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *dumps.RULES,
    *stores.RULES,
    *settings.RULES,
    *capture.RULES,
    *tools.RULES,
)
