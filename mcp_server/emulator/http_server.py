"""uvicorn, made to stop at once and to be able to drop a connection."""

import asyncio
import socket
import threading
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from mcp_server.emulator.closing import Closing

# The request line carries the whole script, percent-encoded: three bytes for one at worst.
_LONGEST_HEAD = 512 * 1024
_KEEP_ALIVE_SECONDS = 75
_LAST_WORDS_SECONDS = 0.2


class HttpServer(uvicorn.Server):
    """One run of the server on a listening socket, in whichever thread calls `run`."""

    def __init__(self, app: ASGIApp, closing: Closing) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=_Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                h11_max_incomplete_event_size=_LONGEST_HEAD,
            )
        )
        self.accepting = threading.Event()
        self._closing = closing
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def request_stop(self) -> None:
        """Ask the server to stop; for any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def main_loop(self) -> None:
        """Serve until asked to stop; uvicorn's own loop would look only ten times a second."""
        self._loop = asyncio.get_running_loop()
        self.accepting.set()
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything now; whoever waits for an answer sees the connection go."""
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        self._closing.begin()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(set(self.server_state.tasks), timeout=_LAST_WORDS_SECONDS)


class _Connection(H11Protocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's business
        super().__init__(*args, **kwargs)
        # uvicorn can switch its access log off only for the whole process; its lines would
        # have the script in them.
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "abort": transport.abort}
