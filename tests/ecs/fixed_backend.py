"""A backend at any address, for what neither a local nor a cloud one can be."""

from dataclasses import dataclass, field
from typing import Literal

from mcp_server.ecs.credentials import Account
from mcp_server.ecs.services import CentralService


def some_keys() -> Account:
    return Account("key-id-for-tests", "key-secret-for-tests")


@dataclass
class FixedBackend:
    address: str
    protocol: Literal["https", "http"] = "http"
    keys: Account = field(default_factory=some_keys)

    def host(self, region_id: str) -> str:  # noqa: ARG002 - one address for all
        return self.address

    def central_host(self, service: CentralService) -> str:  # noqa: ARG002 - as above
        return self.address

    def account(self) -> Account:
        return self.keys
