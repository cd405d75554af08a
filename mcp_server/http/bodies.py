"""What clients post, made ready for the SDK."""

import json
import re
import secrets
from dataclasses import replace
from typing import Any

import mcp_types as types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_server.json_rpc import TOO_DEEP, UnreadableError, decode, encode
from mcp_server.surrogates import LONE, clean, rewrite
from mcp_server.wire import MAX_MESSAGE_BYTES

REQUEST_ID = "mcp_server.request_id"
"""Where the scope of a request has the id of its message, once that is known."""
_MARK = "mcp_server.lone_surrogate_mark"


class CheckedBodies:
    """ASGI middleware: answers unreadable messages, and rewrites what only the SDK cannot read.

    The SDK refuses a message with a lone surrogate or a number of thousands of digits outright,
    so no tool could say which argument it is in. The surrogate travels as a mark that no client
    can guess, and `restore_lone_surrogates` turns the mark back into it before a tool is called;
    the number travels as infinity.
    """

    def __init__(self, app: ASGIApp, *, path: str, security: TransportSecuritySettings) -> None:
        self._app = app
        self._path = path
        self._security = TransportSecurityMiddleware(security)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        # The SDK checks this too, but after the body was read: a foreign page must not get there.
        refusal = await self._security.validate_request(Request(scope), is_post=True)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        try:
            body = await _read(receive)
            message = decode(body)
            scope[REQUEST_ID] = getattr(message, "id", None)
            if not _is_plain(body):
                scope[_MARK] = secrets.token_hex(8)
                body = _rewrite(message, scope[_MARK])
        except _TooLargeError:
            await Response("Request body too large", 413)(scope, receive, send)
            return
        except UnreadableError as error:
            answer = Response(encode(error.answer), 400, media_type="application/json")
            await answer(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


async def restore_lone_surrogates(
    ctx: ServerRequestContext[Any, Any], call_next: CallNext
) -> HandlerResult:
    """MCP middleware: put back what `CheckedBodies` marked."""
    mark = ctx.request.scope.get(_MARK) if isinstance(ctx.request, Request) else None
    if mark is not None and ctx.params is not None:
        ctx = replace(ctx, params=rewrite(ctx.params, lambda text: _unmark(text, mark)))
    return await call_next(ctx)


class _TooLargeError(Exception):
    pass


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_MESSAGE_BYTES:
            raise _TooLargeError
        if not message.get("more_body", False):
            return bytes(body)


def _is_plain(body: bytes) -> bool:
    """Whether the SDK reads it: its handshake era, which refuses more, parses with this."""
    try:
        from_json(body)
    except ValueError:
        return False
    return True


def _rewrite(message: types.JSONRPCMessage, mark: str) -> bytes:
    try:
        fields = message.model_dump(by_alias=True, exclude_unset=True)
        cleaned = clean(fields)
        if "params" in fields:
            cleaned["params"] = rewrite(fields["params"], lambda text: _mark(text, mark))
        body = json.dumps(cleaned).encode()
    except RecursionError:
        body = b""
    if not _is_plain(body):
        raise UnreadableError(types.PARSE_ERROR, TOO_DEEP, getattr(message, "id", None))
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _mark(text: str, mark: str) -> str:
    return LONE.sub(lambda found: f"{mark}{ord(found[0]):04x}", text)


def _unmark(text: str, mark: str) -> str:
    return re.sub(f"{mark}([0-9a-f]{{4}})", lambda found: chr(int(found[1], 16)), text)
