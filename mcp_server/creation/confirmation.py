"""Asking a person through an MCP client, in both eras of the protocol.

In the handshake era the server sends a request to the client in the middle of a call. Since
2026-07-28 the call ends with the question, and the client calls again with the answer.
"""

from dataclasses import dataclass
from typing import Any, Final

import mcp_types as types
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from mcp_server.creation.consent import (
    AGREEING,
    LONGEST_REASON,
    Answered,
    Decision,
    Question,
    Reply,
)

KEY: Final = "consent"
"""Of the one question in a result that asks."""
_DONE: Final = {
    Decision.CREATE: "create: store this command",
    Decision.DELETE: "delete: delete this command",
}

_Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class ClientCaller:
    """The caller of one tool call, and the person behind its client."""

    context: _Context
    principal: str
    answered: Answered | None
    seconds: float
    """To wait for an answer within a call."""

    async def ask(self, question: Question) -> Reply | None:
        """Ask the person; None when the answer comes with the client's next call."""
        if not _shows_forms(self.context):
            return Reply(Decision.UNAVAILABLE)
        if self.context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return None
        if not self.context.session.can_send_request:
            return Reply(Decision.UNAVAILABLE)
        try:
            result = await self.context.session.send_request(
                _form(question),
                types.ElicitResult,
                request_read_timeout_seconds=self.seconds,
                # Rides on the stream of the call itself, so that HTTP clients get it.
                metadata=ServerMessageMetadata(related_request_id=self.context.request_id),
            )
        except ValidationError:  # the client's answer is none
            return Reply(Decision.UNAVAILABLE)
        except MCPError as error:
            timed_out = error.error.code == types.REQUEST_TIMEOUT
            return Reply(Decision.NO_ANSWER if timed_out else Decision.UNAVAILABLE)
        return _reply(result)


def caller_of(
    context: _Context, params: types.CallToolRequestParams, seconds: float
) -> ClientCaller:
    """Who makes a call, with the answer that it brings to an earlier question."""
    token = get_access_token()
    principal = ""
    if token is not None:  # two name spaces, which must not meet
        principal = f"sub:{token.subject}" if token.subject else f"client:{token.client_id}"
    answered: Answered | None = None
    # Handshake-era requests may carry these fields too; there they mean nothing.
    is_modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
    if is_modern and params.request_state and _shows_forms(context):
        response = (params.input_responses or {}).get(KEY)
        if isinstance(response, types.ElicitResult):
            answered = Answered(params.request_state, _reply(response))
    return ClientCaller(context, principal, answered, seconds)


def input_required(question: Question) -> types.InputRequiredResult:
    """The result of a call that cannot go on without a person."""
    return types.InputRequiredResult(
        input_requests={KEY: _form(question)}, request_state=question.state
    )


def _form(question: Question) -> types.ElicitRequest:
    return types.ElicitRequest(
        params=types.ElicitRequestFormParams(
            message=question.message, requested_schema=_schema(question.wanted)
        )
    )


def _schema(wanted: Decision) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "decision": {
                "type": "string",
                "title": "Decision",
                "description": f"{_DONE[wanted]}; decline: do not",
                "enum": [wanted.value, Decision.DECLINE.value],
            },
            "reason": {
                "type": "string",
                "title": "Reason",
                "description": "Why not, for the agent; may be left empty",
                "maxLength": LONGEST_REASON,
            },
        },
        "required": ["decision"],
    }


def _shows_forms(context: _Context) -> bool:
    capabilities = context.session.client_capabilities
    elicitation = None if capabilities is None else capabilities.elicitation
    if elicitation is None:
        return False
    return elicitation.form is not None or elicitation.url is None  # a bare {} means forms


def _reply(result: types.ElicitResult) -> Reply:
    """What was answered; only the word itself is a yes."""
    content = result.content or {}
    reason = str(content.get("reason") or "")[:LONGEST_REASON]
    if result.action == "cancel":
        return Reply(Decision.CANCEL)
    word = content.get("decision")
    if result.action == "accept" and isinstance(word, str) and word in AGREEING:
        return Reply(Decision(word))
    return Reply(Decision.DECLINE, reason)
