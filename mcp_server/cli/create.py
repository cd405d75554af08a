"""cloud-assistant-mcp create."""

from typing import Any

import click

from mcp_server.cli.script_file import script_command
from mcp_server.cli.terminal import TerminalCaller
from mcp_server.creation.consent import Question
from mcp_server.creation.workflow import Workflow
from mcp_server.models.result import Result


async def _create(workflow: Workflow, given: dict[str, Any], agrees: bool) -> Result:
    given.pop("dry_run", None)  # of an arguments file; preview is for that
    result = await workflow.create(given, TerminalCaller(agrees))
    assert not isinstance(result, Question), "a terminal answers at once"  # noqa: S101 - for mypy
    return result


command = script_command(
    "create",
    "Create a command from FILE. Creating does not run it.",
    _create,
    click.option("--yes", is_flag=True, help="Agree to what a person would be asked about."),
    click.option(
        "--preview-token",
        help="Create only what was previewed: its preview_token. Takes CLOUD_ASSISTANT_TOKEN_KEYS.",
    ),
    tool="create_command",
)
