import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
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


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "-1"), ("--port", "65536"), ("--quota", "-3"), ("--quota", "many")],
)
def test_a_number_out_of_range_is_refused(run: Run, option: str, value: str) -> None:
    refused = run("emulator", option, value)
    assert refused.exit_code == 2
    assert option in refused.output


def test_a_data_file_that_cannot_be_used_is_refused_with_the_option_named(
    run: Run, tmp_path: Path
) -> None:
    text, foreign = tmp_path / "text", tmp_path / "foreign"
    text.write_text("not SQLite\n" * 100)
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE VIEW commands AS SELECT 1 AS number")
        connection.commit()
    for data in (text, foreign, tmp_path / "nowhere" / "file", tmp_path):
        refused = run("emulator", "--port", "0", "--data", str(data))
        assert refused.exit_code == 2
        assert "--data" in refused.output


def test_a_port_in_use_is_refused(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("emulator", "--port", str(port))
    assert refused.exit_code == 2
    assert f"127.0.0.1:{port}" in refused.output
