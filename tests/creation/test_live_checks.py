import base64
import dataclasses
from typing import Any

import anyio
import pytest

from mcp_server.creation.live_checks import LiveChecks
from mcp_server.creation.workflow import Workflow
from mcp_server.ecs.backend import LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import Account
from mcp_server.ecs.gateway import Gateway
from mcp_server.emulator import Emulator, EmulatorSettings, Fault
from mcp_server.emulator.faults import Hold
from mcp_server.guardrails.content import Content
from mcp_server.models.request import CommandRequest
from mcp_server.models.result import LiveCheck, Status
from mcp_server.settings import Settings
from tests.conftest import Service

pytestmark = pytest.mark.anyio
WANTED: dict[str, Any] = {
    "region_id": "cn-hangzhou",
    "name": "greeting",
    "type": "RunShellScript",
    "command_content": "#!/bin/sh\necho hi\n",
}
LIVE = Settings(local=True)


@pytest.fixture
def live(service: Service) -> Workflow:
    """As in a server with the local endpoint, where looking up is the default."""
    return Workflow(LIVE, service.gateway)


def states(checks: tuple[LiveCheck, ...] | None) -> dict[str, str]:
    assert checks is not None
    return {check.check: check.state for check in checks}


async def look_up(gateway: Gateway, seconds: float = 3.0, **changes: Any) -> dict[str, LiveCheck]:
    request = CommandRequest.model_validate(WANTED | changes)
    content = Content(request.command_content.encode())
    seen = await LiveChecks(gateway, seconds).look_up(request, content)
    return {check.check: check for check in seen.checks}


async def test_where_all_is_well_everything_is_looked_up_and_nothing_found(
    service: Service, live: Workflow
) -> None:
    result = await live.preview(WANTED | {"resource_group_id": "rg-local"})
    account = service.emulator.account.account_id
    assert (result.status, result.findings) == (Status.PREVIEW, ())
    assert result.checks is not None
    told = {check.check: (check.state, check.told) for check in result.checks}
    assert told.pop("resource_group")[0] == "ok"
    assert told == {
        "region": ("ok", "cn-hangzhou takes commands."),
        "name": ("ok", "No command has this name."),
        "quota": ("ok", "0 commands are here; the quota is between 500 and 50,000."),
        "caller": (
            "ok",
            f"The keys are those of acs:ram::{account}:root.",
        ),
        "permission": (
            "not_checked",
            "Only the creation shows whether ecs:CreateCommand is permitted.",
        ),
    }
    assert {r.action for r in service.emulator.requests} == {
        "DescribeCommands",
        "ListResourceGroups",
        "GetCallerIdentity",
    }


async def test_a_command_of_the_same_name_is_told_with_what_differs(
    service: Service, live: Workflow
) -> None:
    earlier = await live.create(WANTED | {"timeout": 600, "tags": [{"key": "a", "value": "b"}]})
    changed = WANTED | {"command_content": "#!/bin/sh\necho ho\n", "working_dir": "/opt"}
    result = await live.create(changed)
    (stored,) = [c for c in service.emulator.commands() if c.command_id == earlier.command_id]
    (advice,) = result.findings
    (note,) = [check for check in result.checks or () if check.check == "name"]
    assert result.status is Status.CREATED
    assert advice.rule_id == "LIV002"
    assert note == LiveCheck(
        check="name",
        state="note",
        told=f"{stored.command_id} of {stored.creation_time} has this name; it differs in "
        "command_content, timeout, tags, working_dir.",
        diff="--- the command that is there\n+++ this one\n@@ -1,3 +1,3 @@\n #!/bin/sh\n-echo hi\n"
        "+echo ho\n ",
    )


async def test_the_very_same_command_is_told_as_such(service: Service, live: Workflow) -> None:
    await live.create(WANTED)
    note = (await look_up(service.gateway, timeout=60))["name"]
    assert note.told.endswith("has this name; it is the very same.")
    assert note.diff is None


async def test_a_name_with_a_star_is_not_taken_for_a_pattern(
    service: Service, live: Workflow
) -> None:
    await live.create(WANTED)
    assert (await look_up(service.gateway, name="greet*"))["name"].state == "ok"


async def test_a_group_that_is_not_there_stops_the_creation_with_the_id_that_is_meant(
    service: Service, live: Workflow
) -> None:
    groups = service.emulator.settings.resource_groups
    (named,) = [group for group in groups if group.group_id == "rg-local"]
    for group_id, repair in (
        ("rg-none", None),
        (named.display_name, {"resource_group_id": "rg-local"}),
    ):
        result = await live.create(WANTED | {"resource_group_id": group_id})
        (problem,) = [f for f in result.findings if f.severity.value == "invalid"]
        assert (result.status, problem.rule_id, problem.repair) == (
            Status.INVALID,
            "LIV004",
            repair,
        )
    assert service.emulator.commands() == []


