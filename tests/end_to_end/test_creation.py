"""The main job, through every transport and era, on the endpoint's own word."""

import base64
import json
from typing import Any

import pytest

from mcp_server.emulator import Emulator, Fault
from tests.end_to_end.serving import UPTIME, WAYS, Deployment, call, structured, text_of

pytestmark = pytest.mark.anyio

BYTES_THAT_MUST_SURVIVE = (
    ("RunBatScript", "echo a^b & echo %PATH%\r\n"),
    ("RunShellScript", "printf x"),
    ("RunShellScript", "echo '测试 ★ é \N{PILE OF POO}'\n"),
    ("RunShellScript", '{"a":1}'),
    ("RunPowerShellScript", "\ufeffWrite-Output 1\r\n"),
    ("RunShellScript", "docker ps --format '{{.ID}}'\n"),
)


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_command_is_previewed_and_created_and_is_on_the_endpoint(
    shared_deployment: Deployment, shared_emulator: Emulator, transport: str, era: str
) -> None:
    async with shared_deployment.client(transport, era) as client:
        preview = await structured(client, "preview_command", UPTIME)
        assert shared_emulator.commands() == []
        created = await structured(client, "create_command", UPTIME)
    assert preview["status"] == "preview"
    assert preview["preview"]["verdict"] == "would_be_created"
    assert preview["preview"]["endpoint"] == shared_emulator.endpoint
    (stored,) = shared_emulator.commands()
    (request,) = [r for r in shared_emulator.requests if r.action == "CreateCommand"]
    assert created == {
        "status": "created",
        "backend": "local",
        "command_id": stored.command_id,
        "request_id": created["request_id"],
        "client_token": request.client_token,
        "next_step": created["next_step"],
        "findings": [],
    }
    assert "does not run it" in created["next_step"]
    assert "InvokeCommand" in created["next_step"]
    assert (stored.name, stored.type, stored.content) == ("uptime", "RunShellScript", b"uptime\n")


@pytest.mark.parametrize("encoding", ["PlainText", "Base64"])
async def test_scripts_arrive_byte_for_byte(
    shared_deployment: Deployment, shared_emulator: Emulator, encoding: str
) -> None:
    async with shared_deployment.client() as client:
        for script_type, script in BYTES_THAT_MUST_SURVIVE:
            wrapped = base64.encodebytes(script.encode()).decode()
            arguments = UPTIME | {
                "type": script_type,
                "command_content": script if encoding == "PlainText" else wrapped,
                "content_encoding": encoding,
            }
            created = await structured(client, "create_command", arguments)
            assert created["status"] == "created"
    stored = [command.content.decode() for command in reversed(shared_emulator.commands())]
    assert stored == [script for _, script in BYTES_THAT_MUST_SURVIVE]


async def test_every_argument_reaches_the_endpoint_as_it_was_given(
    shared_deployment: Deployment, shared_emulator: Emulator
) -> None:
    arguments: dict[str, Any] = UPTIME | {
        "command_content": "echo '{{who}}'\n",
        "description": "[1]",
        "working_dir": "/opt/app",
        "timeout": 600,
        "enable_parameter": True,
        "launcher": "bash -u {{ACS::ScriptFileName}}",
        "resource_group_id": "rg-local",
        "tags": '[{"key":"team","value":"sre"},{"key":"tier"}]',
        "client_token": "a-token-of-mine",
    }
    async with shared_deployment.client() as client:
        created = await structured(client, "create_command", arguments)
    (stored,) = shared_emulator.commands()
    assert created["client_token"] == "a-token-of-mine"
    assert stored.description == "[1]"
    assert stored.working_dir == "/opt/app"
    assert stored.timeout == 600
    assert stored.enable_parameter
    assert stored.launcher == "bash -u {{ACS::ScriptFileName}}"
    assert stored.resource_group_id == "rg-local"
    assert tuple(stored.tags) == (("team", "sre"), ("tier", ""))


async def test_nulls_for_optional_arguments_are_absent(
    shared_deployment: Deployment, shared_emulator: Emulator
) -> None:
    nulls = dict.fromkeys(("description", "working_dir", "timeout", "tags", "launcher"))
    async with shared_deployment.client() as client:
        created = await structured(client, "create_command", UPTIME | nulls)
    assert created["status"] == "created"
    assert len(shared_emulator.commands()) == 1


async def test_a_name_in_any_script_survives_a_client_of_another_code_page(
    deployment: Deployment, emulator: Emulator
) -> None:
    deployment = deployment.with_environment(PYTHONIOENCODING="cp936")
    async with deployment.client() as client:
        await structured(client, "create_command", UPTIME | {"name": "测试★"})
    assert [command.name for command in emulator.commands()] == ["测试★"]


