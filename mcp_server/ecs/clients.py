"""The SDK's clients and the sessions under them, kept for the next call."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Literal

from mcp_server.ecs.credentials import Account
from mcp_server.ecs.services import CentralService

if TYPE_CHECKING:
    from alibabacloud_ecs20140526.client import Client

    from mcp_server.ecs.session import GuardedSession

MOST_REGIONS: Final = 64
"""More than there are; callers can make up any number of them."""

_Place = tuple[CentralService | None, str]
"""The service, None being ECS itself, and the region."""


class Clients:
    """One client for a region and its keys, one session for a host. The longest unused go."""

    def __init__(self, protocol: Literal["https", "http"]) -> None:
        """Import and connect nothing yet."""
        self._protocol = protocol
        self._clients: OrderedDict[_Place, tuple[str, Account, Client]] = OrderedDict()
        self._sessions: dict[str, GuardedSession] = {}
        self._lock = threading.Lock()

    def regions(self) -> list[str]:
        """The regions that there are clients for, the longest unused first."""
        return [region_id for _, region_id in self._clients]

    def for_region(
        self, region_id: str, host: str, account: Account, service: CentralService | None = None
    ) -> tuple["Client", "GuardedSession"]:
        """The client and the session for a call; for worker threads, since the first imports."""
        place = (service, region_id)
        from mcp_server.ecs import sdk, session  # noqa: PLC0415 - half a second, once

        with self._lock:
            known = self._clients.get(place)
            if known is None or known[:2] != (host, account):
                client = sdk.open_client(self._protocol, host, region_id, account)
                known = self._clients[place] = (host, account, client)
            self._clients.move_to_end(place)
            if len(self._clients) > MOST_REGIONS:
                self._forget_oldest()
            guarded = self._sessions.get(host)
            if guarded is None:
                direct = self._protocol == "http"
                guarded = self._sessions[host] = session.GuardedSession(direct=direct)
            return known[2], guarded

    def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        with self._lock:
            self._clients.clear()
            sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.close()

    def _forget_oldest(self) -> None:
        host = self._clients.popitem(last=False)[1][0]
        if all(host != used for used, _, _ in self._clients.values()):
            self._sessions.pop(host).close()
