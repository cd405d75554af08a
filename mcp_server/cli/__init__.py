"""The command line: one module a subcommand, each imported only when it is called."""

import importlib
from typing import Final

import click

SUBCOMMANDS: Final = {
    "serve": "Serve MCP on stdio, or on HTTP with --http.",
    "demo": "Show the main job for real, against the local endpoint.",
    "preview": "Preview the command that a script file would become.",
    "create": "Create a command from a script file.",
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


@click.command(cls=_LazyGroup, invoke_without_command=True)
@click.option("--local", is_flag=True, help="Use the embedded local endpoint.")
@click.version_option(package_name="cloud-assistant-mcp")
@click.pass_context
def main(context: click.Context, *, local: bool) -> None:
    """Create Alibaba Cloud ECS Cloud Assistant commands, safely, from AI agents.

    Without a subcommand it serves MCP on stdio.
    """
    context.obj = {"local": True} if local else {}
    if context.invoked_subcommand is None:
        from mcp_server.cli.serve import command  # noqa: PLC0415

        context.invoke(command)
