"""Scripted misbehaviour: what the endpoint does instead of, before or after an action."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Final, Literal, get_args

from mcp_server.emulator.errors import EVERY_ERROR

FaultyBody = Literal["malformed_json", "html", "empty", "without_command_id", "json_array"]

_DEFAULT_STATUS: Final = {"html": 502}


class Hold:
    """Stops requests on their way until a test lets them go on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reached = threading.Event()
        self._released = False
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def release(self) -> None:
        """Let all held and all coming requests pass; for any thread, idempotent."""
        with self._lock:
            self._released = True
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            # A loop that was stopped in the meantime has dropped its requests already.
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def wait_until_reached(self, timeout: float = 5.0) -> bool:
        """Block until a request has arrived; False after `timeout` seconds without one."""
        return self._reached.wait(timeout)

    async def passed(self) -> None:
        """Wait, on the loop of the endpoint, for the release."""
        event = asyncio.Event()
        with self._lock:
            self._reached.set()
            if self._released:
                return
            self._waiting.append((asyncio.get_running_loop(), event))
        await event.wait()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One scripted misbehaviour, for the next `times` authenticated calls of `action`.

    `hold` and after it `delay` (seconds) stop the call before the action takes effect; a
    CreateCommand keeps its client token reserved meanwhile. Then at most one of:

    * `drop`: close the connection without an answer;
    * `code`: an error answer, with `status`, `message`, `recommend` and `retry_after`
      (milliseconds, the header x-acs-retry-after); status and message default to the usual ones;
    * `body`: something no client expects, with `status` (default 502 for html, else 200).

    With `commit` the action is carried out first and only its answer is lost.

    Raises:
        ValueError: contradictory or out of range values.
    """

    action: str | None = None
    times: int = 1
    delay: float = 0.0
    hold: Hold | None = None
    drop: bool = False
    code: str | None = None
    status: int | None = None
    message: str | None = None
    recommend: str | None = None
    retry_after: int | None = None
    body: FaultyBody | None = None
    commit: bool = False

    def __post_init__(self) -> None:
        if self.times < 1 or self.delay < 0:
            raise ValueError("a fault happens at least once, after no negative delay")
        if self.drop + (self.code is not None) + (self.body is not None) > 1:
            raise ValueError("drop, code and body exclude each other")
        if self.code is None and (self.message or self.recommend or self.retry_after is not None):
            raise ValueError("message, recommend and retry_after go with a code")
        if self.code is None and self.body is None and self.status is not None:
            raise ValueError("a status goes with a code or a body")
        if self.body is not None and self.body not in get_args(FaultyBody):
            raise ValueError(f"no such body: {self.body!r}")
        if self.status is not None and not 200 <= self.status <= 599:  # noqa: PLR2004 - HTTP's own
            raise ValueError(f"not the status of an answer: {self.status}")

    @property
    def answers(self) -> bool:
        """Whether the fault replaces the answer of the action."""
        return self.drop or self.code is not None or self.body is not None

    @property
    def answer_status(self) -> int:
        """The HTTP status of the answer that replaces the usual one."""
        if self.status is not None:
            return self.status
        if self.code is not None:
            return EVERY_ERROR.get(self.code, (400, ""))[0]
        return _DEFAULT_STATUS.get(self.body or "", 200)

    @property
    def outcome(self) -> str:
        """What the request log says of a call that ended in this fault."""
        return self.code or self.body or "dropped"


class FaultScript:
    """The faults to come, first in first out; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[tuple[Fault, int]] = []

    def add(self, *faults: Fault) -> None:
        """Append faults to the script."""
        with self._lock:
            self._queue.extend((fault, fault.times) for fault in faults)

    def clear(self) -> None:
        """Drop all faults to come."""
        with self._lock:
            self._queue.clear()

    @property
    def pending(self) -> int:
        """How many times a fault is still to happen."""
        with self._lock:
            return sum(times for _, times in self._queue)

    def take(self, action: str) -> Fault | None:
        """The fault for a call of `action`, used up once."""
        with self._lock:
            for place, (fault, times) in enumerate(self._queue):
                if fault.action in {None, action}:
                    self._queue[place : place + 1] = [(fault, times - 1)] if times > 1 else []
                    return fault
        return None
