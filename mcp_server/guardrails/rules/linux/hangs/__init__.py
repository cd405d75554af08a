"""What waits for a person, a key or an end that does not come until the command times out."""

from typing import Final

from mcp_server.guardrails.rules.linux.hangs import consoles, endless, logins, questions, servers
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *consoles.RULES,
    *questions.RULES,
    *logins.RULES,
    *endless.RULES,
    *servers.RULES,
)
