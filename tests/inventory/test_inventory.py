import base64
from typing import Any

import pytest

from mcp_server.emulator import Fault
from mcp_server.inventory.inventory import HOW_TO_FIND
from mcp_server.models.explanation import Outcome
from mcp_server.models.query import ListCommandsRequest
from mcp_server.models.result import Backend
from mcp_server.models.stored import CommandRow, Found, Listing, Standing, StoredDetail, TagShown
from tests.conftest import Service

pytestmark = pytest.mark.anyio
HERE = {"region_id": "cn-hangzhou"}
LATIN = "echo 'caf\xe9'\n".encode("latin-1")


async def put_latin(service: Service) -> str:
    """A command whose script is no UTF-8 text, as the console can make it; returns its id."""
    created = await service.gateway.create_command(
        {
            "RegionId": "cn-hangzhou",
            "Name": "latin",
            "Type": "RunShellScript",
            "CommandContent": base64.b64encode(LATIN).decode(),
            "ContentEncoding": "Base64",
            "ClientToken": "latin",
        }
    )
    return created.command_id


async def test_a_list_has_a_compact_row_for_each_command_the_newest_first(
    inventory, create
) -> None:
    old = await create(name="old", command_content="echo '{{who}}'\n", enable_parameter=True)
    new = await create(name="new", description="second", tags=[{"key": "team", "value": "sre"}])
    assert await inventory.listing(HERE) == Listing(
        status=Standing.LISTED,
        backend=Backend.LOCAL,
        commands=(
            CommandRow(
                command_id=new.command_id,
                name="new",
                type="RunShellScript",
                created_at=new.creation_time,
                size=8,
                tags=(TagShown(key="team", value="sre"),),
                description="second",
            ),
            CommandRow(
                command_id=old.command_id,
                name="old",
                type="RunShellScript",
                created_at=old.creation_time,
                size=15,
                parameters=("who",),
            ),
        ),
        total=2,
    )


async def test_scripts_come_with_a_list_only_when_asked_for(
    service: Service, inventory, create
) -> None:
    await create(name="greeting")
    await put_latin(service)
    latin, greeting = (await inventory.listing(HERE | {"include_content": True})).commands
    assert (greeting.script, greeting.content_base64) == ("echo hi\n", None)
    assert (latin.script, latin.content_base64) == (None, base64.b64encode(LATIN).decode())


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"name": "disk*"}, ["disk-report"]),
        ({"name": "*report"}, ["disk-report"]),
        ({"name": "disk"}, []),
        ({"description": "*backup*"}, ["nightly"]),
        ({"type": "RunBatScript"}, ["windows"]),
        ({"tags": [{"key": "team"}]}, ["nightly", "disk-report"]),
        ({"tags": [{"key": "team", "value": "dba"}]}, ["nightly"]),
        ({"resource_group_id": "rg-local"}, ["windows"]),
        ({"name": "*", "type": "RunShellScript", "tags": {"team": "sre"}}, None),
    ],
)
async def test_filters_narrow_a_list(
    inventory, create, filters: dict[str, Any], names: list[str] | None
) -> None:
    await create(name="disk-report", tags=[{"key": "team", "value": "sre"}])
    await create(name="windows", type="RunBatScript", resource_group_id="rg-local")
    await create(
        name="nightly", description="a backup of it", tags=[{"key": "team", "value": "dba"}]
    )
    listing = await inventory.listing(HERE | filters)
    if names is None:  # what is wrong comes with what mends it
        assert listing.status is Standing.INVALID
        repaired = HERE | filters | listing.error.repair
        listing, names = await inventory.listing(repaired), ["disk-report"]
    assert [command.name for command in listing.commands] == names


async def test_pages_follow_each_other_without_a_gap(inventory, create) -> None:
    for number in range(7):
        await create(name=f"n{number}")
    names, asked = [], HERE | {"max_results": 3}
    for _ in range(3):
        page = await inventory.listing(asked)
        names.append([command.name for command in page.commands])
        asked |= {"next_token": page.next_token}
    assert names == [["n6", "n5", "n4"], ["n3", "n2", "n1"], ["n0"]]
    assert asked["next_token"] is None


async def test_the_vendors_commands_are_listed_by_their_provider(inventory, create) -> None:
    own = await create()
    public = await inventory.listing(HERE | {"provider": "AlibabaCloud"})
    assert public.commands
    assert all(command.provider for command in public.commands)
    assert own.command_id not in {command.command_id for command in public.commands}


