"""Traces that are wiped, watching that is turned off, protection that is weakened."""

from typing import Final

from mcp_server.guardrails.rules.linux.evasion import (
    auditing,
    certificates,
    disguise,
    files,
    history,
    kernel,
    logs,
    processes,
    protection,
    times,
)
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *logs.RULES,
    *history.RULES,
    *protection.RULES,
    *files.RULES,
    *kernel.RULES,
    *certificates.RULES,
    *times.RULES,
    *auditing.RULES,
    *processes.RULES,
    *disguise.RULES,
)
