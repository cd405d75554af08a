from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp_types import Completion as Completed
from mcp_types import PromptReference, ResourceTemplateReference

from mcp_server.ecs.error_catalogue import ROWS
from mcp_server.guardrails.policy.model import NO_POLICY
from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.models.regions import REGIONS
from mcp_server.models.request import ScriptType
from mcp_server.server import build_server
from mcp_server.settings import Settings
from mcp_server.tools.completions import MOST, Completion, Completions
from mcp_server.tools.resources.published import resources

pytestmark = pytest.mark.anyio
RESOURCES = resources(Settings.model_construct(), NO_POLICY)
PROMPTS = {"write": ("goal", "region_id", "type", "explanation")}
COMPLETIONS = Completions(RESOURCES, ("cn-newtown", "cn-hangzhou"), PROMPTS)
ERRORS = "cloud-assistant://errors/{code}"
RULES = "cloud-assistant://rules/{rule_id}"


@pytest.mark.parametrize(
    ("template", "argument", "start", "values"),
    [
        (ERRORS, "code", "throttling.", ("Throttling.User", "Throttling.Api")),
        (RULES, "rule_id", "des00", ("DES001", "DES002", "DES003", "DES004", "DES005", "DES006")),
        (
            "cloud-assistant://examples/{name}",
            "name",
            "e",
            ("disk-memory-report", "log-cleanup", "service-check"),
        ),
        ("cloud-assistant://examples/{name}", "name", "xyz", ()),
        ("cloud-assistant://examples/{name}", "region_id", "", ()),
        ("cloud-assistant://examples/{name}", "", "", ()),
        ("cloud-assistant://nothing/{name}", "name", "", ()),
        ("cloud-assistant://limits", "name", "", ()),
    ],
)
def test_an_argument_of_a_template_is_completed_by_the_parts_there_are(
    template, argument, start, values
):
    found = COMPLETIONS.of_template(template, argument, start)
    assert set(found.values) >= set(values)
    assert not values or found.values[0] == values[0]
    assert bool(found.values) is bool(values)


@pytest.mark.parametrize(
    ("argument", "start", "values"),
    [
        ("type", "", get_args(ScriptType)),
        ("type", "bat", ("RunBatScript",)),
        ("region_id", "CN-new", ("cn-newtown",)),
        ("region_id", "hangzhou", ("cn-hangzhou", "cn-hangzhou-finance")),
        ("explanation", "cmdname", ("CmdName.ExceedLimit",)),
        ("goal", "", ()),
        ("script", "", ()),  # this prompt has no such argument
    ],
)
async def test_an_argument_of_a_prompt_is_completed_by_its_name(argument, start, values):
    assert (await COMPLETIONS.of_prompt("write", argument, start)) == Completion(
        values, len(values)
    )


async def test_a_prompt_that_does_not_exist_has_no_values():
    assert (await COMPLETIONS.of_prompt("other", "type", "")) == Completion()
    assert (await Completions().of_prompt("write", "type", "")) == Completion()


async def test_what_begins_so_comes_before_what_has_it_inside():
    values = (await COMPLETIONS.of_prompt("write", "explanation", "invalid")).values
    begin = [value.lower().startswith("invalid") for value in values]
    assert begin == sorted(begin, reverse=True)
    assert {True, False} <= set(begin)


async def test_a_region_that_the_operator_adds_is_there_once():
    found = await COMPLETIONS.of_prompt("write", "region_id", "")
    assert sorted(found.values) == sorted({*REGIONS, "cn-newtown"})


@given(
    st.sampled_from([(ERRORS, "code", len(ROWS)), (RULES, "rule_id", len(ALL_RULES))]), st.text()
)
def test_any_start_gives_only_what_fits(reference, start):
    template, argument, most = reference
    found = COMPLETIONS.of_template(template, argument, start)
    assert all(start.lower() in value.lower() for value in found.values)
    assert len(found.values) == min(found.total, MOST)
    assert found.total <= most


@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_a_client_of_either_era_gets_completions(era):
    server = build_server([], RESOURCES, completions=COMPLETIONS)
    async with Client(server, mode=era) as client:
        asked = [
            await client.complete(
                ResourceTemplateReference(uri=RULES), {"name": "rule_id", "value": ""}
            ),
            await client.complete(
                ResourceTemplateReference(uri="x://y"), {"name": "y", "value": ""}
            ),
            await client.complete(PromptReference(name="write"), {"name": "type", "value": "runb"}),
            await client.complete(PromptReference(name="none"), {"name": "type", "value": "runb"}),
        ]
    assert [answer.completion for answer in asked] == [
        Completed(
            values=[rule.id for rule in ALL_RULES][:MOST], total=len(ALL_RULES), has_more=True
        ),
        Completed(values=[], total=0, has_more=False),
        Completed(values=["RunBatScript"], total=1, has_more=False),
        Completed(values=[], total=0, has_more=False),
    ]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_that_asks_is_told_that_arguments_are_completed(mode):
    async with Client(build_server([], RESOURCES), mode=mode) as client:
        assert client.server_capabilities.completions is not None
        assert client.protocol_version.startswith("2026-" if mode == "auto" else "2025-")


async def test_what_the_cloud_knows_comes_beside_the_tables():
    async def groups():
        return ("rg-one", "rg-two")

    async def regions():
        return ("cn-hangzhou", "cn-only-here")

    prompts = {"write": ("region_id", "resource_group_id", "type")}
    live = {"region_id": regions, "resource_group_id": groups}
    completions = Completions((), (), prompts, live)
    assert (await completions.of_prompt("write", "resource_group_id", "rg-o")).values == ("rg-one",)
    assert (await completions.of_prompt("write", "region_id", "only")).values == ("cn-only-here",)
    assert (await completions.of_prompt("write", "region_id", "cn-hangzhou")).values.count(
        "cn-hangzhou"
    ) == 1
