"""Replies that end: a bound on everything that arrives on a connection for one request."""

import http.client
import io
from typing import Any, Final

LONGEST_REPLY: Final = 4 * 1024 * 1024
"""Bytes on the wire, with every header and interim reply. The longest real one is a page of fifty
commands, each with 24 KB of script in Base64 and with texts whose characters are escapes."""


class TooLongError(http.client.HTTPException):
    """A reply is longer than any that the API gives."""


class _BoundedStream(io.RawIOBase):
    """What arrives from a socket, up to the bound."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._left = LONGEST_REPLY

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any buffer
        count: int | None = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooLongError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class BoundedReply(http.client.HTTPResponse):
    """Bounds all of a reply: a body's own bound would not see headers, trailers and `100`s."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in http.client
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_BoundedStream(self.fp.detach()))