async def test_a_dry_run_creates_nothing_and_says_what_would_be_sent(
    shared_deployment: Deployment, shared_emulator: Emulator
) -> None:
    async with shared_deployment.client() as client:
        dry_run = await call(client, "create_command", UPTIME | {"dry_run": True})
        preview = await call(client, "preview_command", UPTIME)
    for answer in (dry_run, preview):
        assert answer.structured_content is not None
        assert answer.structured_content["preview"].pop("preview_token")  # each its own
    assert dry_run.structured_content == preview.structured_content
    assert not dry_run.is_error
    assert [r.action for r in shared_emulator.requests] == []


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_refusal_is_a_result_whose_own_repair_makes_it_good(
    shared_deployment: Deployment, shared_emulator: Emulator, transport: str, era: str
) -> None:
    faulty = UPTIME | {
        "region_id": "cn-hangzhou-b",
        "name": "n" * 129,
        "type": "shell",
        "timeout": "60",
        "workingDir": "/tmp",  # noqa: S108 - an argument, not a file of ours
        "tags": [{"key": "acs:x"}, {"key": "a http://b"}],
    }
    async with shared_deployment.client(transport, era) as client:
        refused = await call(client, "create_command", faulty)
        assert refused.is_error
        # Some frameworks hand nothing but the text to their model.
        told = json.loads(text_of(refused).splitlines()[-1])
        assert told == refused.structured_content
        assert shared_emulator.requests == []
        repaired = {**faulty, **told["error"]["repair"]}
        created = await structured(client, "create_command", repaired)
    assert created["status"] == "created"
    (stored,) = shared_emulator.commands()
    assert (stored.name, stored.working_dir, stored.timeout) == ("n" * 128, "/tmp", 60)  # noqa: S108


async def test_a_preview_with_problems_is_not_an_error(shared_deployment: Deployment) -> None:
    async with shared_deployment.client() as client:
        preview = await call(client, "preview_command", UPTIME | {"region_id": "hangzhou"})
    assert not preview.is_error
    assert preview.structured_content is not None
    assert preview.structured_content["status"] == "invalid"
    assert preview.structured_content["error"]["repair"] == {"region_id": "cn-hangzhou"}


@pytest.mark.parametrize("commit", [False, True], ids=["before", "after"])
async def test_a_lost_reply_is_repeated_with_the_same_token_and_makes_one_command(
    deployment: Deployment, emulator: Emulator, commit: bool
) -> None:
    emulator.faults.add(Fault(action="CreateCommand", drop=True, commit=commit))
    async with deployment.client() as client:
        created = await structured(client, "create_command", UPTIME)
    attempts = [r for r in emulator.requests if r.action == "CreateCommand"]
    assert created["status"] == "created"
    assert {attempt.client_token for attempt in attempts} == {created["client_token"]}
    assert len(attempts) == 2
    assert [command.command_id for command in emulator.commands()] == [created["command_id"]]


async def test_an_unknown_outcome_is_settled_by_repeating_with_the_returned_token(
    deployment: Deployment, emulator: Emulator
) -> None:
    emulator.faults.add(Fault(action="CreateCommand", drop=True, commit=True))
    deployment = deployment.with_environment(CLOUD_ASSISTANT_MAX_ATTEMPTS="1")
    async with deployment.client() as client:
        lost = await structured(client, "create_command", UPTIME)
        assert lost["status"] == "failed"
        assert lost["error"]["outcome"] == "unknown"
        assert lost["error"]["retry"] == "same_token"
        repeated = UPTIME | {"client_token": lost["client_token"]}
        created = await structured(client, "create_command", repeated)
    assert created["status"] == "created"
    assert [command.command_id for command in emulator.commands()] == [created["command_id"]]


async def test_a_token_used_for_something_else_is_explained_with_the_way_out(
    deployment: Deployment, emulator: Emulator
) -> None:
    first = UPTIME | {"client_token": "used"}
    second = first | {"command_content": "date\n"}
    async with deployment.client() as client:
        await structured(client, "create_command", first)
        refused = await structured(client, "create_command", second)
        assert refused["error"]["code"] == "IdempotentParameterMismatch"
        assert refused["error"]["outcome"] == "not_created"
        created = await structured(client, "create_command", second | refused["error"]["repair"])
    assert created["status"] == "created"
    assert len(emulator.commands()) == 2


async def test_an_endpoint_that_hangs_is_answered_for_with_what_is_known(
    deployment: Deployment, emulator: Emulator
) -> None:
    emulator.faults.add(Fault(action="CreateCommand", delay=600, times=9))
    deployment = deployment.with_environment(
        CLOUD_ASSISTANT_READ_TIMEOUT="0.4", CLOUD_ASSISTANT_CALL_TIMEOUT="1.5"
    )
    async with deployment.client() as client:
        failed = await structured(client, "create_command", UPTIME)
    assert failed["status"] == "failed"
    assert failed["error"]["outcome"] == "unknown"
    assert failed["client_token"]
