"""The tools that a server publishes, by name."""

from typing import Final

from mcp_server.cli.application import assemble
from mcp_server.settings import Settings

TOOLS: Final = {tool.name: tool for tool in assemble(Settings(local=True)).tools}
