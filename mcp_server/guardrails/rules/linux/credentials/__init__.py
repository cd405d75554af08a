"""Credentials and keys: read, taken out of stores and memory, recorded, guessed."""

from typing import Final

from mcp_server.guardrails.rules.linux.credentials import files, recording, searching, stores
from mcp_server.guardrails.script_rule import ScriptRule

RULES: Final[tuple[ScriptRule, ...]] = (
    *files.RULES,
    *stores.RULES,
    *recording.RULES,
    *searching.RULES,
)
