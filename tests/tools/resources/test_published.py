import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client, MCPError
from mcp_types import TextResourceContents

from mcp_server.cli.demonstration import FAULTY
from mcp_server.ecs.error_catalogue import ROWS, row_for
from mcp_server.ecs.wire import API_NAMES, api_request
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import NO_POLICY
from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.models.finding import Severity
from mcp_server.models.limits import LIMITS, OF_QUERIES
from mcp_server.models.request import (
    CreateCommandRequest,
    PreviewCommandRequest,
    SampleParameter,
    Tag,
)
from mcp_server.server import build_server
from mcp_server.settings import Settings
from mcp_server.tools.resources.examples import examples
from mcp_server.tools.resources.published import resources

RESOURCES = resources(Settings.model_construct(), NO_POLICY)
ADDRESSES = {
    "cloud-assistant://reference/create-command": None,
    "cloud-assistant://limits": None,
    "cloud-assistant://rules": "cloud-assistant://rules/{rule_id}",
    "cloud-assistant://errors": "cloud-assistant://errors/{code}",
    "cloud-assistant://policy": None,
    "cloud-assistant://examples": "cloud-assistant://examples/{name}",
}
PARTS = [f"{resource.uri}/{part}" for resource in RESOURCES for part in resource.parts()]


def read(uri: str) -> str | None:
    return next((text for r in RESOURCES if (text := r.read(uri)) is not None), None)


def page(uri: str) -> str:
    text = read(uri)
    assert text is not None
    return text


def table(text: str) -> list[list[str]]:
    """The cells of the rows of a page's table."""
    lines = [line for line in text.split("\n") if line.startswith("| ")][2:]
    return [re.split(r" (?<!\\)\| ", line[2:-2]) for line in lines]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_a_client_of_either_era_lists_and_reads_every_resource(era):
    async with Client(build_server([], RESOURCES), mode=era) as client:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        texts = {}
        for uri in (*ADDRESSES, *PARTS):
            (contents,) = (await client.read_resource(uri)).contents
            assert isinstance(contents, TextResourceContents)
            assert (contents.uri, contents.mime_type) == (uri, "text/markdown")
            texts[uri] = contents.text
    assert [resource.uri for resource in listed] == list(ADDRESSES)
    assert [t.uri_template for t in templates] == [t for t in ADDRESSES.values() if t]
    assert texts == {uri: page(uri) for uri in texts}


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_an_address_of_nothing_is_an_invalid_parameter(era):
    async with Client(build_server([], RESOURCES), mode=era) as client:
        for uri in ("cloud-assistant://errors/None", "cloud-assistant://examples/../policy.toml"):
            with pytest.raises(MCPError) as error:
                await client.read_resource(uri)
            assert (error.value.code, error.value.data) == (-32602, {"uri": uri})


def test_the_pages_have_as_many_rows_as_the_tables_of_the_code():
    assert len(table(page("cloud-assistant://limits"))) == len(LIMITS)
    assert len(table(page("cloud-assistant://rules"))) == len(ALL_RULES)
    assert len(table(page("cloud-assistant://errors"))) == len(ROWS)
    assert len(table(page("cloud-assistant://examples"))) == len(examples())
    arguments = {*CreateCommandRequest.model_fields, *PreviewCommandRequest.model_fields}
    parts = [*Tag.model_fields, *SampleParameter.model_fields]
    reference = table(page("cloud-assistant://reference/create-command"))
    named = [row for row in reference if row[0].startswith("`")]
    assert len(named) == len(arguments) + len(parts)
    assert len(PARTS) == len(ALL_RULES) + len(ROWS) + len(examples())


