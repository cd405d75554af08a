"""cloud-assistant-mcp create."""

from mcp_server.cli.script_file import script_command
from mcp_server.creation.workflow import Workflow

command = script_command(
    "create",
    "Create a command from FILE. Creating does not run it.",
    Workflow.create,
)
