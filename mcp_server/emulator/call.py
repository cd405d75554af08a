"""One authenticated call on its way through an action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from mcp_server.emulator.errors import refusal
from mcp_server.emulator.parameters import Parameters
from mcp_server.emulator.regions import REGIONS
from mcp_server.emulator.settings import Account, EmulatorSettings
from mcp_server.emulator.store import Store, TokenUse

JsonObject: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class State:
    """What actions share: settings, data, and the client tokens in use at this moment.

    `processing` maps (account id, region id, token) to the use that is under way; it is only
    touched on the loop of the endpoint.
    """

    settings: EmulatorSettings
    store: Store
    processing: dict[tuple[str, str, str], TokenUse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """An action's input; `pause` holds the call where a scripted fault says so."""

    account: Account
    parameters: Parameters
    state: State
    pause: Callable[[], Awaitable[None]]

    def region_id(self) -> str:
        """The region of the call.

        Raises:
            ApiError: MissingRegionId, InvalidRegionId.NotFound or RegionId.ApiNotSupported.
        """
        region_id = self.parameters.required("RegionId")
        settings = self.state.settings
        if region_id in settings.unsupported_regions:
            raise refusal("RegionId.ApiNotSupported")
        if region_id not in REGIONS and region_id not in settings.extra_regions:
            raise refusal("InvalidRegionId.NotFound")
        return region_id


Action: TypeAlias = Callable[[Call], Awaitable[JsonObject]]
