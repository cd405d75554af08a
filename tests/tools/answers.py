"""Answers of tools to callers who cannot be asked anything."""

from collections.abc import Mapping
from typing import Any

from mcp_server.creation.consent import NOBODY
from mcp_server.tools.tool import Answer, Tool


async def answer_of(tool: Tool, arguments: Mapping[str, Any]) -> Answer:
    """The answer; there is always one where nobody can be asked."""
    answer = await tool.handle(arguments, NOBODY)
    assert isinstance(answer, Answer)
    return answer
