"""Consent with clients of the SDK, through every transport and era, and past them in raw calls."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import MCPError

from mcp_server.emulator import Emulator
from tests.end_to_end.serving import UPTIME, WAYS, Deployment, call, structured, text_of
from tests.rounds import asked_by, made, structure_of, yes
from tests.serving import INITIALIZE, Served

pytestmark = pytest.mark.anyio

REBOOT = UPTIME | {"command_content": "reboot\n"}
MODERN = "2026-07-28"
KEY = "a" * 32


def answering(action: str, content: dict[str, Any] | None, asked: list[str]) -> dict[str, Any]:
    """Options of a client whose user answers so."""

    async def answer(_: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action=action, content=content)

    return {"elicitation_callback": answer}


@pytest.mark.parametrize(("transport", "era"), WAYS)
@pytest.mark.parametrize(
    ("action", "content", "status", "code"),
    [
        ("accept", {"decision": "create"}, "created", None),
        ("accept", {"decision": "decline", "reason": "not today"}, "declined", "Declined"),
        ("accept", {"decision": "create "}, "declined", "Declined"),
        ("accept", None, "declined", "Declined"),
        ("decline", None, "declined", "Declined"),
        ("cancel", None, "declined", "ConfirmationCancelled"),
    ],
    ids=["create", "decline with a reason", "another word", "nothing", "decline", "cancel"],
)
async def test_only_the_yes_of_a_person_creates(  # noqa: PLR0913, PLR0917 - two tables
    shared_deployment: Deployment,
    shared_emulator: Emulator,
    transport: str,
    era: str,
    action: str,
    content: dict[str, Any] | None,
    status: str,
    code: str | None,
) -> None:
    asked: list[str] = []
    async with shared_deployment.client(
        transport, era, **answering(action, content, asked)
    ) as client:
        preview = await structured(client, "preview_command", REBOOT)
        result = await structured(client, "create_command", REBOOT)
    assert preview["preview"]["verdict"] == "needs_confirmation"
    assert (result["status"], result.get("error", {}).get("code")) == (status, code)
    (message,) = asked
    assert preview["preview"]["digest"] in message
    assert len(shared_emulator.commands()) == (status == "created")


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_client_that_cannot_ask_gets_the_way_out_and_nothing_is_created(
    shared_deployment: Deployment, shared_emulator: Emulator, transport: str, era: str
) -> None:
    async with shared_deployment.client(transport, era) as client:
        answer = await call(client, "create_command", REBOOT)
    assert answer.structured_content is not None
    assert answer.structured_content["status"] == "needs_confirmation"
    assert answer.structured_content["error"]["code"] == "ConfirmationUnavailable"
    assert "have a person create it" in text_of(answer)
    assert shared_emulator.commands() == []


async def forever(_: Any, __: types.ElicitRequestParams) -> types.ElicitResult:
    """A person who is still thinking."""
    await anyio.sleep_forever()
    raise AssertionError("nobody wakes it")


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_client_that_goes_away_while_a_person_thinks_creates_nothing(
    deployment: Deployment, emulator: Emulator, transport: str, era: str
) -> None:
    thinking = anyio.Event()

    async def think(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        thinking.set()
        return await forever(context, params)

    async with deployment.client(transport, era, elicitation_callback=think) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "create_command", REBOOT)
            await thinking.wait()
            tasks.cancel_scope.cancel()
        assert (await structured(client, "preview_command", UPTIME))["status"] == "preview"
    assert emulator.commands() == []


async def test_a_person_who_does_not_answer_in_time_agrees_to_nothing(
    deployment: Deployment, emulator: Emulator
) -> None:
    hasty = deployment.with_environment(CLOUD_ASSISTANT_CONFIRMATION_TIMEOUT="0.2")
    async with hasty.client("stdio", "legacy", elicitation_callback=forever) as client:
        result = await structured(client, "create_command", REBOOT)
    assert (result["status"], result["error"]["code"]) == (
        "needs_confirmation",
        "ConfirmationTimedOut",
    )
    assert emulator.commands() == []


# -- the second round of 2026-07-28, as any client may make it

BY_THEMSELVES = {"elicitation_callback": forever}
"""These clients can ask, and answer by themselves."""


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_the_state_of_one_server_is_good_for_one_command_on_any_with_its_key(
    deployment: Deployment, emulator: Emulator, transport: str
) -> None:
    one = deployment.with_environment(CLOUD_ASSISTANT_TOKEN_KEYS=KEY)
    rotated = deployment.with_environment(CLOUD_ASSISTANT_TOKEN_KEYS=f"{'b' * 32},{KEY}")
    async with (
        one.client(transport, MODERN, **BY_THEMSELVES) as first,
        rotated.client(transport, MODERN, **BY_THEMSELVES) as second,
    ):
        asked = await asked_by(first, REBOOT)
        assert emulator.commands() == []
        results = [await made(client, REBOOT, **yes(asked)) for client in (second, first, second)]
    (command,) = emulator.commands()
    assert [structure_of(result)["command_id"] for result in results] == [command.command_id] * 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda fields: fields | {"request_state": "A" + fields["request_state"][1:]},
        lambda fields: fields | {"request_state": "{}"},
        lambda fields: {"input_responses": fields["input_responses"]},
        lambda fields: {"request_state": fields["request_state"]},
    ],
    ids=["tampered", "made up", "without the state", "without an answer"],
)
async def test_a_second_round_that_is_not_whole_asks_again(
    shared_deployment: Deployment,
    shared_emulator: Emulator,
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    async with shared_deployment.client("http", MODERN, **BY_THEMSELVES) as client:
        asked = await asked_by(client, REBOOT)
        again = await made(client, REBOOT, **spoil(yes(asked)))
    assert isinstance(again, types.InputRequiredResult)
    assert shared_emulator.commands() == []


async def test_arguments_that_change_after_the_question_are_asked_about_anew(
    shared_deployment: Deployment, shared_emulator: Emulator
) -> None:
    async with shared_deployment.client("http", MODERN, **BY_THEMSELVES) as client:
        asked = await asked_by(client, REBOOT)
        again = await made(client, REBOOT | {"command_content": "poweroff\n"}, **yes(asked))
    assert isinstance(again, types.InputRequiredResult)
    assert again.request_state != asked.request_state
    assert shared_emulator.commands() == []


async def test_a_server_with_another_key_does_not_take_the_state(
    deployment: Deployment, emulator: Emulator
) -> None:
    async with (
        deployment.client("stdio", MODERN, **BY_THEMSELVES) as first,
        deployment.client("stdio", MODERN, **BY_THEMSELVES) as second,
    ):
        again = await made(second, REBOOT, **yes(await asked_by(first, REBOOT)))
    assert isinstance(again, types.InputRequiredResult)
    assert emulator.commands() == []


# -- policies


def with_policy(deployment: Deployment, folder: Path, text: str) -> Deployment:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return deployment.with_environment(CLOUD_ASSISTANT_POLICY=str(path))


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_with_handoff_the_token_of_the_preview_is_the_consent(
    deployment: Deployment, emulator: Emulator, tmp_path: Path, era: str
) -> None:
    handed_off = with_policy(deployment, tmp_path, 'confirmation = "handoff"\n')
    async with handed_off.client("stdio", era) as client:
        preview = await structured(client, "preview_command", REBOOT)
        assert emulator.commands() == []
        token = preview["preview"]["preview_token"]
        created = await structured(client, "create_command", REBOOT | {"preview_token": token})
    assert created["status"] == "created"
    assert len(emulator.commands()) == 1


async def test_always_asks_about_a_harmless_command_too(
    deployment: Deployment, emulator: Emulator, tmp_path: Path
) -> None:
    asked: list[str] = []
    always = with_policy(deployment, tmp_path, 'confirmation = "always"\n')
    async with always.client(**answering("decline", None, asked)) as client:
        declined = await structured(client, "create_command", UPTIME)
    assert (declined["status"], len(asked), emulator.commands()) == ("declined", 1, [])


async def test_never_needs_a_second_setting_and_is_named_in_every_answer(
    deployment: Deployment, emulator: Emulator, tmp_path: Path
) -> None:
    never = with_policy(deployment, tmp_path, 'confirmation = "never"\n')
    with pytest.raises((MCPError, ExceptionGroup)):
        async with never.client():
            pass
    agreed = never.with_environment(CLOUD_ASSISTANT_CREATE_WITHOUT_CONSENT="true")
    async with agreed.client() as client:
        preview = await structured(client, "preview_command", REBOOT)
        created = await structured(client, "create_command", REBOOT)
    assert (created["status"], len(emulator.commands())) == ("created", 1)
    for answer in (preview, created):
        assert "CLOUD_ASSISTANT_CREATE_WITHOUT_CONSENT" in answer["next_step"]


# -- answers that are none


@contextmanager
def started(deployment: Deployment, folder: Path) -> Iterator[Served]:
    """The server on stdio, spoken to in raw JSON-RPC."""
    errors = folder / "stderr.txt"
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "mcp_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=deployment.variables(),
        ) as process,
    ):
        try:
            yield Served(process, errors)
        finally:
            process.kill()


@pytest.mark.parametrize(
    "answer",
    [
        {"action": "yes please"},
        {},
        {"action": "accept", "content": {"decision": {"a": 1}}},
        {"action": "accept", "content": {"decision": ["create"]}},
    ],
    ids=str,
)
def test_a_client_whose_answer_is_no_answer_agrees_to_nothing(
    deployment: Deployment, emulator: Emulator, tmp_path: Path, answer: Any
) -> None:
    with started(deployment, tmp_path) as exchange:
        exchange.send(
            {
                "jsonrpc": "2.0", "id": 1, "method": "initialize",
                "params": INITIALIZE | {"capabilities": {"elicitation": {}}},
            },
        )  # fmt: skip
        exchange.receive()
        exchange.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        params = {"name": "create_command", "arguments": REBOOT}
        exchange.send({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params})
        question = exchange.receive()
        assert question["method"] == "elicitation/create"
        exchange.send({"jsonrpc": "2.0", "id": question["id"], "result": answer})
        result = exchange.receive()["result"]["structuredContent"]
    assert result["status"] in {"needs_confirmation", "declined"}
    assert result["error"]["outcome"] == "not_sent"
    assert emulator.commands() == []
