"""cloud-assistant-mcp preview."""

from typing import Any

import click

from mcp_server.cli.script_file import pairs, script_command
from mcp_server.creation.workflow import Workflow
from mcp_server.models.result import Result


async def _preview(workflow: Workflow, given: dict[str, Any], _agrees: bool) -> Result:
    return await workflow.preview(given)


command = script_command(
    "preview",
    "Preview the command that FILE would become: nothing is sent or created.",
    _preview,
    click.option(
        "--sample",
        "sample_parameters",
        multiple=True,
        metavar="NAME=VALUE",
        callback=pairs("name"),
        help="A value to try a parameter with; may be given again.",
    ),
    click.option(
        "--include-equivalents/--no-include-equivalents",
        default=None,
        help="Whether to show the same by the aliyun CLI, Terraform and Python.",
    ),
)
