"""What clients post, made ready for the SDK."""

import json
import re
import secrets
from dataclasses import replace
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_server.json_rpc import UnreadableError, decode, encode
from mcp_server.surrogates import LONE, clean, rewrite
from mcp_server.wire import MAX_MESSAGE_BYTES

_MARK = "mcp_server.lone_surrogate_mark"


class CheckedBodies:
    """ASGI middleware: answers unreadable messages, and carries lone surrogates past the SDK.

    The SDK's handshake-era transport refuses a message with a lone surrogate outright, so no
    tool could say which argument it is in. It travels as a mark that no client can guess, and
    `restore_lone_surrogates` turns the mark back into it before a tool is called.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            body = await _read(receive)
            fields = decode(body).model_dump(by_alias=True, exclude_unset=True)
        except _TooLargeError:
            await Response("Request body too large", 413)(scope, receive, send)
            return
        except UnreadableError as error:
            answer = Response(encode(error.answer), 400, media_type="application/json")
            await answer(scope, receive, send)
            return
        cleaned = clean(fields)
        if cleaned != fields:
            mark = secrets.token_hex(8)
            if "params" in fields:
                cleaned["params"] = rewrite(fields["params"], lambda text: _mark(text, mark))
            body = json.dumps(cleaned).encode()
            scope = {**scope, _MARK: mark}
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


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _mark(text: str, mark: str) -> str:
    return LONE.sub(lambda found: f"{mark}{ord(found[0]):04x}", text)


def _unmark(text: str, mark: str) -> str:
    return re.sub(f"{mark}([0-9a-f]{{4}})", lambda found: chr(int(found[1], 16)), text)
