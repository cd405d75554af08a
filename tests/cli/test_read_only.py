"""The command line of an operator who lets nothing be created."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from mcp_server.emulator import Emulator

Run = Callable[..., Result]
READ_ONLY = (
    "create_command is not permitted: CLOUD_ASSISTANT_READ_ONLY is true, and create_command "
    "changes something"
)
NOT_LISTED = "create_command is not permitted: CLOUD_ASSISTANT_TOOLS does not have create_command"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "uptime.sh"
    path.write_text("uptime\n")
    return path


def here(script: Path) -> tuple[str, ...]:
    return str(script), "--region-id", "cn-hangzhou", "--local"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"READ_ONLY": "true"}, READ_ONLY),
        ({"READ_ONLY": "true", "TOOLS": "create_command,explain_error"}, READ_ONLY),
        ({"READ_ONLY": "true", "TOOLS": "create_command"}, READ_ONLY),
        ({"READ_ONLY": "true", "CREATE_WITHOUT_CONSENT": "true"}, READ_ONLY),
        ({"TOOLS": "preview_command,explain_error"}, NOT_LISTED),
    ],
    ids=str,
)
def test_create_is_refused_by_the_name_of_the_setting_before_anything_is_done(
    run: Run,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    script: Path,
    variables: dict[str, str],
    told: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"CLOUD_ASSISTANT_{name}", value)
    refused = run("create", *here(script), "--yes")
    assert refused.exit_code == 2
    assert " ".join(refused.output.split()).endswith(f"Error: {told}")
    assert emulator.requests == []


def test_create_is_refused_before_credentials_and_the_script_are_looked_at(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_READ_ONLY", "true")
    monkeypatch.setenv("CLOUD_ASSISTANT_CREDENTIALS", "environment")
    arguments = tmp_path / "arguments.json"
    arguments.write_text("not JSON")
    refused = run("create", str(arguments), "--arguments", str(arguments))
    assert refused.exit_code == 2
    assert " ".join(refused.output.split()).endswith(f"Error: {READ_ONLY}")


@pytest.mark.parametrize(
    "variables",
    [
        {"READ_ONLY": "true"},
        {"TOOLS": "explain_error"},
        {"READ_ONLY": "true", "TOOLS": "create_command"},
    ],
    ids=str,
)
def test_what_changes_nothing_works_on(
    run: Run,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    script: Path,
    variables: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"CLOUD_ASSISTANT_{name}", value)
    assert run("preview", *here(script)).exit_code == 0
    monkeypatch.delenv("CLOUD_ASSISTANT_LOCAL_ENDPOINT")  # `check` has no local mode
    assert run("check", str(script)).exit_code == 0
    assert run("doctor", "--local").exit_code == 0
    assert emulator.commands() == []


def test_a_server_without_any_tool_is_a_usage_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_READ_ONLY", "true")
    monkeypatch.setenv("CLOUD_ASSISTANT_TOOLS", "create_command")
    refused = run("serve", "--http", "--local")
    assert refused.exit_code == 2
    assert " ".join(refused.output.split()).endswith(
        "Error: no tool is left to serve: CLOUD_ASSISTANT_TOOLS names only create_command, and "
        "CLOUD_ASSISTANT_READ_ONLY is true"
    )
