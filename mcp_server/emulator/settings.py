"""What an emulator can be told: accounts, limits, regions and where it keeps its data."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from mcp_server.emulator.limits import Tag

ResourceGroupStatus = Literal["OK", "Creating", "PendingDelete"]
Clock = Callable[[], datetime]

DOCUMENTED_CONTENT_LIMIT: Final = 18 * 1024
HIGHEST_CONTENT_LIMIT: Final = 24 * 1024


def utc_now() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceGroup:
    """A resource group; `name` identifies it in its account, `display_name` is for people."""

    group_id: str
    name: str
    display_name: str
    status: ResourceGroupStatus = "OK"
    tags: tuple[Tag, ...] = ()
    create_date: str = "2026-01-05T10:00:00+08:00"


DEFAULT_RESOURCE_GROUPS: Final = (
    ResourceGroup(group_id="rg-default", name="default", display_name="default resource group"),
    ResourceGroup(
        group_id="rg-local",
        name="local",
        display_name="Local tests",
        tags=(("purpose", "tests"),),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """One AccessKey and the state of the account it belongs to.

    Two keys with the same `account_id` share commands and quotas. With a `security_token` the key
    is a temporary one, good until `expires` (an aware datetime; None: forever).
    `denied_actions` are refused by RAM, as `CreateCommand`; a key with any is that of a RAM user,
    another lasting one that of the account itself. `forbidden` makes CreateCommand answer
    Operation.Forbidden. `resource_groups` gives the ids and states of the account's groups in
    place of the ones of the settings.
    """

    account_id: str
    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None
    active: bool = True
    denied_actions: frozenset[str] = frozenset()
    forbidden: bool = False
    resource_groups: Mapping[str, ResourceGroupStatus] | None = None


DEFAULT_ACCOUNT: Final = Account(
    account_id="1000000000000001",
    access_key_id="local-access-key",
    access_key_secret="local-access-key-secret",  # noqa: S106 - invented, good for nothing else
)


@dataclass(frozen=True, kw_only=True)
class EmulatorSettings:
    """All settings of an emulator; the defaults are the documented limits.

    `host` must be a loopback address; `port` 0 lets the system choose. `data` is an SQLite file
    (created when missing; its folder must exist), None keeps everything in memory.
    `clock` gives the present time as an aware datetime in UTC.
    `content_limit` is in bytes of the content's Base64, `timeout_limit` in seconds,
    `command_quota` in commands per account and region. `resource_groups` are those of each account
    that has none of its own. `control` opens the `/_emulator/` paths.

    Raises:
        ValueError: an address that is not loopback, no account, two resource groups with one id,
            or a limit out of range.
    """

    host: str = "127.0.0.1"
    port: int = 0
    accounts: tuple[Account, ...] = (DEFAULT_ACCOUNT,)
    data: Path | None = None
    clock: Clock = utc_now
    content_limit: int = DOCUMENTED_CONTENT_LIMIT
    command_quota: int = 500
    timeout_limit: int = 2**31 - 1
    extra_regions: frozenset[str] = frozenset()
    unsupported_regions: frozenset[str] = frozenset()
    resource_groups: tuple[ResourceGroup, ...] = DEFAULT_RESOURCE_GROUPS
    control: bool = False
    request_log_size: int = 10_000

    def __post_init__(self) -> None:
        if self.host != "localhost" and not _is_loopback(self.host):
            raise ValueError(f"the emulator listens on loopback addresses only, not {self.host!r}")
        if not self.accounts:
            raise ValueError("an emulator needs at least one account")
        if not 0 < self.content_limit <= HIGHEST_CONTENT_LIMIT:
            raise ValueError(f"content_limit must be 1 to {HIGHEST_CONTENT_LIMIT} bytes")
        if len({group.group_id for group in self.resource_groups}) < len(self.resource_groups):
            raise ValueError("each resource group needs an id of its own")

    def groups_of(self, account: Account) -> dict[str, ResourceGroup]:
        """The resource groups of an account by id; what has no name here is called by its id."""
        named = {group.group_id: group for group in self.resource_groups}
        if account.resource_groups is None:
            return named
        return {
            group_id: replace(named.get(group_id) or _unnamed(group_id), status=status)
            for group_id, status in account.resource_groups.items()
        }


def _unnamed(group_id: str) -> ResourceGroup:
    return ResourceGroup(group_id=group_id, name=group_id, display_name=group_id)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
