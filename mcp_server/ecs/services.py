"""The vendor's services beside ECS, each the same for every region."""

from enum import StrEnum
from typing import Final


class CentralService(StrEnum):
    """A service with a signed RPC interface like that of ECS."""

    STS = "sts"
    """Says who calls."""
    RESOURCE_MANAGER = "resourcemanager"
    """Knows the resource groups."""


VERSIONS: Final = {CentralService.STS: "2015-04-01", CentralService.RESOURCE_MANAGER: "2020-03-31"}
"""Of their interfaces, which the SDK of ECS can call: two actions need none of their own."""
CENTRAL_HOSTS: Final = {
    CentralService.STS: "sts.aliyuncs.com",
    CentralService.RESOURCE_MANAGER: "resourcemanager.aliyuncs.com",
}
"""Source: the endpoint pages of each."""
PERMISSIONS: Final = {CentralService.STS: "sts", CentralService.RESOURCE_MANAGER: "ram"}
"""What RAM calls them in an action. Source: each one's page on authorization; the vendor has
resource groups among the permissions of RAM."""
CENTRAL_ACTIONS: Final = {
    "GetCallerIdentity": CentralService.STS,
    "ListResourceGroups": CentralService.RESOURCE_MANAGER,
}
"""Every other action is one of ECS."""
