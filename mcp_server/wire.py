"""Stdin and stdout, taken away from everybody but the stdio transport."""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

MAX_MESSAGE_BYTES = 256 * 1024
"""The longest message read from a client: a script of 24 KB, every character escaped, and more."""

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Wire:
    """The two descriptors that lead to the client."""

    reads: int
    writes: int

    def lines(self) -> Iterator[bytes | None]:
        """Yield what the client sends until it closes its end; None for a line that is too long."""
        rest = b""
        too_long = False
        while chunk := os.read(self.reads, _CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield None if too_long else line
                too_long = False
            if len(rest) > MAX_MESSAGE_BYTES:
                rest, too_long = b"", True
        if rest or too_long:
            yield None if too_long else rest

    def write(self, data: bytes) -> None:
        """Write all of `data`."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.writes, view) :]


def claim_wire() -> Wire:
    """Take stdin and stdout away from everybody else, for the rest of the process.

    What is printed from here on, by this process or a child, goes to stderr. The earlier this
    is called the better: one line printed before it corrupts the client's stream.

    Raises:
        OSError: stdin or stdout is closed.
    """
    wire = Wire(reads=_private(0), writes=_private(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # there is no stderr
        os.dup2(nothing, 1)
    os.close(nothing)
    if isinstance(sys.stdout, io.TextIOWrapper):  # as stderr is: nothing waits, nothing raises
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    return wire


def _private(descriptor: int) -> int:
    """Duplicate `descriptor` for this process only, beyond the three that text is written to."""
    copies = [os.dup(descriptor)]
    while copies[-1] <= 2:  # noqa: PLR2004 - stderr
        copies.append(os.dup(descriptor))
    for copy in copies[:-1]:
        os.close(copy)
    return copies[-1]
