"""cloud-assistant-mcp preview."""

from pathlib import Path

import anyio
import click

from mcp_server.cli.application import assemble, load_settings
from mcp_server.cli.script_file import report, script_arguments, script_options


@click.command("preview")
@script_options
@click.pass_obj
def command(
    overrides: dict[str, object],
    /,
    *,
    file: Path,
    arguments: Path | None,
    script_type: str | None,
    local: bool,
    as_json: bool,
    **options: object,
) -> None:
    """Preview the command that FILE would become: nothing is sent or created."""
    settings = load_settings(overrides | ({"local": True} if local else {}))
    given = script_arguments(file, arguments, script_type, options)
    report(anyio.run(assemble(settings).workflow.preview, given), as_json=as_json)
