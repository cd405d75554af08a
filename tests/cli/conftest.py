from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from mcp_server.cli import main
from mcp_server.emulator import Emulator

Run = Callable[..., Result]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A local endpoint that local mode uses instead of its own."""
    with Emulator() as running:
        monkeypatch.setenv("CLOUD_ASSISTANT_LOCAL_ENDPOINT", running.endpoint)
        yield running
    running.close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, in this process."""
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, arguments, catch_exceptions=False)
