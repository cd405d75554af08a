"""What stays and starts again: jobs, units, profiles, hooks, programs that run as root."""

from typing import Final

from mcp_server.guardrails.rules.linux.persistence import (
    hooks,
    jobs,
    privileges,
    profiles,
    units,
    web,
)
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *jobs.RULES,
    *units.RULES,
    *hooks.RULES,
    *profiles.RULES,
    *privileges.RULES,
    *web.RULES,
)
