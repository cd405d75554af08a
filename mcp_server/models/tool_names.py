"""The names of the tools: fixed, because agents, prompts and settings call them by these."""

from typing import Final

TOOL_NAMES: Final = (
    "create_command",
    "preview_command",
    "list_commands",
    "get_command",
    "delete_command",
    "explain_error",
)
