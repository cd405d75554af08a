"""A script file and its options as the arguments of create_command."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import anyio
import click

from mcp_server.cli.application import assemble, load_settings
from mcp_server.creation.workflow import Workflow
from mcp_server.models.result import Result, Status
from mcp_server.tools.rendering import answer
from mcp_server.tools.visible import escaped

TYPES: Final = {
    ".sh": "RunShellScript",
    ".ps1": "RunPowerShellScript",
    ".bat": "RunBatScript",
    ".cmd": "RunBatScript",
}
_Command = Callable[..., None]
_Option = Callable[[_Command], _Command]


def pairs(key: str) -> Callable[..., list[dict[str, str]] | None]:
    """What makes a list of objects of `KEY=VALUE` options; None of none, so that a file's stay."""

    def read(
        context: click.Context,  # noqa: ARG001 - click's signature
        parameter: click.Parameter,  # noqa: ARG001
        given: Sequence[str],
    ) -> list[dict[str, str]] | None:
        for text in given:
            if "=" not in text:
                raise click.BadParameter(f"{text!r} is not {key.upper()}=VALUE")
        parts = (text.partition("=") for text in given)
        return [{key: name, "value": value} for name, _, value in parts] or None

    return read


def script_command(
    name: str,
    what: str,
    act: Callable[[Workflow, dict[str, Any], bool], Awaitable[Result]],
    *options: _Option,
    tool: str | None = None,
) -> click.Command:
    """A subcommand that does something with a script file.

    Args:
        name: of the subcommand.
        what: it does, for its help.
        act: gets the workflow, what an agent would send, and whether --yes was given.
        options: beside those that all have; each but --yes is an argument, None when not given.
        tool: without which an operator has taken the subcommand away, too.
    """

    def command(
        overrides: dict[str, object],
        /,
        *,
        file: Path,
        arguments: Path | None,
        script_type: str | None,
        local: bool,
        as_json: bool,
        yes: bool = False,
        **options: object,
    ) -> None:
        settings = load_settings(overrides | ({"local": True} if local else {}))
        application = assemble(settings)
        if tool is not None:
            application.refuse_without(tool)
        given = script_arguments(file, arguments, script_type, options)
        report(anyio.run(act, application.workflow, given, yes), as_json=as_json)

    decorated: _Command = click.pass_obj(command)
    for option in reversed(options):
        decorated = option(decorated)
    return click.command(name, help=what)(_script_options(decorated))


def _script_options(function: _Command) -> _Command:
    """Every argument of create_command, and how to answer."""
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
            click.option("--launcher", help="Program that starts the script."),
            click.option("--resource-group-id", help="Resource group to put it in."),
            click.option(
                "--tag",
                "tags",
                multiple=True,
                metavar="KEY=VALUE",
                callback=pairs("key"),
                help="A tag of the command; may be given again.",
            ),
            click.option(
                "--client-token", help="Only to repeat an earlier call: the token of its answer."
            ),
            click.option(
                "--normalize-content/--no-normalize-content",
                default=None,
                help="Whether line ends, a byte-order mark and UTF-16 are mended first.",
            ),
            click.option(
                "--live-checks",
                is_flag=True,
                default=None,
                help="Look up region, name, quota, group and caller first.",
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
        except (ValueError, RecursionError):
            raise click.UsageError(f"--arguments {arguments}: not JSON") from None
        if not isinstance(given, dict):
            raise click.UsageError(f"--arguments {arguments}: not a JSON object")
    chosen = {name: value for name, value in options.items() if value is not None}
    return {
        "name": file.stem,
        "type": script_type or TYPES.get(file.suffix.lower()),
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
        data = json.dumps(told.structured, ensure_ascii=False, indent=2)
        click.echo("\n".join(map(escaped, data.split("\n"))))
    else:
        click.echo(told.text.rpartition("\n")[0])  # the JSON line is for agents
    raise SystemExit(0 if result.status in {Status.CREATED, Status.PREVIEW} else 1)
