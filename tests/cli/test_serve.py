import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from mcp_server.cli import SUBCOMMANDS
from tests.end_to_end.serving import UPTIME

Run = Callable[..., Result]

INITIALIZE: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}


def test_help_names_every_subcommand(run: Run) -> None:
    told = run("--help").output
    assert all(name in told for name in SUBCOMMANDS)
    assert all(run(name, "--help").exit_code == 0 for name in SUBCOMMANDS)


def test_an_unknown_subcommand_is_a_usage_error(run: Run) -> None:
    assert run("destroy").exit_code == 2


def test_http_on_an_address_that_others_reach_is_refused(run: Run) -> None:
    refused = run("serve", "--http", "--local", "--host", "0.0.0.0")  # noqa: S104
    assert refused.exit_code == 2
    assert "--host" in refused.output


@pytest.mark.parametrize("arguments", [["--local"], ["serve", "--local"]])
@pytest.mark.parametrize("noise", [{}, {"DEBUG": "sdk", "CLOUD_ASSISTANT_LOG_LEVEL": "DEBUG"}])
def test_every_line_on_stdout_is_json_rpc_in_any_log_mode(
    arguments: list[str], noise: dict[str, str]
) -> None:
    requests = (
        {"id": 1, "method": "initialize", "params": INITIALIZE},
        {"method": "notifications/initialized"},
        {
            "id": 2,
            "method": "tools/call",
            "params": {"name": "create_command", "arguments": UPTIME},
        },
    )
    with subprocess.Popen(
        [sys.executable, "-X", "dev", "-m", "mcp_server", *arguments],
        env={**os.environ, "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **noise},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for request in requests:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **request}).encode() + b"\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        rest = process.stdout.read()
        told = process.stderr.read().decode()
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["status"] == "created"
    assert rest == b""
    assert "uptime" not in told
    assert "local-access-key-secret" not in told


def test_local_mode_goes_past_a_proxy(run: Run) -> None:
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "mcp_server", "doctor", "--local"],
        env={**os.environ, **proxies},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
