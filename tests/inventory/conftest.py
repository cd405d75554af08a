from collections.abc import Callable
from typing import Any

import pytest

from mcp_server.creation.seal import Sealer
from mcp_server.emulator.store import StoredCommand
from mcp_server.guardrails.inspection import Inspector
from mcp_server.inventory.deletions import Deletions
from mcp_server.inventory.inventory import Inventory
from tests.conftest import SETTINGS, Service


@pytest.fixture
def inventory(service: Service) -> Inventory:
    return Inventory(SETTINGS, service.gateway, Inspector(SETTINGS))


@pytest.fixture
def deletions(service: Service) -> Deletions:
    return Deletions(SETTINGS, service.gateway, Inspector(SETTINGS), Sealer(["k" * 32]))


@pytest.fixture
def create(service: Service) -> Callable[..., Any]:
    """Creates a command through the workflow; returns it as the endpoint has it."""

    async def created(**arguments: Any) -> StoredCommand:
        result = await service.workflow.create(
            {
                "region_id": "cn-hangzhou",
                "name": "greeting",
                "type": "RunShellScript",
                "command_content": "echo hi\n",
            }
            | arguments
        )
        assert result.command_id, result
        return next(c for c in service.emulator.commands() if c.command_id == result.command_id)

    return created
