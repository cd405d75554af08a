"""Which tools the operator's settings leave, for every way of serving."""

from typing import Any

import click
import pytest
from mcp import Client, MCPError

from mcp_server.cli.application import assemble
from mcp_server.models.tool_names import TOOL_NAMES
from mcp_server.server import build_server
from mcp_server.settings import Settings
from tests.tools.published import TOOLS

READERS = [name for name, tool in TOOLS.items() if tool.traits.read_only]


def published(**settings: Any) -> list[str]:
    return [tool.name for tool in assemble(Settings(local=True, **settings), serves=True).tools]


def test_every_tool_has_a_name_that_settings_and_prompts_may_use() -> None:
    assert TOOLS.keys() <= set(TOOL_NAMES)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, list(TOOLS)),
        ({"read_only": True}, READERS),
        ({"read_only": True, "create_without_consent": True}, READERS),
        ({"read_only": True, "tools": ("create_command", "explain_error")}, ["explain_error"]),
        ({"tools": ("create_command", "preview_command")}, ["preview_command", "create_command"]),
        ({"tools": ("create_command",)}, ["create_command"]),
    ],
    ids=str,
)
def test_the_settings_say_which_tools_are_left(settings: dict[str, Any], names: list[str]) -> None:
    assert published(**settings) == names


def test_a_server_without_any_tool_does_not_start() -> None:
    with pytest.raises(click.UsageError) as raised:
        published(read_only=True, tools=("create_command",))
    assert raised.value.message == (
        "no tool is left to serve: CLOUD_ASSISTANT_TOOLS names only create_command, and "
        "CLOUD_ASSISTANT_READ_ONLY is true"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_a_tool_that_is_withheld_is_as_unknown_as_one_that_there_never_was(era: str) -> None:
    tools = assemble(Settings(local=True, tools=("explain_error",))).tools
    told = []
    async with Client(build_server(tools), mode=era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["explain_error"]
        for name in ("create_command", "no_such_tool"):
            with pytest.raises(MCPError) as raised:
                await client.call_tool(name, {})
            told.append((raised.value.code, raised.value.message))
    assert told == [(-32602, "Unknown tool. The tools are: explain_error")] * 2
