"""Waiting, as scripted faults want it, that ends when the endpoint stops."""

import asyncio

from mcp_server.emulator.faults import Fault


class ConnectionDropped(Exception):  # noqa: N818 - not an error, an outcome somebody asked for
    """The connection is to be closed without an answer."""


class Closing:
    """Tells requests that wait for something that the endpoint is about to stop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def begin(self) -> None:
        """End all waiting, on the loop of the endpoint."""
        self._event.set()

    async def pause(self, fault: Fault) -> None:
        """Wait as long as a fault says.

        Raises:
            ConnectionDropped: the endpoint stopped first.
        """
        if not fault.delay and fault.hold is None:
            return
        waiting = asyncio.ensure_future(_wait(fault))
        stopping = asyncio.ensure_future(self._event.wait())
        done, pending = await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if waiting not in done:
            raise ConnectionDropped


async def _wait(fault: Fault) -> None:
    if fault.hold is not None:
        await fault.hold.passed()
    if fault.delay:
        await asyncio.sleep(fault.delay)
