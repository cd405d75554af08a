"""The stdio transport: one client, from its first line to a clean stop."""

import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from typing import Any, NoReturn

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.message import SessionMessage

from mcp_server.json_rpc import UnreadableError, decode, encode, stopped
from mcp_server.server import log_failure
from mcp_server.stopping import STEP, OnStop, UnderWay, clean_up, leave, stop_signals
from mcp_server.wire import MAX_MESSAGE_BYTES, Wire, claim_wire

_MOST_CALLS = 200
"""Under way at once; then nothing is read until one is answered, lest memory fills up."""
_GRACE = 0.3
"""Seconds that calls under way get to finish."""
_GONE = (
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    CancelledError,
    RuntimeError,
    OSError,
)
_ANSWERS = (types.JSONRPCResponse, types.JSONRPCError)
_TOO_LONG = f"Invalid request: a line is at most {MAX_MESSAGE_BYTES} bytes long"


def serve_stdio(
    server: Server[Any], *, wire: Wire | None = None, on_stop: OnStop | None = None
) -> NoReturn:
    """Serve one client until it closes stdin (exit code 0) or a signal comes (128 + signal).

    Args:
        server: From `build_server`.
        wire: From an earlier `claim_wire`; without it, stdin and stdout are claimed now.
        on_stop: Closes what the tools hold open.
    """
    leave(anyio.run(lambda: run_stdio(server, wire=wire, on_stop=on_stop)))


async def run_stdio(
    server: Server[Any], *, wire: Wire | None = None, on_stop: OnStop | None = None
) -> int:
    """Do what `serve_stdio` does, but return the exit code.

    A call that is still held by a thread at the end of the stop ends the process all the same.
    """
    return await _Connection(server, wire or claim_wire()).run(on_stop)


class _Connection:
    def __init__(self, server: Server[Any], wire: Wire) -> None:
        self._server = server
        self._wire = wire
        self._calls = UnderWay()
        self._stop = anyio.Event()
        self._exit_code = 0
        self._serving = anyio.CancelScope()
        self._served = anyio.Event()
        self._written = anyio.Event()
        self._to_server, self._from_client = anyio.create_memory_object_stream[
            SessionMessage | Exception
        ]()
        self._to_client, self._from_server = anyio.create_memory_object_stream[SessionMessage]()

    async def run(self, on_stop: OnStop | None) -> int:
        with stop_signals() as signalled:
            await self._run(signalled, on_stop)
        return self._exit_code

    async def _run(self, signalled: Callable[[], Awaitable[int]], on_stop: OnStop | None) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._write)
            tasks.start_soon(self._serve)
            tasks.start_soon(self._heed, signalled)
            # A daemon: nothing interrupts a read, and no exit may wait for one.
            token = anyio.lowlevel.current_token()
            threading.Thread(target=self._read, args=(token,), daemon=True).start()
            await self._stop.wait()
            await self._calls.finish(_GRACE)
            await self._answer_the_rest()
            await self._hang_up()
            await clean_up(on_stop)
            if not self._served.is_set():
                leave(self._exit_code)  # a thread holds a call, and the task group would wait
            tasks.cancel_scope.cancel()

    def _stop_with(self, exit_code: int) -> None:
        if not self._stop.is_set():
            self._exit_code = exit_code
            self._stop.set()

    async def _heed(self, signalled: Callable[[], Awaitable[int]]) -> None:
        self._stop_with(await signalled())

    async def _serve(self) -> None:
        options = self._server.create_initialization_options()
        try:
            with self._serving:
                await self._server.run(self._from_client, self._to_client.clone(), options)
        except Exception as error:  # noqa: BLE001 - the outermost handler of the connection
            log_failure("the connection", error)
            self._stop_with(1)
        finally:
            self._served.set()

    def _read(self, token: anyio.lowlevel.EventLoopToken) -> None:
        # The loop may go away at any moment of a stop; what still arrives then goes unheard.
        with contextlib.suppress(*_GONE):
            try:
                for line in self._wire.lines():
                    if line is None or line.strip():
                        anyio.from_thread.run(self._receive, line, token=token)
            finally:
                anyio.from_thread.run_sync(self._stop_with, 0, token=token)

    async def _receive(self, line: bytes | None) -> None:
        try:
            message = _decode(line)
        except UnreadableError as error:
            if error.answer.id is not None:
                self._calls.begin(error.answer.id)
            await self._to_client.send(SessionMessage(error.answer))
            return
        if isinstance(message, types.JSONRPCRequest):
            await self._calls.room(_MOST_CALLS)
            self._calls.begin(message.id)
        elif isinstance(message, types.JSONRPCNotification):
            self._forget_cancelled(message)
        await self._to_server.send(SessionMessage(message))

    def _forget_cancelled(self, message: types.JSONRPCNotification) -> None:
        if message.method == "notifications/cancelled" and message.params is not None:
            self._calls.end(message.params.get("requestId"))

    async def _write(self) -> None:
        alone = anyio.CapacityLimiter(1)  # tools may have taken every thread of the common one
        async with self._from_server:
            async for item in self._from_server:
                message = item.message
                call = message.id if isinstance(message, _ANSWERS) else None
                if call is not None and call not in self._calls:
                    continue  # cancelled, or answered already because of the stop
                try:
                    await anyio.to_thread.run_sync(
                        self._wire.write, encode(message), abandon_on_cancel=True, limiter=alone
                    )
                except OSError:  # the client is gone
                    self._stop_with(0)
                    break
                self._calls.end(call)
        self._written.set()

    async def _answer_the_rest(self) -> None:
        with anyio.move_on_after(STEP), contextlib.suppress(anyio.BrokenResourceError):
            for call in self._calls:
                await self._to_client.send(SessionMessage(stopped(call)))

    async def _hang_up(self) -> None:
        self._serving.cancel()
        with anyio.move_on_after(STEP):
            await self._served.wait()
        self._to_client.close()
        with anyio.move_on_after(STEP):
            await self._written.wait()


def _decode(line: bytes | None) -> types.JSONRPCMessage:
    if line is None:
        raise UnreadableError(types.INVALID_REQUEST, _TOO_LONG)
    return decode(line)
