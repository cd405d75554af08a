import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_it_tells_where_it_listens_and_with_which_key_and_stops_on_a_signal(
    tmp_path: Path,
) -> None:
    data = tmp_path / "commands.sqlite"
    command = [sys.executable, "-m", "mcp_server", "emulator", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().split()[-1] for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert told[0].startswith("127.0.0.1:")
    assert told[1:] == ["local-access-key", "local-access-key-secret"]
    assert data.exists()


def test_it_binds_loopback_addresses_only(run: Run) -> None:
    refused = run("emulator", "--host", "0.0.0.0")  # noqa: S104 - that is what is refused
    assert refused.exit_code == 2
    assert "loopback" in refused.output
