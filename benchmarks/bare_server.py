"""The floor of start-up: a low-level server of the SDK with one tool."""

from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

_SCHEMA: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}}


async def _list_tools(_context: Any, _params: Any) -> types.ListToolsResult:  # noqa: ANN401
    return types.ListToolsResult(
        tools=[types.Tool(name="echo", description="Echo.", input_schema=_SCHEMA)]
    )


async def _serve() -> None:
    server = Server("bare", on_list_tools=_list_tools)
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(_serve)
