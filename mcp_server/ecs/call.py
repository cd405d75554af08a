"""The state of one call over all its attempts, shared by the event loop and a worker thread."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.failure import Failure, worse
from mcp_server.models.explanation import Outcome


class AttemptFailedError(Exception):
    """Carries one attempt's failure through the retries."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


@dataclass(slots=True)
class Call:
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
    _in_flight: bool = False
    _sent: bool = False
    _abandoned: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

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

    def end(self, failure: Failure | None) -> bool:
        """A worker thread ended its attempt; False when nobody waits for it any more."""
        with self._lock:
            self._in_flight = False
            if failure is not None and not self._abandoned:
                self.last = failure
                self.outcome = worse(self.outcome, explain(failure).outcome)
            return not self._abandoned

    def abandon(self) -> Failure:
        """Nobody waits any more; why, as far as this call's own state says."""
        with self._lock:
            self._abandoned = True
            if not self._in_flight:
                return self.last or Failure("TooManyCalls")
            if self._sent:
                self.outcome = Outcome.UNKNOWN
                return Failure("Timeout")
            return Failure("NotSentInTime")
