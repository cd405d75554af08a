"""The real server as a process, and a client of the SDK for it, over each transport and era."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import mcp_types as types
from mcp import Client, StdioServerParameters

WAYS = [(transport, era) for transport in ("stdio", "http") for era in ("legacy", "2026-07-28")]
"""Both transports, each in both eras of the protocol."""

UPTIME: dict[str, Any] = {
    "region_id": "cn-hangzhou",
    "name": "uptime",
    "type": "RunShellScript",
    "command_content": "uptime\n",
}


@dataclass(frozen=True)
class Deployment:
    """The server in local mode, with a local endpoint that runs outside of it."""

    endpoint: str
    environment: dict[str, str] = field(default_factory=dict)
    url: str | None = None
    """Of an HTTP server that runs already; otherwise each client gets one of its own."""

    def with_environment(self, **variables: str) -> "Deployment":
        return replace(self, environment=self.environment | variables, url=None)

    @asynccontextmanager
    async def client(
        self, transport: str = "stdio", era: str = "legacy", **options: Any
    ) -> AsyncIterator[Client]:
        if transport == "stdio":
            async with Client(self.stdio(), mode=era, **options) as client:
                yield client
        else:
            with self.http() as url:
                async with Client(url, mode=era, **options) as client:
                    yield client

    def stdio(self) -> StdioServerParameters:
        return StdioServerParameters(
            command=sys.executable, args=["-m", "mcp_server"], env=self.variables()
        )

    @contextmanager
    def http(self) -> Iterator[str]:
        """Yields the URL of the server."""
        if self.url is not None:
            yield self.url
            return
        command = [sys.executable, "-m", "mcp_server", "serve", "--http", "--port", "0"]
        with subprocess.Popen(
            command, env=self.variables(), stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            try:
                line = next(line for line in process.stderr if "Serving MCP on " in line)
                yield line.split("Serving MCP on ")[1].strip()
            finally:
                process.terminate()

    def variables(self) -> dict[str, str]:
        # Not measured: the tests of its parts cover what it runs, and measuring doubles its start.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
        return {
            **inherited,
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
            "CLOUD_ASSISTANT_LOCAL": "true",
            "CLOUD_ASSISTANT_LOCAL_ENDPOINT": self.endpoint,
            "CLOUD_ASSISTANT_LIVE_CHECKS": "false",  # each of their calls would be counted
            **self.environment,
        }


async def call(client: Client, tool: str, arguments: dict[str, Any]) -> types.CallToolResult:
    """Call a tool: whatever is wrong with the arguments, the answer is a result."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, types.CallToolResult)
    return result


async def structured(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The structured answer of a tool."""
    content = (await call(client, tool, arguments)).structured_content
    assert isinstance(content, dict)
    return content


def text_of(result: types.CallToolResult) -> str:
    """The text of an answer, which is all that many clients show."""
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text
