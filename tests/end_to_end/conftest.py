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
