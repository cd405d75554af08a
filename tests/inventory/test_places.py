import pytest

from mcp_server.emulator import Fault
from mcp_server.inventory.places import LIFE, PATIENCE, Places
from mcp_server.models.regions import REGIONS
from tests.conftest import Service

pytestmark = pytest.mark.anyio


async def test_the_account_is_asked_once_in_a_while(service: Service) -> None:
    now = [0.0]
    places = Places(service.gateway, lambda: now[0])
    assert set(await places.regions()) == set(REGIONS)
    assert await places.resource_groups() == ("rg-default", "rg-local")
    await places.regions()
    asked = [request.action for request in service.emulator.requests]
    assert asked == ["DescribeRegions", "ListResourceGroups"]
    now[0] += LIFE
    await places.regions()
    assert len(service.emulator.requests) == 3


async def test_while_the_account_cannot_be_asked_there_is_nothing_or_what_was_known(
    service: Service,
) -> None:
    now = [0.0]
    places = Places(service.gateway, lambda: now[0])
    refusal = Fault(code="NoPermission", status=403)
    service.emulator.faults.add(refusal)
    assert await places.resource_groups() == ()
    assert await places.resource_groups() == ()
    assert len(service.emulator.requests) == 1
    now[0] += PATIENCE
    known = await places.resource_groups()
    now[0] += LIFE
    service.emulator.faults.add(refusal)
    assert await places.resource_groups() == known == ("rg-default", "rg-local")
