"""Which failures are worth another attempt, and how long to wait before it.

`stamina` drives the attempts. Its own backoff adds a jitter to an exponential wait; its backoff
hook may name the wait instead, which is how the jitter is full here (a random part of the whole
wait, so that callers that were throttled together do not return together).
"""

import random
from collections.abc import Callable
from typing import Final

from mcp_server.ecs.error_catalogue import row_for
from mcp_server.ecs.failure import Failure

Backoff = Callable[[int], float]
"""Seconds to wait after an attempt, counted from 1."""

_FIRST: Final = 0.5
_LONGEST: Final = 8.0
_SERVER_FAILURES: Final = range(500, 600)


def full_jitter(attempt: int) -> float:
    """Between nothing and 0.5, 1, 2, … at most 8 seconds.

    Source: the vendor asks for a backoff but gives no numbers; these let four attempts fit well
    into the 45 seconds of a call.
    """
    return random.uniform(0, min(_LONGEST, _FIRST * 2 ** (attempt - 1)))  # noqa: S311 - no secret


def is_worth_repeating(failure: Failure) -> bool:
    """Whether the same request, with the same ClientToken, may do better in a moment."""
    return (
        row_for(failure.code, failure.http_status).again or failure.http_status in _SERVER_FAILURES
    )


def pause_before_next(
    failure: Failure, attempt: int, seconds_left: float, backoff: Backoff
) -> float | None:
    """Seconds to wait before the next attempt, or None when there should be none.

    What the endpoint asks for goes before our own backoff; a wait that does not leave time for
    another attempt is not begun.
    """
    if not is_worth_repeating(failure):
        return None
    pause = failure.retry_after if failure.retry_after is not None else backoff(attempt)
    return pause if pause < seconds_left else None
