"""cloud-assistant-mcp create."""

from pathlib import Path

import anyio
import click

from mcp_server.cli.application import assemble, load_settings
from mcp_server.cli.script_file import report, script_arguments, script_options


@click.command("create")
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
    """Create a command from FILE. Creating does not run it."""
    settings = load_settings(overrides | ({"local": True} if local else {}))
    given = script_arguments(file, arguments, script_type, options)
    report(anyio.run(assemble(settings).workflow.create, given), as_json=as_json)
