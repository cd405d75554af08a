"""The services at the endpoint, told apart by the version that a request names."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mcp_server.emulator.call import Action
from mcp_server.emulator.create_command import create_command
from mcp_server.emulator.delete_command import delete_command
from mcp_server.emulator.describe_commands import describe_commands
from mcp_server.emulator.describe_regions import describe_regions
from mcp_server.emulator.errors import refusal
from mcp_server.emulator.get_caller_identity import get_caller_identity
from mcp_server.emulator.list_resource_groups import list_resource_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One of the vendor's services.

    `product` is its name in links, `permission_prefix` its name in RAM policies, `denial` the code
    for a missing permission.
    """

    product: str
    permission_prefix: str
    denial: str
    actions: Mapping[str, Action]


SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        "2014-05-26": Service(
            product="Ecs",
            permission_prefix="ecs",
            denial="Forbidden.RAM",
            actions={
                "CreateCommand": create_command,
                "DeleteCommand": delete_command,
                "DescribeCommands": describe_commands,
                "DescribeRegions": describe_regions,
            },
        ),
        "2020-03-31": Service(
            product="ResourceManager",
            # The vendor has the permissions for resource groups among those of RAM.
            permission_prefix="ram",
            denial="NoPermission",
            actions={"ListResourceGroups": list_resource_groups},
        ),
        "2015-04-01": Service(
            product="Sts",
            permission_prefix="sts",
            denial="NoPermission",
            actions={"GetCallerIdentity": get_caller_identity},
        ),
    }
)


def action_of(service: Service, name: str) -> Action:
    """The action of a service.

    Raises:
        ApiError: NoSuchVersion for an action of another service, else InvalidAction.NotFound.
    """
    if (action := service.actions.get(name)) is not None:
        return action
    elsewhere = any(name in other.actions for other in SERVICES.values())
    raise refusal("NoSuchVersion" if elsewhere else "InvalidAction.NotFound")
