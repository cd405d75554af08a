"""Which host serves a region."""

from typing import Literal

from mcp_server.models.regions import REGIONS, is_region_syntax

Network = Literal["public", "vpc"]


def cloud_host(region_id: str, network: Network = "public") -> str:
    """The host of ECS in a region, without protocol or port.

    Source: the vendor's endpoint page and the SDK's table, kept in `models.regions`. The host is
    always given to the SDK: left alone it would ignore `vpc` for the regions in its table.

    Raises:
        ValueError: the id cannot be part of a host name. A signed request, with the account's
            token, goes to the host; so an id that was not validated is a bug.
    """
    require_region_syntax(region_id)
    if network == "vpc":
        return f"ecs-vpc.{region_id}.aliyuncs.com"
    region = REGIONS.get(region_id)
    return (region and region.public_host) or f"ecs.{region_id}.aliyuncs.com"


def require_region_syntax(region_id: str) -> None:
    """Refuse an id that was not validated before it came here.

    Raises:
        ValueError: always a bug of the caller.
    """
    if not is_region_syntax(region_id):
        raise ValueError("a region id must be validated before a host is made of it")
