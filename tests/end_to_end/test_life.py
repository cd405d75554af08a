"""The whole life of a command, through a client in every era and over every transport."""

from typing import Any

import mcp_types as types
import pytest

from mcp_server.emulator import Emulator
from tests.end_to_end.serving import WAYS, Deployment, call, structured, text_of

pytestmark = pytest.mark.anyio
HERE = {"region_id": "cn-hangzhou"}
WRITTEN: dict[str, Any] = HERE | {
    "name": "disk-report",
    "type": "RunShellScript",
    "command_content": "df -h '{{path}}'\n",
    "enable_parameter": True,
    "timeout": 120,
    "tags": [{"key": "team", "value": "sre"}],
}


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_command_is_previewed_created_listed_read_deleted_and_brought_back(
    shared_deployment: Deployment, shared_emulator: Emulator, transport: str, era: str
) -> None:
    asked: list[str] = []

    async def agree(_: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action="accept", content={"decision": "delete"})

    async with shared_deployment.client(transport, era, elicitation_callback=agree) as client:
        preview = (await structured(client, "preview_command", WRITTEN))["preview"]
        bound = WRITTEN | {"preview_token": preview["preview_token"]}
        created = await structured(client, "create_command", bound)
        one = HERE | {"command_id": created["command_id"]}

        listed = await structured(client, "list_commands", HERE | {"name": "disk*"})
        found = await structured(client, "get_command", one | {"check": True})
        deleted = await structured(client, "delete_command", one)
        assert shared_emulator.commands() == []
        gone = await structured(client, "get_command", one)
        again = await structured(client, "delete_command", one)
        restored = await structured(client, "create_command", deleted["undo"])
        reread = await structured(
            client, "get_command", HERE | {"command_id": restored["command_id"]}
        )

    assert [row["command_id"] for row in listed["commands"]] == [created["command_id"]]
    assert (found["verdict"], found["command"]["digest"]) == ("advice", preview["digest"])
    assert found["command"]["script"] == WRITTEN["command_content"]
    (question,) = asked
    assert "'disk-report'" in question
    assert preview["digest"] in question
    assert deleted["undo"] == WRITTEN
    assert (deleted["status"], gone["status"], again["status"]) == ("deleted", "gone", "gone")
    own = {"command_id", "created_at"}
    was, is_now = (
        {name: value for name, value in shown["command"].items() if name not in own}
        for shown in (found, reread)
    )
    assert is_now == was


async def test_each_answer_stands_by_its_text_alone(
    shared_deployment: Deployment, shared_emulator: Emulator
) -> None:
    async with shared_deployment.client("http", "2026-07-28") as client:
        await structured(client, "create_command", WRITTEN)
        (stored,) = shared_emulator.commands()
        one = HERE | {"command_id": stored.command_id}
        listed = text_of(await call(client, "list_commands", HERE))
        found = text_of(await call(client, "get_command", one | {"check": True}))
        refused = await call(client, "delete_command", one)
    assert listed.startswith("**1 of 1 commands** (backend: local)\n")
    assert f"| `{stored.command_id}` | `disk-report` | `RunShellScript` |" in listed
    assert found.startswith(f"**Found {stored.command_id}** (backend: local)\n")
    assert "As a new command it would be judged: **advice**" in found
    assert "\n   1  df -h '{{path}}'\n" in found
    assert text_of(refused).startswith("**Not deleted: a person has to agree** (backend: local)\n")
    assert not refused.is_error
    assert len(shared_emulator.commands()) == 1


@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_what_is_looked_up_stands_in_structure_and_text(
    shared_deployment: Deployment, shared_emulator: Emulator, era: str
) -> None:
    live = WRITTEN | {"live_checks": True}
    async with shared_deployment.client("http", era) as client:
        await structured(client, "create_command", WRITTEN | {"command_content": "df '{{path}}'\n"})
        preview = await call(client, "preview_command", live)
        created = await structured(client, "create_command", live)
    assert preview.structured_content is not None
    checks = preview.structured_content["checks"]
    assert [(check["check"], check["state"]) for check in checks] == [
        ("region", "ok"),
        ("name", "note"),
        ("quota", "ok"),
        ("caller", "ok"),
        ("permission", "not_checked"),
    ]
    assert created["checks"] == checks
    text = text_of(preview)
    assert "\nLooked up:\n\n- region: ok. cn-hangzhou takes commands.\n" in text
    assert "\n-df '{{path}}'\n+df -h '{{path}}'\n" in text
    assert len(shared_emulator.commands()) == 2
