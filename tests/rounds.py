"""Calls of create_command round by round, without the client's own handling of questions."""

from typing import Any

import mcp_types as types
from mcp import Client

Round = types.CallToolResult | types.InputRequiredResult


async def made(client: Client, arguments: dict[str, Any], **answer: Any) -> Round:
    """One call, with an answer to the question of an earlier one."""
    result: Round = await client.session.call_tool(
        "create_command", arguments, allow_input_required=True, **answer
    )
    return result


async def asked_by(client: Client, arguments: dict[str, Any]) -> types.InputRequiredResult:
    """The question that a call ends with."""
    result = await made(client, arguments)
    assert isinstance(result, types.InputRequiredResult)
    return result


def structure_of(result: Round) -> dict[str, Any]:
    """The answer that a call ends with."""
    assert isinstance(result, types.CallToolResult)
    structure: dict[str, Any] | None = result.structured_content
    assert structure is not None
    return structure


def yes(asked: types.InputRequiredResult) -> dict[str, Any]:
    """The fields of the next call, with a person's yes."""
    (key,) = asked.input_requests or {}
    answer = types.ElicitResult(action="accept", content={"decision": "create"})
    return {"input_responses": {key: answer}, "request_state": asked.request_state}
