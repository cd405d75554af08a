"""Asking through clients of the SDK in this process, with a clock and principals of the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import mcp_types as types
import pytest
from mcp import Client
from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from mcp_server.creation.seal import LIFE, Sealer
from mcp_server.creation.workflow import Workflow
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import Policy
from mcp_server.server import build_server
from mcp_server.tools.create_command import CreateCommand
from mcp_server.tools.preview_command import PreviewCommand
from tests.conftest import SETTINGS, Service
from tests.guardrails.requests import VALID
from tests.rounds import asked_by, made, structure_of, yes

pytestmark = pytest.mark.anyio

REBOOT = VALID | {"command_content": "reboot\n"}
ERAS = ["legacy", "2026-07-28"]


class Clock:
    """Seconds since the epoch, as a test has them."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def client_of(
    service: Service, clock: Clock, era: str, user: str = "", confirmation: str = "ask"
) -> AsyncIterator[Client]:
    """A client of a replica with the one key, for a user."""
    policy = Policy.model_validate({"confirmation": confirmation})
    sealer = Sealer(["k" * 32], clock)
    workflow = Workflow(SETTINGS, service.gateway, Inspector(SETTINGS, policy), sealer)
    server = build_server([PreviewCommand(workflow), CreateCommand(workflow)])
    token = AccessToken(token="t", client_id="a-client", scopes=[], subject=user)
    before = auth_context_var.set(AuthenticatedUser(token) if user else None)
    try:
        async with Client(server, mode=era, elicitation_callback=nobody) as client:
            yield client
    finally:
        auth_context_var.reset(before)


async def nobody(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
    """A client that can ask, whose user closes every question."""
    return types.ElicitResult(action="cancel")


async def token_of(client: Client) -> str:
    preview = await client.call_tool("preview_command", REBOOT)
    return str(structure_of(preview)["preview"]["preview_token"])


@pytest.mark.parametrize("era", ERAS)
async def test_an_expired_preview_token_creates_nothing(service: Service, era: str) -> None:
    clock = Clock()
    async with client_of(service, clock, era, confirmation="handoff") as client:
        token = await token_of(client)
        clock.now += LIFE + 1
        result = await made(client, REBOOT | {"preview_token": token})
    assert structure_of(result)["status"] == "invalid"
    assert [f["rule"] for f in structure_of(result)["findings"] if "TOK" in f["rule_id"]] == [
        "preview-token-not-valid"
    ]
    assert service.emulator.commands() == []


async def test_an_answer_after_ten_minutes_is_no_answer(service: Service) -> None:
    clock = Clock()
    async with client_of(service, clock, "2026-07-28") as client:
        asked = await asked_by(client, REBOOT)
        clock.now += LIFE + 1
        result = await made(client, REBOOT, **yes(asked))
    assert structure_of(result)["error"]["code"] == "ConfirmationTimedOut"
    assert service.emulator.commands() == []


@pytest.mark.parametrize("era", ERAS)
async def test_the_token_of_another_principal_creates_nothing(service: Service, era: str) -> None:
    clock = Clock()
    async with client_of(service, clock, era, "ann", "handoff") as ann:
        token = await token_of(ann)
    async with client_of(service, clock, era, "bob", "handoff") as bob:
        refused = await made(bob, REBOOT | {"preview_token": token})
    assert structure_of(refused)["status"] == "invalid"
    assert service.emulator.commands() == []
    async with client_of(service, clock, era, "ann", "handoff") as ann:
        created = await made(ann, REBOOT | {"preview_token": token})
    assert structure_of(created)["status"] == "created"


async def test_the_state_of_another_principal_asks_again(service: Service) -> None:
    clock = Clock()
    async with client_of(service, clock, "2026-07-28", "ann") as ann:
        asked = await asked_by(ann, REBOOT)
    async with client_of(service, clock, "2026-07-28", "bob") as bob:
        again = await made(bob, REBOOT, **yes(asked))
    assert isinstance(again, types.InputRequiredResult)
    assert service.emulator.commands() == []
