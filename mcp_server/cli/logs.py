"""Logs: to standard error, since standard output is the wire, and never in anybody's way."""

import contextlib
import logging
import sys
import traceback
from logging.handlers import QueueHandler, QueueListener
from queue import Full, Queue
from types import TracebackType
from typing import Any, Final

from mcp_server.settings import Settings

_MOST_WAITING: Final = 1000
"""Records; more are dropped and counted. A client may leave our standard error unread."""
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_to_stderr(settings: Settings) -> None:
    """Log to standard error, from a thread of its own.

    The level is for what this package logs, which quotes no script. Others may log whole messages
    below WARNING, and above it the text of an exception, which can quote a value.
    """
    target = logging.StreamHandler(sys.stderr)
    target.setFormatter(logging.Formatter(_FORMAT))
    logging.basicConfig(
        handlers=[BackgroundHandler(target)],
        level="ERROR" if settings.log_level == "ERROR" else "WARNING",
    )
    logging.getLogger("mcp_server").setLevel(settings.log_level)
    # The gateway logs each attempt by its code; stamina would add a warning without one.
    logging.getLogger("stamina").setLevel(logging.ERROR)


class BackgroundHandler(QueueHandler):
    """Hands records to a thread that writes them, and never waits for it.

    A full pipe would otherwise stop the event loop in the middle of a log line, and with it every
    call and the stop itself.
    """

    def __init__(self, target: logging.Handler) -> None:
        self.waiting = Queue[Any](_MOST_WAITING)
        super().__init__(self.waiting)
        self.setFormatter(_NoExceptionText("%(message)s"))
        self._dropped = 0
        self._listener = QueueListener(self.waiting, target)
        self._listener.start()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put a record into the queue, or count it as dropped."""
        if self._dropped:
            record.msg = f"({self._dropped} lines before this were dropped) {record.msg}"
        try:
            self.waiting.put_nowait(record)
        except Full:
            self._dropped += 1
        else:
            self._dropped = 0

    def close(self) -> None:
        """Write what is waiting. Blocks for as long as nobody reads it."""
        with contextlib.suppress(Full):  # then nobody reads it
            self._listener.stop()
        super().close()


class _NoExceptionText(logging.Formatter):
    """Writes where an exception was raised and its type."""

    def formatException(  # noqa: N802 - logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, ...]
    ) -> str:
        """The traceback without texts."""
        return _without_texts(ei[1]).rstrip()


def _without_texts(error: BaseException | None) -> str:
    if error is None:
        return ""
    inner = (error.__cause__ or error.__context__, *getattr(error, "exceptions", ()))
    places = traceback.format_tb(error.__traceback__)
    return "".join((*map(_without_texts, inner), *places, f"{type(error).__qualname__}\n"))
