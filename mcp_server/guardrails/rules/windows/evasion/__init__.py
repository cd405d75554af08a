"""Watching that is turned off, protection that is weakened, code that is run in disguise."""

from typing import Final

from mcp_server.guardrails.rules.windows.evasion import (
    defender,
    disguise,
    injection,
    integrity,
    logs,
    proxies,
    scanning,
    settings,
)
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *defender.RULES,
    *settings.RULES,
    *scanning.RULES,
    *integrity.RULES,
    *disguise.RULES,
    *logs.RULES,
    *proxies.RULES,
    *injection.RULES,
)
