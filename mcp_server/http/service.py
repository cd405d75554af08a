"""Serving the application on a loopback port, up to a clean stop."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import anyio
import uvicorn
from mcp.server.lowlevel import Server

from mcp_server.http import DEFAULT_PORT
from mcp_server.http.app import PATH, build_app
from mcp_server.http.posts import Posts
from mcp_server.stopping import OnStop, clean_up, leave, stop_signals

_LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
_GRACE = 0.2
"""Seconds that calls under way get to finish."""
_UVICORN_STOP = 0.15
"""Seconds that uvicorn gets to close the connections; it takes 0.1 in any case."""


def serve_http(
    server: Server[Any],
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    on_stop: OnStop | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> NoReturn:
    """Serve on a loopback address until a signal comes, then end the process (128 + signal).

    Args:
        server: From `build_server`.
        host: 127.0.0.1, localhost or ::1.
        port: 0 picks a free one.
        on_stop: Closes what the tools hold open.
        on_ready: Is told the URL once connections are accepted.

    Raises:
        ValueError: `host` is not a loopback address.
        OSError: The port cannot be had.
    """
    anyio.run(_serve, server, listen(host, port), on_stop, on_ready)
    raise AssertionError("serving ends the process")


def listen(host: str, port: int) -> socket.socket:
    """Bind a loopback address.

    Raises:
        ValueError: `host` is not a loopback address.
        OSError: The port cannot be had.
    """
    family = _LOOPBACK.get(host)
    if family is None:
        allowed = ", ".join(_LOOPBACK)
        raise ValueError(
            f"--host {host}: this version serves this machine only, so --host is one of {allowed}"
        )
    address = "127.0.0.1" if family is socket.AF_INET else host
    return socket.create_server((address, port), family=family)


async def _serve(
    server: Server[Any],
    listener: socket.socket,
    on_stop: OnStop | None,
    on_ready: Callable[[str], None] | None,
) -> None:
    host, port = listener.getsockname()[:2]
    posts = Posts(build_app(server, port=port))
    uvicorn_server = _Uvicorn(
        uvicorn.Config(
            posts,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
    )
    stopped = anyio.Event()

    async def run() -> None:
        await uvicorn_server.serve(sockets=[listener])
        stopped.set()

    with stop_signals() as signalled:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            if on_ready is not None:
                on_ready(f"http://{'[::1]' if host == '::1' else host}:{port}{PATH}")
            exit_code = await signalled()
            await posts.finish(_GRACE)
            uvicorn_server.should_exit = True
            with anyio.move_on_after(_UVICORN_STOP):
                await stopped.wait()
            await clean_up(on_stop)
            leave(exit_code)  # not by way of the task group, which would wait for a hanging call


class _Uvicorn(uvicorn.Server):
    """Leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
