"""Where commands can go: the account's regions and resource groups, asked for once in a while."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.models.regions import is_region_syntax

LIFE: Final = 600.0
"""Seconds for which an answer holds."""
PATIENCE: Final = 60.0
"""Seconds after a failure until it is asked again."""
_LONGEST: Final = 3.0
"""Seconds for one question: somebody is typing."""


class Places:
    """Remembers what the cloud said. Safe to share between the tasks of one event loop."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float] = time.monotonic) -> None:
        self._gateway = gateway
        self._clock = clock
        self._asking = anyio.Lock()
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def regions(self) -> tuple[str, ...]:
        """The ids of the account's regions; nothing while they cannot be had."""
        return await self._remembered("regions", self._asked_regions)

    async def resource_groups(self) -> tuple[str, ...]:
        """The ids of the account's resource groups; nothing while they cannot be had."""
        return await self._remembered("resource groups", self._asked_groups)

    async def _asked_regions(self) -> tuple[str, ...]:
        regions = await self._gateway.describe_regions(seconds=_LONGEST)
        return tuple(filter(is_region_syntax, regions))

    async def _asked_groups(self) -> tuple[str, ...]:
        groups = await self._gateway.resource_groups(_LONGEST)
        return tuple(group.group_id for group in groups)

    async def _remembered(
        self, what: str, ask: Callable[[], Awaitable[tuple[str, ...]]]
    ) -> tuple[str, ...]:
        async with self._asking:  # whoever types asks at each key, and one answer is for all
            until, values = self._known.get(what, (0.0, ()))
            if self._clock() < until:
                return values
            try:
                values, life = await ask(), LIFE
            except EcsError:
                life = PATIENCE
            self._known[what] = (self._clock() + life, values)
            return values
