"""What a caller needs to be allowed, in RAM's own words."""

from typing import Final

from mcp_server.ecs.error_catalogue.row import REGION, RESOURCE
from mcp_server.ecs.wire import ACTION
from mcp_server.models.limits import QUOTA
from mcp_server.models.result import Permission

_ACTION: Final = f"ecs:{ACTION}"
_QUOTA: Final = (
    f"An account may keep {QUOTA[0]} to {QUOTA[-1]:,} commands in a region, by its quota; a full "
    "one answers CmdCount.ExceedQuota."
)


def permission(region_id: str) -> Permission:
    """The least that lets somebody create commands in a region, whatever their account."""
    resource = RESOURCE.replace(REGION, region_id)
    return Permission(
        action=_ACTION,
        resource=resource,
        policy={
            "Version": "1",
            "Statement": [{"Effect": "Allow", "Action": [_ACTION], "Resource": [resource]}],
        },
        quota=_QUOTA,
    )
