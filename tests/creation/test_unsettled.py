import anyio
import pytest

from mcp_server.creation.unsettled import KEPT_SECONDS, MOST_KEPT, UnsettledTokens
from mcp_server.emulator import Fault, Hold
from tests.conftest import Service
from tests.guardrails.requests import VALID


def test_a_token_is_taken_up_by_the_same_request_of_the_same_principal_only() -> None:
    tokens = UnsettledTokens()
    tokens.keep("ann", "digest", "token")
    assert [tokens.of("ann", "other"), tokens.of("bob", "digest"), tokens.of("ann", "digest")] == [
        None,
        None,
        "token",
    ]
    tokens.forget("ann", "digest", "another")
    assert tokens.of("ann", "digest") == "token"
    tokens.forget("ann", "digest", "token")
    assert tokens.of("ann", "digest") is None


def test_a_token_is_forgotten_after_a_while() -> None:
    now = [0.0]
    tokens = UnsettledTokens(clock=lambda: now[0])
    tokens.keep("", "digest", "token")
    now[0] = KEPT_SECONDS
    assert tokens.of("", "digest") is None


def test_the_oldest_are_forgotten_first() -> None:
    tokens = UnsettledTokens()
    for number in range(MOST_KEPT + 1):
        tokens.keep("", f"digest-{number}", f"token-{number}")
    assert tokens.of("", "digest-0") is None
    assert tokens.of("", "digest-1") == "token-1"


@pytest.mark.anyio
async def test_a_call_that_was_cancelled_and_is_made_again_creates_one_command(
    service: Service,
) -> None:
    hold = Hold()
    service.emulator.faults.add(Fault(action="CreateCommand", hold=hold))
    async with anyio.create_task_group() as calls:
        calls.start_soon(service.workflow.create, VALID)
        await anyio.to_thread.run_sync(hold.wait_until_reached)
        calls.cancel_scope.cancel()
    hold.release()
    again = await service.workflow.create(VALID)
    third = await service.workflow.create(VALID)
    commands = {command.command_id for command in service.emulator.commands()}
    assert commands == {again.command_id, third.command_id}
    tokens = [r.client_token for r in service.emulator.requests if r.action == "CreateCommand"]
    assert set(tokens) == {again.client_token, third.client_token}


@pytest.mark.anyio
async def test_an_unknown_outcome_that_is_repeated_without_its_token_makes_one_command(
    service: Service,
) -> None:
    service.emulator.faults.add(Fault(action="CreateCommand", drop=True, commit=True, times=4))
    unknown = await service.workflow.create(VALID)
    created = await service.workflow.create(VALID)
    assert unknown.error is not None
    assert unknown.client_token == created.client_token
    assert [c.command_id for c in service.emulator.commands()] == [created.command_id]


@pytest.mark.anyio
async def test_once_settled_with_its_token_the_same_request_is_a_new_command(
    service: Service,
) -> None:
    service.emulator.faults.add(Fault(action="CreateCommand", drop=True, commit=True, times=4))
    unknown = await service.workflow.create(VALID)
    settled = await service.workflow.create(VALID | {"client_token": unknown.client_token})
    another = await service.workflow.create(VALID)
    assert {c.command_id for c in service.emulator.commands()} == {
        settled.command_id,
        another.command_id,
    }
    assert settled.command_id != another.command_id
