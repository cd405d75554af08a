"""What a caller needs to be allowed, in RAM's own words."""

from typing import Final

from mcp_server.models.result import Permission

ACTION: Final = "ecs:CreateCommand"
"""From the CreateCommand page, as the resource is."""
QUOTA: Final = (
    "An account may keep 500 to 50,000 commands in a region, by its quota; a full one answers "
    "CmdCount.ExceedQuota."
)


def permission(region_id: str) -> Permission:
    """The least that lets somebody create commands in a region, whatever their account."""
    resource = f"acs:ecs:{region_id}:*:command/*"
    return Permission(
        action=ACTION,
        resource=resource,
        policy={
            "Version": "1",
            "Statement": [{"Effect": "Allow", "Action": [ACTION], "Resource": [resource]}],
        },
        quota=QUOTA,
    )
