"""Client tokens of calls whose end the caller may not know."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

KEPT_SECONDS: Final = 600.0
MOST_KEPT: Final = 256


class UnsettledTokens:
    """Remembers, for a while, which token went with a request that has no settled answer.

    A caller whose call was cancelled, or ended by its own time-out, never saw the token, and its
    natural retry is the same call once more. Taken up again, the token makes that retry a
    repetition: whatever became of the first, there is one command.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def keep(self, principal: str, digest: str, token: str) -> None:
        """Remember the token of somebody's request; the oldest are forgotten first."""
        self._tokens[principal, digest] = (self._clock() + KEPT_SECONDS, token)
        self._tokens.move_to_end((principal, digest))
        while len(self._tokens) > MOST_KEPT:
            self._tokens.popitem(last=False)

    def of(self, principal: str, digest: str) -> str | None:
        """The token that an identical request of theirs left behind."""
        until, token = self._tokens.get((principal, digest), (0.0, ""))
        return token if until > self._clock() else None

    def forget(self, principal: str, digest: str, token: str) -> None:
        """Forget a token, where it is the one that is remembered."""
        if self._tokens.get((principal, digest), (0.0, ""))[1] == token:
            del self._tokens[principal, digest]
