"""cloud-assistant-mcp demo."""

import contextlib
import json
import time

import anyio
import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mcp_server.cli.application import load_settings
from mcp_server.cli.demonstration import Scene, demonstration

_REPAIR_SHOWN = 64
"""Characters of a repair to show; --json has it whole."""


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print what happened as JSON.")
@click.pass_obj
def command(overrides: dict[str, object], /, *, as_json: bool) -> None:
    """Show the main job for real: no cloud account, nothing leaves this machine.

    Exit code 0 only if every step held.
    """
    load_settings(overrides | {"local": True})
    scenes = anyio.run(_play, _Console(quiet=as_json, highlight=False))
    if as_json:
        click.echo(json.dumps([scene.as_data() for scene in scenes], indent=2))
    raise SystemExit(0 if all(scene.held for scene in scenes) else 1)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Play on unseen: the exit code still says whether every step held."""
        with contextlib.suppress(SystemExit):
            super().on_broken_pipe()


async def _play(console: Console) -> list[Scene]:
    started = time.monotonic()
    console.print(
        Panel(
            "An AI agent creates Cloud Assistant commands. The server, the client, the vendor's "
            "SDK and the wire are real; only the cloud is the local endpoint.",
            title="cloud-assistant-mcp",
            border_style="cyan",
        )
    )
    scenes: list[Scene] = []
    async with demonstration() as played:
        async for scene in played.scenes():
            scenes.append(scene)
            _show(console, scene)
    steps = [step for scene in scenes for step in scene.steps]
    held = sum(step.held for step in steps)
    console.print(
        Text(
            f"{held} of {len(steps)} steps held, in {time.monotonic() - started:.1f} s. Nothing "
            "was run: creating a command stores it; ecs:InvokeCommand runs it.",
            style="bold green" if held == len(steps) else "bold red",
        )
    )
    return scenes


def _show(console: Console, scene: Scene) -> None:
    console.print(Text(scene.title, style="bold"))
    if scene.findings:
        console.print(_findings(scene))
    table = Table.grid(padding=(0, 2))
    held, failed = ("ok", "FAIL") if console.options.ascii_only else ("✓", "✗")
    for step in scene.steps:
        mark = Text(held, style="green") if step.held else Text(failed, style="red")
        table.add_row(Text(" "), mark, Text(step.what), Text(step.seen, style="dim"))
    console.print(table)
    console.print()


def _findings(scene: Scene) -> Table:
    table = Table.grid(padding=(0, 1))
    for finding in scene.findings:
        table.add_row(" ", Text("•", style="yellow"), Text(finding["message"]))
        table.add_row(" ", "", Text(f"{finding['fix']}", style="dim"))
        if "repair" in finding:
            repair = json.dumps(finding["repair"], ensure_ascii=False)
            shown = repair if len(repair) <= _REPAIR_SHOWN else repair[:_REPAIR_SHOWN] + "…"
            table.add_row(" ", "", Text(f"repair {shown}", style="cyan"))
    return table