@pytest.mark.parametrize(
    ("changes", "field", "repair"),
    [
        ({"max_results": 51}, "max_results", {"max_results": None}),
        ({"max_results": 0}, "max_results", {"max_results": None}),
        ({"max_results": "20"}, "max_results", {"max_results": 20}),
        ({"limit": 20}, "limit", {"limit": None, "max_results": 20}),
        ({"type": "shell"}, "type", {"type": "RunShellScript"}),
        ({"region_id": "cn-hangzhou-b"}, "region_id", {"region_id": "cn-hangzhou"}),
        ({"include_content": "yes"}, "include_content", {"include_content": True}),
        ({"name": "a\x00b"}, "name", {"name": "ab"}),
        ({"next_token": "n" * 1025}, "next_token", {"next_token": None}),
    ],
)
async def test_wrong_arguments_are_told_with_the_change_that_mends_them(
    service: Service, inventory, changes: dict[str, Any], field: str, repair: dict[str, Any]
) -> None:
    listing = await inventory.listing(HERE | changes)
    assert (listing.status, listing.error.outcome) == (Standing.INVALID, Outcome.NOT_SENT)
    assert (listing.error.field, listing.error.repair) == (field, repair)
    assert service.emulator.requests == []


async def test_a_command_is_read_whole(inventory, create) -> None:
    stored = await create(
        command_content="echo '{{who}}'\n",
        enable_parameter=True,
        description="says hello",
        working_dir="/opt",
        timeout=600,
        launcher="bash -u {{ACS::ScriptFileName}}",
        resource_group_id="rg-local",
        tags=[{"key": "team", "value": "sre"}],
    )
    found = await inventory.found(HERE | {"command_id": stored.command_id})
    assert found == Found(
        status=Standing.FOUND,
        backend=Backend.LOCAL,
        command=StoredDetail(
            command_id=stored.command_id,
            name="greeting",
            type="RunShellScript",
            created_at=stored.creation_time,
            size=15,
            parameters=("who",),
            tags=(TagShown(key="team", value="sre"),),
            description="says hello",
            script="echo '{{who}}'\n",
            working_dir="/opt",
            timeout=600,
            enable_parameter=True,
            launcher="bash -u {{ACS::ScriptFileName}}",
            resource_group_id="rg-local",
            digest=found.command.digest,
        ),
    )


async def test_the_digest_is_that_of_the_preview(service: Service, inventory, create) -> None:
    arguments = HERE | {
        "name": "greeting",
        "type": "RunShellScript",
        "command_content": "echo hi\n",
        "tags": [{"key": "team", "value": ""}],
    }
    preview = (await service.workflow.preview(arguments)).preview
    assert preview is not None
    stored = await create(**arguments)
    found = await inventory.found(HERE | {"command_id": stored.command_id})
    assert found.command.digest == preview.digest


@pytest.mark.parametrize(
    ("script", "verdict", "lines"),
    [("echo hi\n", "ok", []), ("#!/bin/sh\nreboot\n", "confirm", [2])],
)
async def test_a_command_that_exists_is_reviewed_by_the_rules_of_new_ones(
    inventory, service: Service, script: str, verdict: str, lines: list[int]
) -> None:
    created = await service.gateway.create_command(
        {
            "RegionId": "cn-hangzhou",
            "Name": "x",
            "Type": "RunShellScript",
            "CommandContent": base64.b64encode(script.encode()).decode(),
            "ContentEncoding": "Base64",
            "ClientToken": "x",
        }
    )
    asked = HERE | {"command_id": created.command_id}
    found = await inventory.found(asked | {"check": True})
    assert (found.verdict, [finding.line for finding in found.findings]) == (verdict, lines)
    unchecked = await inventory.found(asked)
    assert (unchecked.verdict, unchecked.findings) == (None, ())


async def test_a_script_that_is_no_utf8_text_is_shown_as_such(service: Service, inventory) -> None:
    command_id = await put_latin(service)
    found = await inventory.found(HERE | {"command_id": command_id, "check": True})
    assert found.command.script is None
    assert found.command.content_base64 == base64.b64encode(LATIN).decode()
    assert [(f.rule_id, f.severity.value) for f in found.findings] == [("CON007", "invalid")]
    assert found.verdict == "invalid"


async def test_a_command_that_is_not_there_is_told_and_is_no_error(inventory) -> None:
    assert await inventory.found(HERE | {"command_id": "c-nothing"}) == Found(
        status=Standing.GONE, backend=Backend.LOCAL, next_step=HOW_TO_FIND
    )


@pytest.mark.parametrize("call", ["listing", "found"])
async def test_a_failure_of_the_endpoint_is_explained(
    service: Service, inventory, call: str
) -> None:
    service.emulator.faults.add(Fault(code="Throttling.User", status=400, times=99))
    asked = HERE | ({"command_id": "c-1"} if call == "found" else {})
    result = await getattr(inventory, call)(asked)
    assert result.status is Standing.FAILED
    assert (result.error.code, result.error.outcome) == ("Throttling.User", Outcome.NOT_DONE)
    assert "client_token" not in result.error.fix


def test_a_list_takes_these_filters() -> None:
    assert set(ListCommandsRequest.model_fields) == {
        *("region_id", "name", "description", "type", "tags", "resource_group_id", "provider"),
        *("max_results", "next_token", "include_content"),
    }
