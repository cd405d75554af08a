"""Repairs of refusals, proved by the endpoint: it refuses, the repair is applied, it accepts."""

import base64
from typing import Any

import pytest

from mcp_server.ecs.error_catalogue.lookup import ROWS
from mcp_server.ecs.gateway import EcsError
from mcp_server.ecs.wire import api_request
from mcp_server.inventory.inventory import filters
from mcp_server.models.explanation import Outcome
from mcp_server.models.query import ListCommandsRequest
from mcp_server.models.request import CommandRequest
from tests.conftest import Service
from tests.guardrails.requests import VALID

REFUSED: dict[str, dict[str, Any]] = {
    "CmdParam.EmptyKey": {"command_content": "echo '{{ }}'\n", "enable_parameter": True},
    "CmdParam.InvalidParamName": {"command_content": "echo '{{a.b}}'\n", "enable_parameter": True},
    "CmdDesc.ExceedLimit": {"description": "d" * 513},
    "InvalidParameterCharacter.CommandDescription": {"description": "a\x01b"},
    "InvalidClientToken.Malformed": {"client_token": "tök"},
    "IdempotentParameterMismatch": {"client_token": "taken"},
}
"""Arguments that the endpoint refuses with a code; our own checks are left out on purpose."""
REFUSED_LISTS: dict[str, dict[str, Any]] = {
    "InvalidMaxResults": {"max_results": 51},
    "InvalidNextToken": {"next_token": "no token"},
}
"""The same, of list_commands."""


async def sent(service: Service, arguments: dict[str, Any]) -> str:
    """The id of the command, past every check of ours."""
    given = {name: value for name, value in arguments.items() if value is not None}
    request = CommandRequest.model_construct(**given)
    content = base64.b64encode(given["command_content"].encode()).decode()
    created = await service.gateway.create_command(
        {"ClientToken": "a-token-of-its-own"} | api_request(request, content)
    )
    return created.command_id


def test_every_code_with_a_repair_is_tried() -> None:
    tried = REFUSED.keys() | REFUSED_LISTS.keys()
    assert tried == {row.code for row in ROWS if row.repair is not None}


@pytest.mark.anyio
@pytest.mark.parametrize("code", REFUSED)
async def test_a_repair_makes_its_fault_go_away(service: Service, code: str) -> None:
    await sent(service, VALID | {"name": "earlier", "client_token": "taken"})
    arguments = VALID | REFUSED[code]
    with pytest.raises(EcsError) as refused:
        await sent(service, arguments)
    explanation = refused.value.explanation
    assert explanation.code == code
    assert explanation.repair
    command_id = await sent(service, arguments | explanation.repair)
    assert command_id in {command.command_id for command in service.emulator.commands()}


@pytest.mark.anyio
@pytest.mark.parametrize("code", REFUSED_LISTS)
async def test_a_repair_of_a_list_makes_its_fault_go_away(service: Service, code: str) -> None:
    wanted: dict[str, Any] = {"region_id": "cn-hangzhou"} | REFUSED_LISTS[code]
    with pytest.raises(EcsError) as refused:
        await service.gateway.list_commands(filters(ListCommandsRequest.model_construct(**wanted)))
    explanation = refused.value.explanation
    assert (explanation.code, explanation.outcome) == (code, Outcome.NOT_DONE)
    assert explanation.repair
    mended = {name: v for name, v in (wanted | explanation.repair).items() if v is not None}
    page = await service.gateway.list_commands(filters(ListCommandsRequest(**mended)))
    assert page.commands == ()
