"""The state of one call over all its attempts, shared by the event loop and a worker thread."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import anyio

from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.failure import Failure, worse
from mcp_server.models.explanation import Outcome

_Value = TypeVar("_Value")
_LINES: Final = threading.Lock()
"""Guards which call owns a connection: a pooled one passes from call to call."""


class AttemptFailedError(Exception):
    """Carries one attempt's failure through the retries."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class Line:
    """The connection that a call waits on, so that another thread can break the wait off."""

    def __init__(self) -> None:
        self.sent = False
        """Whether this attempt's request may have left."""
        self._cut = False
        self._connection: Any = None
        self._socket: Any = None

    def begin(self) -> None:
        """An attempt starts: it has no connection yet, and has sent nothing."""
        with _LINES:
            self.sent, self._connection, self._socket = False, None, None

    def connect(self, connection: Any) -> None:  # noqa: ANN401 - urllib3's, not imported on start-up
        """A connection is about to be made; its `line` is whom it serves."""
        with _LINES:
            connection.line = self
            self._connection, self._socket = connection, None

    def may_send(self, connection: Any) -> bool:  # noqa: ANN401 - urllib3's, not imported on start-up
        """Ask right before a request leaves: nothing does once the line was cut."""
        with _LINES:
            connection.line = self
            # The socket itself: a connection lets go of it while a reply is still being read.
            self._connection, self._socket = connection, connection.sock
            self.sent = not self._cut
            return self.sent

    def end(self) -> None:
        """The attempt is over, and the connection may serve another call."""
        with _LINES:
            self._connection = self._socket = None

    def cut(self) -> None:
        """Nobody waits any more: end what the worker thread waits for, now and later."""
        with _LINES:
            self._cut = True
            if self._connection is not None and self._connection.line is self:
                _shut(self._socket or self._connection.sock)


def _shut(sock: Any) -> None:  # noqa: ANN401 - a socket, or TLS around TLS around one
    while sock is not None and not isinstance(sock, socket.socket):
        sock = getattr(sock, "socket", None)
    if sock is not None:
        with suppress(OSError):
            # An SSLSocket's own method would take the TLS state from under the reading thread.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Slot:
    """One of the threads that calls may use. Its thread holds it to its end, waited for or not."""

    def __init__(self, slots: anyio.CapacityLimiter) -> None:
        self._slots = slots
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._running = self._left = False

    async def take(self) -> None:
        """Wait for a free one."""
        try:
            await self._slots.acquire_on_behalf_of(self)
        except BaseException:
            with suppress(RuntimeError):  # it was not handed over
                self._slots.release_on_behalf_of(self)
            raise

    def run(self, work: Callable[[], _Value]) -> _Value:
        """Do the work in the worker thread, then free the slot."""
        with self._lock:
            if self._left:
                raise RuntimeError("nobody waits for this, and the slot is free")
            self._running = True
        try:
            return work()
        finally:
            try:
                self._loop.call_soon_threadsafe(self._free)
            except RuntimeError:  # the loop is closed, so nothing else uses the limiter
                self._free()

    def leave(self) -> None:
        """The caller waits no longer; frees the slot when no thread began."""
        with self._lock:
            if self._running:
                return
            self._left = True
        self._free()

    def _free(self) -> None:
        self._slots.release_on_behalf_of(self)


@dataclass(slots=True)
class Call(Generic[_Value]):
    """One call."""

    action: str
    region_id: str
    request: Mapping[str, object] = field(repr=False)
    deadline: float
    """On the clock of `time.monotonic`."""
    attempts: int = 0
    outcome: Outcome = Outcome.NOT_SENT
    """The worst of all attempts."""
    last: Failure | None = None
    withheld: tuple[str, ...] = field(default=(), repr=False)
    """What no text of the endpoint's may repeat to the caller."""
    line: Line = field(default_factory=Line, repr=False)
    value: _Value | None = field(default=None, repr=False)
    """What an attempt that succeeded read."""
    _succeeded: bool = False
    _in_flight: bool = False
    _sent: bool = False
    _abandoned: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def client_token(self) -> object:
        """Says which call it is; not a secret, and None for a call that creates nothing."""
        return self.request.get("ClientToken")

    @property
    def command_id(self) -> object:
        """Which command the call is about; None for one that is not there yet."""
        return self.request.get("CommandId")

    def seconds_left(self) -> float:
        """Seconds until the caller must have an answer."""
        return self.deadline - time.monotonic()

    def begin(self) -> None:
        """A worker thread starts an attempt."""
        with self._lock:
            self.attempts += 1
            self._in_flight, self._sent = True, False

    def may_send(self) -> bool:
        """Ask right before sending: nothing leaves once the caller was told that nothing did."""
        with self._lock:
            self._sent = not self._abandoned
            return self._sent

    def end(self, result: _Value | Failure) -> bool:
        """A worker thread ended its attempt; False when nobody waits for it any more."""
        with self._lock:
            # A success is in flight until the event loop has it: a command may exist from now on.
            self._in_flight = not isinstance(result, Failure)
            if self._abandoned:
                return False
            if isinstance(result, Failure):
                self.last = result
                self.outcome = worse(self.outcome, explain(result).outcome)
            else:
                self.value, self._succeeded = result, True
            return True

    def abandon(self) -> Failure | None:
        """Nobody waits any more; why, as far as this call's own state says.

        Returns:
            None when an attempt has succeeded meanwhile: its `value` is the answer.
        """
        with self._lock:
            self._abandoned = True
            if not self._in_flight:
                return self.last or Failure("TooManyCalls")
            if self._sent:
                self.outcome = Outcome.UNKNOWN
                return None if self._succeeded else Failure("Timeout")
            return Failure("NotSentInTime")
