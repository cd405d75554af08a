"""A stop that takes half a second at most, whatever the calls under way are doing."""

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import NoReturn

import anyio

OnStop = Callable[[], Awaitable[None]]
"""Closes what the tools hold open; it is given `STEP` seconds."""

STEP = 0.05
"""Seconds for each step of a stop, once the calls under way had theirs."""

logger = logging.getLogger(__name__)


class UnderWay:
    """The calls that still have to be answered."""

    def __init__(self) -> None:
        self._calls: dict[str, list[int | str]] = {}
        self._none_left = anyio.Event()
        self._none_left.set()
        self._one_less = anyio.Event()

    def begin(self, call: int | str) -> None:
        """Count a call in."""
        if not self._calls:
            self._none_left = anyio.Event()
        # The SDK takes 7 and "7" for the same call, so a cancellation may name either.
        self._calls.setdefault(str(call), []).append(call)

    def end(self, call: int | str | None) -> None:
        """Count a call out; one that is not under way is ignored."""
        same = self._calls.get(str(call), [])
        if same:
            same.pop()
        if not same:
            self._calls.pop(str(call), None)
        if not self._calls:
            self._none_left.set()
        self._one_less.set()
        self._one_less = anyio.Event()

    async def room(self, most: int) -> None:
        """Wait until fewer than `most` calls are under way."""
        while sum(map(len, self._calls.values())) >= most:
            await self._one_less.wait()

    def __contains__(self, call: int | str) -> bool:
        return str(call) in self._calls

    def __iter__(self) -> Iterator[int | str]:
        return (call for same in tuple(self._calls.values()) for call in tuple(same))

    async def finish(self, grace: float) -> None:
        """Wait for the last answer, for `grace` seconds at most."""
        with anyio.move_on_after(grace):
            await self._none_left.wait()


@contextlib.contextmanager
def stop_signals() -> Iterator[Callable[[], Awaitable[int]]]:
    """Take SIGINT and SIGTERM; what is yielded waits for one and returns its exit code."""
    if sys.platform == "win32":  # asyncio takes no signals there: Ctrl+C raises as usual
        yield anyio.sleep_forever
    else:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as received:

            async def first() -> int:
                return 128 + await anext(received)

            yield first


async def clean_up(on_stop: OnStop | None) -> None:
    """Run `on_stop`, for `STEP` seconds at most."""
    if on_stop is None:
        return
    with anyio.move_on_after(STEP, shield=True):
        try:
            await on_stop()
        except Exception as error:  # noqa: BLE001 - the process ends here, and must end
            logger.warning("closing failed: %s", type(error).__qualname__)


def leave(code: int) -> NoReturn:
    """End the process now.

    An ordinary exit waits for worker threads, and one may hang in a call to the cloud for a
    minute; the client that asked for the stop kills us long before that.
    """
    # In a thread, because nobody may be reading what is written now.
    last_words = threading.Thread(target=_write_out, daemon=True)
    last_words.start()
    last_words.join(STEP)
    os._exit(code)


def _write_out() -> None:
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it, or it is closed
                stream.flush()
