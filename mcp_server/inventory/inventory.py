"""The commands of a region, listed and read; every expected failure is an answer."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import anyio.to_thread

from mcp_server.creation.definition import arguments as arguments_of
from mcp_server.creation.refusal import invalid
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.query import query
from mcp_server.inventory.rows import detail, row
from mcp_server.models.finding import Finding
from mcp_server.models.query import GetCommandRequest, ListCommandsRequest
from mcp_server.models.request import CommandRequest
from mcp_server.models.result import Backend
from mcp_server.models.stored import CommandRow, Found, Listing, Standing
from mcp_server.settings import Settings

VENDOR: Final = "AlibabaCloud"
"""The provider of all public commands of the vendor's."""
MOST_SCRIPTS: Final = 96 * 1024
"""Bytes of the scripts of one list."""
_FILTERS: Final = {
    "name": "Name",
    "description": "Description",
    "type": "Type",
    "resource_group_id": "ResourceGroupId",
    "provider": "Provider",
    "max_results": "MaxResults",
    "next_token": "NextToken",
}
HOW_TO_FIND: Final = (
    "There is no command with this id in this region: it was deleted, or it is in another region. "
    "list_commands shows what there is."
)


class Inventory:
    """Lists and reads commands. Between calls it holds nothing."""

    def __init__(self, settings: Settings, gateway: Gateway, inspector: Inspector) -> None:
        """Nothing is called before the first request needs it.

        Args:
            settings: of the operator.
            gateway: to the cloud, or to the local endpoint.
            inspector: reviews what is stored, by the operator's policy.
        """
        self._gateway = gateway
        self._inspector = inspector
        self._extra_regions = settings.extra_regions
        self.backend: Final = Backend.LOCAL if settings.local else Backend.ALIYUN

    async def listing(self, arguments: Mapping[str, Any]) -> Listing:
        """One page of commands."""
        asked = query(arguments, ListCommandsRequest, self._extra_regions)
        answer = partial(Listing, backend=self.backend, findings=asked.findings)
        request = asked.request
        if request is None:
            return answer(status=Standing.INVALID, error=invalid(asked.findings))
        try:
            page = await self._gateway.list_commands(filters(request))
        except EcsError as error:
            return answer(status=Standing.FAILED, error=error.explanation)
        rows = _rows(page.commands) if request.include_content else None
        without = sum(one.script is one.content_base64 is None for one in rows or ())
        told = [
            f"{page.unreadable} commands of this page are not as documented, and are left out."
            * bool(page.unreadable),
            f"{without} scripts are left out for their length; get_command reads one whole."
            * bool(without),
        ]
        return answer(
            status=Standing.LISTED,
            commands=rows or tuple(row(c, with_content=False) for c in page.commands),
            next_token=page.next_token or None,
            total=page.total,
            next_step=" ".join(filter(None, told)) or None,
        )

    async def found(self, arguments: Mapping[str, Any]) -> Found:
        """One command, and what there is to say of it."""
        asked = query(arguments, GetCommandRequest, self._extra_regions)
        answer = partial(Found, backend=self.backend, findings=asked.findings)
        request = asked.request
        if request is None:
            return answer(status=Standing.INVALID, error=invalid(asked.findings))
        try:
            command = await stored(self._gateway, request.region_id, request.command_id)
        except EcsError as error:
            return answer(status=Standing.FAILED, error=error.explanation)
        if command is None:
            return answer(status=Standing.GONE, next_step=HOW_TO_FIND)
        found = answer(status=Standing.FOUND, command=detail(command, request.region_id))
        if not request.check:
            return found
        findings = await reviewed(self._inspector, command, request.region_id)
        verdict = findings[0].severity.value if findings else "ok"
        return found.model_copy(update={"findings": findings, "verdict": verdict})


async def reviewed(
    inspector: Inspector, command: StoredCommand, region_id: str
) -> tuple[Finding, ...]:
    """What the rules say of a command, as if it were to be created now; the heaviest first."""
    made = arguments_of(command, region_id)
    # In a thread: a parser takes up to a second for what is made to be slow.
    inspection = await anyio.to_thread.run_sync(inspector.inspect, made, CommandRequest)
    return inspection.findings


def _rows(commands: tuple[StoredCommand, ...]) -> tuple[CommandRow, ...]:
    """Rows with their scripts, as far as an agent can take them in one answer."""
    left, rows = MOST_SCRIPTS, []
    for command in commands:
        left -= len(command.content)
        rows.append(row(command, with_content=left >= 0))
    return tuple(rows)


async def stored(gateway: Gateway, region_id: str, command_id: str) -> StoredCommand | None:
    """The account's own command with this id, or a public one of the vendor's.

    Raises:
        EcsError: a call failed.
    """
    own = await gateway.describe_commands(region_id, command_id)
    if own is not None:
        return own
    public = await gateway.describe_commands(region_id, command_id, VENDOR)
    return public and replace(public, provider=public.provider or VENDOR)


def filters(request: ListCommandsRequest) -> dict[str, object]:
    """The request in the API's own spelling; what the caller left out stays out."""
    given: dict[str, object] = {"RegionId": request.region_id}
    for name, api_name in _FILTERS.items():
        if (value := getattr(request, name)) is not None:
            given[api_name] = value
    if request.tags:
        given["Tag"] = [{"Key": tag.key, "Value": tag.value} for tag in request.tags]
    return given
