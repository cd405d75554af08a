"""cloud-assistant-mcp emulator."""

import sqlite3
from pathlib import Path

import click

from mcp_server.emulator import Emulator, EmulatorSettings


@click.command("emulator")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to bind.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8791,
    show_default=True,
    help="Port to bind; 0 picks a free one.",
)
@click.option(
    "--data",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file to keep the commands in; without it they are kept in memory.",
)
@click.option(
    "--quota",
    type=click.IntRange(min=0),
    default=500,
    show_default=True,
    help="Commands in a region.",
)
@click.option("--control", is_flag=True, help="Open /_emulator/, to script faults over HTTP.")
def command(*, host: str, port: int, data: Path | None, quota: int, control: bool) -> None:
    """Serve the local ECS endpoint by itself, for tests of your own.

    It speaks the vendor's wire protocol and accepts the key that it prints.
    """
    try:
        emulator = Emulator(
            EmulatorSettings(host=host, port=port, data=data, command_quota=quota, control=control)
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except sqlite3.Error as error:
        raise click.UsageError(f"--data {data}: {error}") from None

    def announce() -> None:
        click.echo(f"endpoint           {emulator.endpoint}")
        click.echo(f"access key id      {emulator.account.access_key_id}")
        click.echo(f"access key secret  {emulator.account.access_key_secret}")

    try:
        emulator.serve(announce)
    except BrokenPipeError:
        raise  # nobody reads what it tells: click ends the program without a word
    except OSError as error:
        raise click.UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
