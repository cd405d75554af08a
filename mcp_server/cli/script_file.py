"""A script file and its options as the arguments of create_command."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from mcp_server.models.result import Result, Status
from mcp_server.tools.rendering import answer

_TYPES: Final = {
    ".sh": "RunShellScript",
    ".ps1": "RunPowerShellScript",
    ".bat": "RunBatScript",
    ".cmd": "RunBatScript",
}
_Command = Callable[..., None]


def script_options(function: _Command) -> _Command:
    """The options that `preview` and `create` share."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.option(
                "--arguments",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="JSON file with arguments of create_command; options go over it.",
            ),
            click.option("--region-id", help="Region, such as cn-hangzhou."),
            click.option("--name", help="Name of the command; the file's name by default."),
            click.option("--type", "script_type", help="By default from the file's ending."),
            click.option("--description", help="What it is for."),
            click.option("--working-dir", help="Directory to run in."),
            click.option("--timeout", type=int, help="Seconds until a run is killed."),
            click.option(
                "--enable-parameter/--no-enable-parameter",
                default=None,
                help="Whether {{name}} is filled in at each run.",
            ),
            click.option("--local", is_flag=True, help="Use the embedded local endpoint."),
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        )
    ):
        function = option(function)
    return function


def script_arguments(
    file: Path, arguments: Path | None, script_type: str | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """What an agent would send for this file; the bytes go as Base64, so that all are kept.

    Raises:
        click.UsageError: the arguments file is not a JSON object.
    """
    given: dict[str, Any] = {}
    if arguments is not None:
        try:
            given = json.loads(arguments.read_text(encoding="utf-8"))
        except ValueError:
            raise click.UsageError(f"--arguments {arguments}: not JSON") from None
        if not isinstance(given, dict):
            raise click.UsageError(f"--arguments {arguments}: not a JSON object")
    chosen = {name: value for name, value in options.items() if value is not None}
    return {
        "name": file.stem,
        "type": script_type or _TYPES.get(file.suffix.lower()),
        **given,
        **({"type": script_type} if script_type else {}),
        **chosen,
        "command_content": base64.b64encode(file.read_bytes()).decode("ascii"),
        "content_encoding": "Base64",
    }


def report(result: Result, *, as_json: bool) -> None:
    """Print a result, and end the program: 0 for created and previews, 1 for anything else."""
    told = answer(result)
    if as_json:
        click.echo(json.dumps(told.structured, ensure_ascii=False, indent=2))
    else:
        click.echo(told.text.rpartition("\n")[0])  # the JSON line is for agents
    raise SystemExit(0 if result.status in {Status.CREATED, Status.PREVIEW} else 1)
