import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import settings

from mcp_server.creation.seal import Sealer
from mcp_server.creation.workflow import Workflow
from mcp_server.ecs.backend import LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import Account
from mcp_server.ecs.gateway import Gateway
from mcp_server.emulator import Emulator, EmulatorSettings
from mcp_server.models.regions import REGIONS
from mcp_server.settings import Settings

# Properties are searched afresh in each run, and nothing is written into the tree.
settings.register_profile("tests", deadline=None, database=None, print_blob=True)
settings.load_profile("tests")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_outside_world(monkeypatch):
    """No variable of the developer's own reaches a test, and no test asks for instance roles."""
    for name in tuple(os.environ):
        if name.startswith(("CLOUD_ASSISTANT_", "ALIBABA_CLOUD_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")


SETTINGS = Settings(local=True, live_checks=False)
"""So that nothing is called but what a test calls."""


@dataclass(frozen=True)
class Service:
    """The workflow over the real gateway and an endpoint of its own."""

    emulator: Emulator
    gateway: Gateway
    workflow: Workflow


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    with Emulator(EmulatorSettings(extra_regions=frozenset(REGIONS))) as running:
        yield running


@pytest.fixture(scope="session")
def shared_gateway(shared_emulator) -> Iterator[Gateway]:
    keys = Account(shared_emulator.account.access_key_id, shared_emulator.account.access_key_secret)
    backend = LocalBackend(lambda: LocalEndpoint(shared_emulator.endpoint, keys))
    gateway = Gateway(Settings(local=True), backend, backoff=lambda _: 0.0)
    yield gateway
    gateway.close()


@pytest.fixture
def service(shared_emulator, shared_gateway) -> Service:
    """An endpoint that nobody has called yet."""
    shared_emulator.reset()
    return Service(shared_emulator, shared_gateway, _workflow(shared_gateway))


def _workflow(gateway: Gateway) -> Workflow:
    """As in a server, whose previews have tokens."""
    return Workflow(SETTINGS, gateway, sealer=Sealer(["k" * 32]))
