"""Files and data that leave the instance."""

from typing import Final

from mcp_server.guardrails.rules.linux.exfiltration import copies, hidden, people, pipes, uploads
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *pipes.RULES,
    *uploads.RULES,
    *copies.RULES,
    *people.RULES,
    *hidden.RULES,
)
