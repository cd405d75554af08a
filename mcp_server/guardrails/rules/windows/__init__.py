"""Rules about PowerShell and Bat scripts on Windows, one module a family."""

from typing import Final

from mcp_server.guardrails.rules.windows import (
    accounts,
    agent,
    credentials,
    destructive,
    disk,
    evasion,
    exfiltration,
    hangs,
    lint,
    network,
    obfuscation,
    persistence,
    portability,
    reboot,
    remote_code,
    reverse_shell,
    services,
)
from mcp_server.guardrails.script_rule import ScriptRule

_FAMILIES: Final = (
    accounts,
    agent,
    credentials,
    destructive,
    disk,
    evasion,
    exfiltration,
    hangs,
    lint,
    network,
    obfuscation,
    persistence,
    portability,
    reboot,
    remote_code,
    reverse_shell,
    services,
)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for family in _FAMILIES for rule in family.RULES)
"""By family, in the order of the alphabet."""
