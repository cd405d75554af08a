import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from mcp_server.cli import SUBCOMMANDS
from mcp_server.http.service import serve_http
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


@pytest.mark.parametrize("port", ["-1", "65536", "99999", "http", ""])
def test_a_port_that_is_none_is_refused(run: Run, port: str) -> None:
    refused = run("serve", "--http", "--local", "--port", port)
    assert refused.exit_code == 2
    assert "--port" in refused.output


@pytest.mark.parametrize("option", [["--host", "127.0.0.1"], ["--port", "8790"]])
def test_an_address_without_http_is_refused(run: Run, option: list[str]) -> None:
    refused = run("serve", "--local", *option)
    assert refused.exit_code == 2
    assert option[0] in refused.output
    assert "--http" in refused.output


def test_the_default_port_is_the_one_that_help_tells(run: Run) -> None:
    parameters = inspect.signature(serve_http).parameters
    assert f"default: {parameters['port'].default};" in run("serve", "--help").output


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_stdio_without_its_streams_is_a_usage_error(closed: str) -> None:
    command = f'"$0" -m mcp_server serve --local {closed}'
    refused = subprocess.run(
        ["sh", "-c", command, sys.executable], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "closed" in refused.stderr or "2>&-" in closed


def test_the_version_is_told_installed_or_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: "1.2.3")
    assert run("--version").output.endswith(", version 1.2.3\n")

    def fail(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", fail)
    told = run("--version")
    assert told.exit_code == 0
    assert told.output.endswith(", version 0+source\n")


def test_starting_imports_nothing_that_only_serving_needs() -> None:
    code = "import sys, mcp_server.cli.serve; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "mcp_server.wire" in imported
    heavy = {"mcp", "mcp_server.server", "mcp_server.settings", "pydantic", "starlette", "uvicorn"}
    assert heavy.isdisjoint(imported)


def test_others_log_warnings_only_and_no_text_of_an_exception() -> None:
    code = """
import logging
from mcp_server.cli.application import log_to_stderr
from mcp_server.settings import Settings
log_to_stderr(Settings(log_level="DEBUG"))
logging.getLogger("mcp_server.any").debug("our detail")
secret = "can" + "ary"  # a traceback quotes the source
logging.getLogger("any.other").info(secret)
try:
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ExceptionGroup(secret, [ValueError(secret), OSError(secret)]) from error
except ExceptionGroup:
    logging.getLogger("any.other").exception("it failed")
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr
    assert "DEBUG mcp_server.any: our detail" in told
    assert "ERROR any.other: it failed" in told
    assert [told.count(f"\n{kind}") for kind in ("KeyError", "ValueError", "OSError")] == [1, 1, 1]
    assert told.endswith("\nExceptionGroup\n")
    assert "canary" not in told


@pytest.mark.parametrize("encoding", ["cp1252", "cp936", "utf-8"])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_script_in_any_writing_is_shown_in_any_encoding(
    tmp_path: Path, encoding: str, as_json: bool
) -> None:
    script = tmp_path / "a.sh"
    script.write_text("echo é 测试 \N{GRINNING FACE}\n", encoding="utf-8")
    options = ["--region-id", "cn-hangzhou", "--local", *(["--json"] if as_json else [])]
    shown = subprocess.run(
        [sys.executable, "-m", "mcp_server", "preview", str(script), *options],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, b"")
    text = shown.stdout.decode(encoding)
    if as_json:
        assert "echo é 测试 \N{GRINNING FACE}" in str(json.loads(text))
    else:
        emoji = "\N{GRINNING FACE}" if encoding == "utf-8" else r"\ud83d\ude00"
        chinese = r"\u6d4b\u8bd5" if encoding == "cp1252" else "测试"
        assert f"echo é {chinese} {emoji}" in text


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["doctor", "--local"], ["emulator", "--port", "0"]],
    ids=lambda arguments: str(arguments[0]),
)
def test_output_that_nobody_reads_ends_the_program_quietly(arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mcp_server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 1


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
