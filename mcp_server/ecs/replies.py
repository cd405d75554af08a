"""What the API's replies hold, read without trusting them."""

from collections.abc import Mapping
from typing import Any, Final

from mcp_server.ecs.failure import Failure
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.models.explanation import Outcome

_LONGEST_ID: Final = 128
_SUCCESS: Final = 200


def created(reply: Mapping[str, Any]) -> tuple[str, str | None] | Failure:
    """The command id and the request id of CreateCommand."""
    command_id, request_id = _id(reply.get("CommandId")), _id(reply.get("RequestId"))
    if command_id is None:
        return Failure("NoCommandId", http_status=_SUCCESS, request_id=request_id)
    return command_id, request_id


def stored(reply: Mapping[str, Any]) -> StoredCommand | Failure | None:
    """The first command of DescribeCommands, or None."""
    try:
        rows = (reply.get("Commands") or {}).get("Command") or ()
        return next((StoredCommand.from_reply(row) for row in rows), None)
    except (ValueError, TypeError, AttributeError):
        return _unreadable(reply)


def region_ids(reply: Mapping[str, Any]) -> tuple[str, ...] | Failure:
    """The ids of DescribeRegions."""
    try:
        rows = (reply.get("Regions") or {}).get("Region") or ()
        return tuple(str(row["RegionId"]) for row in rows)
    except (KeyError, TypeError, AttributeError):
        return _unreadable(reply)


def _unreadable(reply: Mapping[str, Any]) -> Failure:
    return Failure(
        "BadResponse", Outcome.UNKNOWN, http_status=_SUCCESS, request_id=_id(reply.get("RequestId"))
    )


def _id(value: object) -> str | None:
    fits = isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isprintable()
    return str(value) if fits else None