def test_the_reference_names_each_argument_as_the_api_does_with_its_limits():
    rows = {row[0]: row[1:] for row in table(page("cloud-assistant://reference/create-command"))}
    assert rows["`region_id`"][:3] == ["RegionId", "yes", "string"]
    assert rows["`tags.key`"][:2] == ["Tag.N.Key", "yes"]
    assert rows["`content_encoding`"][2:4] == ["`PlainText` or `Base64`", '`"PlainText"`']
    told = " ".join(cell for row in rows.values() for cell in row)
    for limit in (limit for limit in LIMITS if limit not in OF_QUERIES):
        assert f"{limit.minimum} to {limit.maximum} {limit.unit}" in told
    own = {name.strip("`") for name, cells in rows.items() if cells[0] == "(server)"}
    assert own == {
        *("dry_run", "normalize_content", "live_checks", "preview_token", "include_equivalents"),
        *("sample_parameters", "sample_parameters.name", "sample_parameters.value"),
    }


def test_the_api_has_each_argument_by_the_name_that_the_reference_gives():
    whole = CreateCommandRequest.model_validate(
        FAULTY
        | {"region_id": "cn-hangzhou", "name": "a", "description": "b", "working_dir": "/"}
        | {"launcher": "sh", "resource_group_id": "rg-1", "client_token": "c"}
    )
    names = {name for argument, name in API_NAMES.items() if "." not in argument}
    assert api_request(whole, "ZWNobw==").keys() == names


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_the_page_of_a_code_says_what_its_row_says(row):
    text = page(f"cloud-assistant://errors/{row.code}")
    assert text.startswith(f"# {row.code}\n\n")
    for sentence in (row.meaning, row.cause, row.fix):
        for piece in re.split("<[a-z]+>", sentence):
            assert piece in text
    assert f"Retry: {row.retry}. Outcome: {row.outcome}." in text
    assert row.reference in text
    assert ("Repair: " in text) is (row.repair is not None)
    if not row.code.endswith("*"):
        assert row_for(row.code) == row


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_can_be_created_as_its_page_shows_it(example):
    text = page(f"cloud-assistant://examples/{example.name}")
    script, arguments = re.findall(r"^(~~~+)\w+\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)
    assert script[1].encode() == example.script
    request = {**json.loads(arguments[1]), "command_content": script[1]}
    inspection = Inspector(Settings.model_construct()).inspect(request, CreateCommandRequest)
    assert {f.severity for f in inspection.findings} <= {Severity.ADVICE}


@pytest.mark.parametrize("uri", [*ADDRESSES, *PARTS])
def test_a_page_is_of_a_size_that_an_agent_can_read(uri):
    assert len(page(uri)) < 40_000


@pytest.mark.parametrize("uri", PARTS[::7])
def test_letter_case_does_not_matter_in_the_name_of_a_part(uri):
    start, _, part = uri.rpartition("/")
    assert read(f"{start}/{part.lower()}") == read(f"{start}/{part.upper()}") == page(uri)


_LINKS = ["..", ".", "//", "%2e%2e", "%2F", "\\", "\0", "?", "#", " ", "*", "{code}", "policy.toml"]
_ADDRESS = st.sampled_from([*ADDRESSES, *PARTS, "file:///etc/passwd", "cloud-assistant://", ""])
_TAIL = st.lists(
    st.one_of(st.sampled_from([*_LINKS, "/", "etc", "passwd", "DES001"]), st.text(max_size=9)),
    min_size=1,
).map("".join)


@given(_ADDRESS, _TAIL.filter(bool))
def test_what_is_put_after_an_address_leads_nowhere_else(address, tail):
    uri = f"{address}{tail}"
    text = read(uri)
    known = {one.lower(): one for one in (*ADDRESSES, *PARTS)}
    assert text is None or text == page(known[uri.lower()])


@pytest.mark.parametrize("uri", PARTS[::23])
@pytest.mark.parametrize("link", _LINKS)
def test_no_detour_leads_to_a_part(uri, link):
    start, _, part = uri.rpartition("/")
    for hostile in (
        f"{start}/{link}/{part}",
        f"{start}/{part}/{link}",
        f"{link}{uri}",
        f"{start}/{quote(part[0], safe='').replace(part[0], f'%{ord(part[0]):02X}')}{part[1:]}",
        f"{start}/{part}" + "A" * 1_000_000,
        f"{start}/{part}".replace("s", "\u017f"),  # upper case makes an S of it
    ):
        assert read(hostile) is None