async def test_a_region_that_takes_no_commands_is_told_before_the_call() -> None:
    settings = EmulatorSettings(unsupported_regions=frozenset({"cn-hangzhou"}))
    with Emulator(settings) as emulator:
        gateway = gateway_of(emulator)
        result = await Workflow(LIVE, gateway).preview(WANTED)
        gateway.close()
    assert result.status is Status.INVALID
    assert [finding.rule_id for finding in result.findings] == ["LIV001"]
    assert states(result.checks) == {
        "region": "problem",
        "name": "not_checked",
        "quota": "not_checked",
        "caller": "ok",
        "permission": "not_checked",
    }


def gateway_of(emulator: Emulator, account: Account | None = None) -> Gateway:
    own = emulator.account
    keys = account or Account(own.access_key_id, own.access_key_secret)
    backend = LocalBackend(lambda: LocalEndpoint(emulator.endpoint, keys))
    return Gateway(LIVE, backend, backoff=lambda _: 0.0)


async def test_what_may_not_be_looked_up_is_not_checked_and_stops_nothing() -> None:
    with Emulator() as emulator:
        emulator.put_account(
            dataclasses.replace(
                emulator.account,
                denied_actions=frozenset({"DescribeCommands", "ListResourceGroups"}),
            )
        )
        gateway = gateway_of(emulator)
        result = await Workflow(LIVE, gateway).create(WANTED | {"resource_group_id": "rg-local"})
        gateway.close()
        assert len(emulator.commands()) == 1
    assert result.status is Status.CREATED
    assert states(result.checks) == {
        "region": "ok",  # it answered
        "name": "not_checked",
        "quota": "not_checked",
        "resource_group": "not_checked",
        "caller": "ok",
        "permission": "not_checked",
    }


async def test_an_endpoint_that_hangs_costs_the_time_of_one_look(service: Service) -> None:
    hold = Hold()
    service.emulator.faults.add(Fault(hold=hold, times=9))
    with anyio.fail_after(30):
        checks = await look_up(service.gateway, seconds=0.3)
    hold.release()
    assert set(states(tuple(checks.values())).values()) == {"not_checked"}
    assert checks["region"].told.startswith("Timeout: ")


async def test_without_keys_everything_is_not_checked(live: Workflow, service: Service) -> None:
    wrong = gateway_of(service.emulator, Account("LTAI-nobody", "secret"))
    checks = await look_up(wrong)
    wrong.close()
    assert {check.state for check in checks.values()} == {"not_checked"}
    assert "secret" not in str(checks)
    assert live


@pytest.mark.parametrize(
    ("setting", "asked", "looked"),
    [(None, False, True), (False, False, False), (False, True, True), (True, False, True)],
)
async def test_looking_up_is_the_default_of_the_local_endpoint_and_can_be_asked_for(
    service: Service, setting: bool | None, asked: bool, looked: bool
) -> None:
    workflow = Workflow(Settings(local=True, live_checks=setting), service.gateway)
    result = await workflow.preview(WANTED | ({"live_checks": True} if asked else {}))
    assert (result.checks is not None) is looked
    assert bool(service.emulator.requests) is looked


def test_the_cloud_is_looked_at_only_when_that_is_set() -> None:
    assert not Settings().checks_live
    assert Settings(live_checks=True).checks_live


async def test_nothing_is_looked_up_for_a_request_that_is_refused_anyway(
    service: Service, live: Workflow
) -> None:
    for changes in ({"name": "a\nb"}, {"command_content": "rm -rf /\n"}):
        result = await live.create(WANTED | changes)
        assert (result.command_id, result.checks) == (None, None)
    assert service.emulator.requests == []


async def test_a_long_difference_is_cut(service: Service) -> None:
    script = "".join(f"echo {number}\n" for number in range(300)).encode()
    await service.gateway.create_command(
        {
            "RegionId": "cn-hangzhou",
            "Name": "greeting",
            "Type": "RunShellScript",
            "CommandContent": base64.b64encode(script).decode(),
            "ContentEncoding": "Base64",
            "ClientToken": "x",
        }
    )
    diff = (await look_up(service.gateway))["name"].diff or ""
    assert len(diff.split("\n")) == 41
    assert diff.endswith("\n…")
