"""cloud-assistant-mcp serve."""

import gc
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from mcp_server.http import DEFAULT_PORT
from mcp_server.wire import Wire, claim_wire

if TYPE_CHECKING:
    from mcp_server.cli.application import Application
    from mcp_server.prompts.prompt import Prompt
    from mcp_server.settings import Settings
    from mcp_server.tools.completions import LiveValues

_OBJECTS: Final = 50_000
"""That are new, between two looks for cycles."""


@click.command("serve")
@click.option("--local", is_flag=True, help="Use the embedded local endpoint.")
@click.option("--http", is_flag=True, help="Serve streamable HTTP instead of stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to bind.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to bind; 0 picks a free one.",
)
@click.pass_context
def command(context: click.Context, *, local: bool, http: bool, host: str, port: int) -> None:
    """Serve MCP: on stdio for one client, or with --http on this machine."""
    for option in ("host", "port"):
        if not http and context.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{option} is for --http: stdio has no address")
    # Before anything else can print: standard output belongs to the client from here on.
    wire = None if http else _claim_wire()
    # Collecting garbage while a thousand modules come in costs a tenth of the start.
    gc.disable()
    from mcp_server.cli.application import assemble, load_settings  # noqa: PLC0415

    settings = load_settings({**(context.obj or {}), **({"local": True} if local else {})})
    application = assemble(settings, serves=True)
    from mcp_server.server import build_server  # noqa: PLC0415
    from mcp_server.tools.completions import Completions  # noqa: PLC0415
    from mcp_server.tools.resources.published import resources  # noqa: PLC0415

    published = resources(settings, application.policy)
    prompts = _prompts(settings, [tool.name for tool in application.tools])
    names = {prompt.name: [argument.name for argument in prompt.arguments] for prompt in prompts}
    server = build_server(
        application.tools,
        published,
        prompts,
        completions=Completions(published, settings.extra_regions, names, _live(application)),
        confirmation_timeout=settings.confirmation_timeout,
    )
    if wire is not None:
        from mcp_server.stdio import serve_stdio  # noqa: PLC0415

        collect_garbage_rarely()
        serve_stdio(server, wire=wire, on_stop=application.close)
    from mcp_server.http.service import serve_http  # noqa: PLC0415

    collect_garbage_rarely()
    try:
        serve_http(
            server,
            host=host,
            port=port,
            on_stop=application.close,
            on_ready=lambda url: click.echo(f"Serving MCP on {url}", err=True),
        )
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from None


def collect_garbage_rarely() -> None:
    """Let the collector run as it suits a server that stays.

    Each judgement makes ten thousand objects that are gone with it; to look for cycles after
    every few hundred of them took a tenth of its time.
    """
    gc.freeze()  # what was imported stays for good, and need not be looked through again
    gc.set_threshold(_OBJECTS)
    gc.enable()


def _prompts(settings: "Settings", tools: Sequence[str]) -> "tuple[Prompt, ...]":
    from mcp_server.prompts.loading import PromptError, load_prompts  # noqa: PLC0415

    try:
        return load_prompts(tools, content_limit=settings.content_limit)
    except PromptError as error:
        raise click.UsageError(f"the prompts cannot be used: {error}") from None


def _live(application: "Application") -> "dict[str, LiveValues]":
    """What completes arguments from the cloud, where looking things up is on."""
    if not application.settings.checks_live:
        return {}
    from mcp_server.inventory.places import Places  # noqa: PLC0415 - only where it is on

    places = Places(application.gateway)
    return {"region_id": places.regions, "resource_group_id": places.resource_groups}


def _claim_wire() -> Wire:
    try:
        return claim_wire()
    except OSError:
        raise click.UsageError("stdio needs stdin and stdout, and one of them is closed") from None
