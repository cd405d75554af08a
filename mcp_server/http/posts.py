"""The messages that are being answered, up to the end of the server."""

from itertools import count

import anyio
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_server.http.bodies import REQUEST_ID
from mcp_server.json_rpc import encode, stopped
from mcp_server.stopping import STEP, UnderWay


class Posts:
    """ASGI middleware: leaves no message unanswered; open event streams do not count."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way = UnderWay()
        self._posts: dict[int, _Post] = {}
        self._numbers = count()
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        post = _Post(scope, receive, send)
        if self._stopping:
            await post.give_up()
            return
        number = next(self._numbers)
        self._posts[number] = post
        self._under_way.begin(number)
        try:
            await self._app(scope, receive, post.send)
        finally:
            self._under_way.end(number)
            del self._posts[number]

    async def finish(self, grace: float) -> None:
        """Let messages under way be answered for `grace` seconds, then answer the rest."""
        await self._under_way.finish(grace)
        self._stopping = True
        with anyio.move_on_after(STEP):
            async with anyio.create_task_group() as tasks:
                for post in self._posts.values():
                    tasks.start_soon(post.give_up)


class _Post:
    """One message, and how far its answer is."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers: Headers | None = None
        self._over = False

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, unless it is late."""
        if self._over:
            return
        if message["type"] == "http.response.start":
            self._headers = Headers(raw=message["headers"])
        self._over = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def give_up(self) -> None:
        """Answer that the server was stopped, unless an answer is on its way."""
        if self._over:
            return
        answer = encode(stopped(self._scope.get(REQUEST_ID)))
        if self._headers is None:
            self._over = True
            response = Response(answer, 503, media_type="application/json")
            await response(self._scope, self._receive, self._send)
        elif self._headers.get("content-type", "").startswith("text/event-stream"):
            self._over = True
            event = b"event: message\r\ndata: " + answer.rstrip() + b"\r\n\r\n"
            await self._send({"type": "http.response.body", "body": event, "more_body": False})
