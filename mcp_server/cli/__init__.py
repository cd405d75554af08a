"""The command line: one module a subcommand, each imported only when it is called."""

import codecs
import importlib
import io
import json
import sys
from typing import Final

import click

SUBCOMMANDS: Final = {
    "serve": "Serve MCP on stdio, or on HTTP with --http.",
    "demo": "Show the main job for real, against the local endpoint.",
    "preview": "Preview the command that a script file would become.",
    "create": "Create a command from a script file.",
    "check": "Judge script files: what would be blocked, or needs a person.",
    "doctor": "Check settings, credentials and the way to the cloud.",
    "emulator": "Serve the local ECS endpoint by itself.",
}


class _LazyGroup(click.Group):
    """Knows the names; start-up pays for one subcommand only."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in SUBCOMMANDS:
            return None
        command = importlib.import_module(f"mcp_server.cli.{name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


def _tell_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from mcp_server.server import installed_version  # noqa: PLC0415 - nothing else needs it

        click.echo(f"{context.find_root().info_name}, version {installed_version()}")
        context.exit()


def _as_json_does(error: UnicodeError) -> tuple[str, int]:
    """Escape what an encoding does not have, so that what --json prints stays the same JSON."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - for the type checker
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _print_in_any_encoding() -> None:
    codecs.register_error("as_json_does", _as_json_does)
    if isinstance(sys.stdout, io.TextIOWrapper):  # stderr never raises
        sys.stdout.reconfigure(errors="as_json_does")


@click.command(cls=_LazyGroup, invoke_without_command=True)
@click.option("--local", is_flag=True, help="Use the embedded local endpoint.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
@click.pass_context
def main(context: click.Context, *, local: bool) -> None:
    """Create Alibaba Cloud ECS Cloud Assistant commands, safely, from AI agents.

    Without a subcommand it serves MCP on stdio.
    """
    context.obj = {"local": True} if local else {}
    if context.invoked_subcommand is None:
        from mcp_server.cli.serve import command  # noqa: PLC0415

        context.invoke(command)
    elif context.invoked_subcommand != "serve":
        _print_in_any_encoding()
