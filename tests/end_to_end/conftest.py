from collections.abc import Iterator

import pytest

from mcp_server.emulator import Emulator, EmulatorSettings
from tests.end_to_end.serving import Deployment


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(EmulatorSettings()) as running:
        yield running
    running.close()


@pytest.fixture
def deployment(emulator: Emulator) -> Deployment:
    return Deployment(emulator.endpoint)


@pytest.fixture(scope="session")
def standing_url(shared_emulator: Emulator) -> Iterator[str]:
    """Of one HTTP server for all tests that leave nothing under way: a start takes a second."""
    with Deployment(shared_emulator.endpoint).http() as url:
        yield url


@pytest.fixture
def shared_deployment(shared_emulator: Emulator, standing_url: str) -> Deployment:
    """As `deployment`, with an endpoint that has forgotten the tests before."""
    shared_emulator.reset()
    return Deployment(shared_emulator.endpoint, url=standing_url)
