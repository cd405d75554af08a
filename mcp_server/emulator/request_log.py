"""What was asked of the endpoint, without any script text."""

import threading
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request and how it ended.

    `outcome` is `OK`, an error code, or the kind of a scripted fault (`dropped`, `html`, …);
    `account_id` is None when the caller could not be authenticated. `command_id` is the command
    that was created or deleted, also when the answer was lost on purpose.
    """

    action: str
    region_id: str | None
    account_id: str | None
    client_token: str | None
    nonce: str | None
    outcome: str
    command_id: str | None


class RequestLog:
    """The last `size` requests, oldest first; for any thread."""

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._records: deque[RequestRecord] = deque(maxlen=size)

    def add(self, record: RequestRecord) -> None:
        """Append a record; the oldest falls out when the log is full."""
        with self._lock:
            self._records.append(record)

    def records(self) -> list[RequestRecord]:
        """A copy of the log."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        """Forget all records."""
        with self._lock:
            self._records.clear()
