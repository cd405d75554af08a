import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from click.testing import Result

from mcp_server.emulator import Emulator, StoredCommand
from mcp_server.models.request import CommandRequest

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called is only what a test is about."""
    monkeypatch.setenv("CLOUD_ASSISTANT_LIVE_CHECKS", "false")


def test_a_preview_shows_the_request_and_sends_nothing(
    run: Run, emulator: Emulator, tmp_path: Path
) -> None:
    script = tmp_path / "uptime.sh"
    script.write_text("uptime\n")
    shown = run("preview", str(script), "--region-id", "cn-hangzhou", "--local")
    assert shown.exit_code == 0
    assert shown.output.splitlines()[:9] == [
        "**Preview: nothing was created** (backend: local)",
        "",
        "Verdict: **would_be_created**",
        "",
        "The request:",
        "```",
        f"CreateCommand, to {emulator.endpoint}",
        "  RegionId: cn-hangzhou",
        "  Name: uptime",
    ]
    assert "   1  uptime" in shown.output
    assert not shown.output.rstrip().endswith("}")  # the JSON line is for agents
    assert emulator.requests == []


def test_a_file_is_created_with_every_byte_and_the_type_of_its_ending(
    run: Run, emulator: Emulator, tmp_path: Path
) -> None:
    script = tmp_path / "check.BAT"
    script.write_bytes(b"@echo off\r\necho a^b & echo %PATH%\r\n")
    created = run("create", str(script), "--region-id", "cn-hangzhou", "--local", "--json")
    (stored,) = emulator.commands()
    assert created.exit_code == 0
    assert json.loads(created.output)["command_id"] == stored.command_id
    assert (stored.type, stored.name) == ("RunBatScript", "check")
    assert stored.content == b"@echo off\r\necho a^b & echo %PATH%\r\n"


def test_an_arguments_file_gives_the_rest_and_options_go_over_it(
    run: Run, emulator: Emulator, tmp_path: Path
) -> None:
    script, arguments = tmp_path / "a.sh", tmp_path / "a.json"
    script.write_text("echo {{who}}\n")
    given = {"region_id": "cn-beijing", "name": "greet", "enable_parameter": True, "timeout": 30}
    arguments.write_text(json.dumps(given))
    run(
        "create", str(script), "--arguments", str(arguments),
        "--region-id", "cn-hangzhou", "--timeout", "90", "--local",
    )  # fmt: skip
    (stored,) = emulator.commands(region_id="cn-hangzhou")
    assert (stored.name, stored.timeout, stored.enable_parameter) == ("greet", 90, True)


def test_a_refusal_says_what_to_do_and_ends_with_1(
    run: Run, emulator: Emulator, tmp_path: Path
) -> None:
    script = tmp_path / "a.sh"
    script.write_text("uptime\n")
    refused = run("create", str(script), "--region-id", "cn-hangzhou-b", "--local")
    assert refused.exit_code == 1
    assert "cn-hangzhou-b is a zone of the region cn-hangzhou. Use cn-hangzhou." in refused.output
    assert emulator.requests == []


def test_a_file_of_an_unknown_ending_needs_a_type(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "a.txt"
    script.write_text("uptime\n")
    refused = run("preview", str(script), "--region-id", "cn-hangzhou", "--local")
    assert refused.exit_code == 1
    assert "type is missing" in refused.output


def test_an_arguments_file_that_is_not_an_object_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    script, arguments = tmp_path / "a.sh", tmp_path / "a.json"
    script.write_text("uptime\n")
    for content in ("[1]", "{", ""):
        arguments.write_text(content)
        refused = run("preview", str(script), "--arguments", str(arguments), "--local")
        assert refused.exit_code == 2
        assert "--arguments" in refused.output


@pytest.mark.parametrize("name", ["preview", "create"])
def test_every_argument_of_a_command_has_an_option(name: str) -> None:
    command = importlib.import_module(f"mcp_server.cli.{name}").command
    options = {option for parameter in command.params for option in parameter.opts}
    # The file is the script, and its bytes always go as Base64.
    arguments = CommandRequest.model_fields.keys() - {"command_content", "content_encoding"}
    spelled = {"--tag" if a == "tags" else f"--{a.replace('_', '-')}" for a in arguments}
    assert spelled - options == set()


def test_every_option_reaches_the_stored_command(
    run: Run, emulator: Emulator, tmp_path: Path
) -> None:
    script = tmp_path / "a.txt"
    script.write_text("echo 'hello {{who}}'\r\n", newline="")
    created = run(
        "create", str(script), "--region-id", "cn-beijing", "--name", "greet",
        "--type", "RunShellScript", "--description", "says hello", "--working-dir", "/srv",
        "--timeout", "90", "--enable-parameter", "--launcher", "bash -u",
        "--resource-group-id", "rg-local", "--tag", "team=ops", "--tag", "note=a=b",
        "--tag", "empty=", "--client-token", "token-1", "--normalize-content", "--live-checks",
        "--local",
    )  # fmt: skip
    assert created.exit_code == 0
    (stored,) = emulator.commands(region_id="cn-beijing")
    assert stored == StoredCommand(
        account_id=stored.account_id,
        region_id="cn-beijing",
        command_id=stored.command_id,
        name="greet",
        type="RunShellScript",
        content=b"echo 'hello {{who}}'\n",
        description="says hello",
        working_dir="/srv",
        timeout=90,
        enable_parameter=True,
        parameter_names=("who",),
        launcher="bash -u",
        resource_group_id="rg-local",
        tags=(("team", "ops"), ("note", "a=b"), ("empty", "")),
        creation_time=stored.creation_time,
    )
    *looked_up, creation = emulator.requests
    assert creation.client_token == "token-1"
    assert {request.action for request in looked_up} == {
        "DescribeCommands",
        "ListResourceGroups",
        "GetCallerIdentity",
    }


def test_options_that_are_not_given_leave_the_arguments_file_as_it_is(
    run: Run, emulator: Emulator, tmp_path: Path
) -> None:
    script, arguments = tmp_path / "a.sh", tmp_path / "a.json"
    script.write_text("uptime\r\n", newline="")
    given = {
        "region_id": "cn-hangzhou",
        "normalize_content": True,
        "tags": [{"key": "team", "value": "ops"}],
    }
    arguments.write_text(json.dumps(given))
    run("create", str(script), "--arguments", str(arguments), "--local")
    (stored,) = emulator.commands()
    assert (stored.content, stored.tags) == (b"uptime\n", (("team", "ops"),))


def test_a_tag_without_a_value_is_a_usage_error_that_names_it(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "a.sh"
    script.write_text("uptime\n")
    refused = run("preview", str(script), "--tag", "team=ops", "--tag", "lonely", "--local")
    assert refused.exit_code == 2
    assert "'--tag': 'lonely' is not KEY=VALUE" in refused.output


@pytest.fixture
def reboot(tmp_path: Path) -> Path:
    script = tmp_path / "reboot.sh"
    script.write_text("#!/bin/sh\nreboot\n")
    return script


HERE: Final = ("--region-id", "cn-hangzhou", "--local")


def test_what_a_person_decides_is_not_created_without_them(
    run: Run, emulator: Emulator, reboot: Path
) -> None:
    refused = run("create", str(reboot), *HERE)
    assert refused.exit_code == 1
    assert "a person has to agree" in refused.output
    assert emulator.requests == []


def test_yes_on_the_command_line_is_their_consent(
    run: Run, emulator: Emulator, reboot: Path
) -> None:
    assert run("create", str(reboot), *HERE, "--yes").exit_code == 0
    assert len(emulator.commands()) == 1


def test_yes_does_not_create_what_is_blocked(run: Run, emulator: Emulator, reboot: Path) -> None:
    reboot.write_text("rm -rf /etc\n")
    assert run("create", str(reboot), *HERE, "--yes").exit_code == 1
    assert emulator.requests == []


def test_samples_are_filled_in_and_judged(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "a.sh"
    script.write_text("systemctl restart {{service}}\n")
    shown = run(
        "preview", str(script), *HERE, "--enable-parameter", "--json",
        "--sample", "service=x; rm -rf /etc",
    )  # fmt: skip
    rendered = json.loads(shown.output)["preview"]["rendered"]
    assert (rendered["script"], rendered["verdict"]) == (
        "systemctl restart x; rm -rf /etc\n",
        "block",
    )
    assert run("preview", str(script), *HERE, "--sample", "service").exit_code == 2


def test_equivalents_are_shown_when_asked_for(run: Run, reboot: Path) -> None:
    plain = run("preview", str(reboot), *HERE, "--json")
    asked = run("preview", str(reboot), *HERE, "--json", "--include-equivalents")
    assert "equivalents" not in json.loads(plain.output)["preview"]
    tools = [one["tool"] for one in json.loads(asked.output)["preview"]["equivalents"]]
    assert tools == ["aliyun CLI", "Terraform", "Python SDK"]
