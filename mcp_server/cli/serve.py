"""cloud-assistant-mcp serve."""

import click

from mcp_server.wire import claim_wire


@click.command("serve")
@click.option("--local", is_flag=True, help="Use the embedded local endpoint.")
@click.option("--http", is_flag=True, help="Serve streamable HTTP instead of stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to bind.")
@click.option("--port", default=8790, show_default=True, help="Port to bind; 0 picks a free one.")
@click.pass_obj
def command(
    overrides: dict[str, object] | None, *, local: bool, http: bool, host: str, port: int
) -> None:
    """Serve MCP: on stdio for one client, or with --http on this machine."""
    # Before anything else can print: standard output belongs to the client from here on.
    wire = None if http else claim_wire()
    from mcp_server.cli.application import assemble, load_settings  # noqa: PLC0415

    settings = load_settings({**(overrides or {}), **({"local": True} if local else {})})
    application = assemble(settings)
    from mcp_server.server import build_server  # noqa: PLC0415

    server = build_server(application.tools)
    if wire is not None:
        from mcp_server.stdio import serve_stdio  # noqa: PLC0415

        serve_stdio(server, wire=wire, on_stop=application.close)
    from mcp_server.http.service import serve_http  # noqa: PLC0415

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
