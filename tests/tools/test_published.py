"""What tools/list says. `UPDATE_SNAPSHOTS=1` rewrites the snapshots."""

import json
import os
from pathlib import Path

import mcp_types as types
import pytest
from jsonschema import Draft202012Validator
from mcp import Client

from mcp_server.server import NAME, build_server
from mcp_server.tools.tool import Tool
from tests.tools.published import TOOLS

_SNAPSHOTS = Path(__file__).parent / "snapshots"
_MOST_BYTES = 16 * 1024


async def _listed(era: str = "legacy") -> types.ListToolsResult:
    async with Client(build_server([*TOOLS.values()]), mode=era) as client:
        return await client.list_tools()


@pytest.mark.anyio
@pytest.mark.parametrize("name", TOOLS)
async def test_a_tool_is_published_as_its_snapshot_says(name: str) -> None:
    (tool,) = [tool for tool in (await _listed()).tools if tool.name == name]
    published = tool.model_dump(mode="json", by_alias=True, exclude_unset=True)
    text = json.dumps(published, indent=2, ensure_ascii=False) + "\n"
    snapshot = _SNAPSHOTS / f"{name}.json"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text("utf-8")


def test_there_is_a_snapshot_of_each_tool_and_no_other() -> None:
    assert {file.stem for file in _SNAPSHOTS.iterdir()} == set(TOOLS)


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_the_list_of_tools_stays_under_16_kb(era: str) -> None:
    tools = (await _listed(era)).model_dump_json(by_alias=True, exclude_unset=True)
    assert len(tools.encode()) < _MOST_BYTES, len(tools.encode())


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS.keys())
def test_a_tool_says_what_it_is_for(tool: Tool) -> None:
    assert tool.title
    assert tool.description.endswith(".")
    for schema in (tool.input_schema, tool.output_schema):
        Draft202012Validator.check_schema(schema)
    for name, argument in tool.input_schema["properties"].items():
        assert argument["description"], name


@pytest.mark.parametrize("name", TOOLS)
def test_field_case_51_server_and_tool_name_are_under_60_characters_together(name: str) -> None:
    assert len(f"mcp__{NAME}__{name}") < 60


def test_only_creating_and_deleting_change_anything() -> None:
    assert {
        name: (tool.traits.read_only, tool.traits.destructive, tool.traits.open_world)
        for name, tool in TOOLS.items()
    } == {
        "preview_command": (True, False, True),  # it may look things up
        "create_command": (False, False, True),
        "list_commands": (True, False, True),
        "get_command": (True, False, True),
        "delete_command": (False, True, True),
        "explain_error": (True, False, False),
    }


def test_create_and_preview_take_the_same_command() -> None:
    create = TOOLS["create_command"].input_schema["properties"]
    preview = TOOLS["preview_command"].input_schema["properties"]
    assert create.keys() - preview.keys() == {"dry_run", "preview_token"}
    assert preview.keys() - create.keys() == {"sample_parameters", "include_equivalents"}
    assert all(create[name] == preview[name] for name in create.keys() & preview.keys())
