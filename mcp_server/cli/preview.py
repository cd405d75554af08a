"""cloud-assistant-mcp preview."""

from mcp_server.cli.script_file import script_command
from mcp_server.creation.workflow import Workflow

command = script_command(
    "preview",
    "Preview the command that FILE would become: nothing is sent or created.",
    Workflow.preview,
)
