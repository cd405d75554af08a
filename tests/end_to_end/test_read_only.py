"""The real server of an operator who takes tools away, over each transport and era."""

from pathlib import Path

import pytest
from mcp import MCPError

from mcp_server.creation.workflow import NOTHING_IS_CREATED_HERE
from mcp_server.emulator import Emulator
from mcp_server.models.tool_names import TOOL_NAMES
from mcp_server.server import instructions
from tests.end_to_end.serving import UPTIME, WAYS, Deployment, call, structured
from tests.tools.published import TOOLS

pytestmark = pytest.mark.anyio

READERS = [tool for tool in TOOLS.values() if tool.traits.read_only]


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_read_only_server_creates_nothing_whatever_else_is_set(
    deployment: Deployment, emulator: Emulator, tmp_path: Path, transport: str, era: str
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('confirmation = "never"\n')
    read_only = deployment.with_environment(
        CLOUD_ASSISTANT_READ_ONLY="true",
        CLOUD_ASSISTANT_TOOLS=",".join(TOOL_NAMES),
        CLOUD_ASSISTANT_CREATE_WITHOUT_CONSENT="true",
        CLOUD_ASSISTANT_POLICY=str(policy),
    )
    async with read_only.client(transport, era) as client:
        tools = (await client.list_tools()).tools
        prompts = (await client.list_prompts()).prompts
        told = client.instructions
        preview = await structured(client, "preview_command", UPTIME)
        with pytest.raises(MCPError) as raised:
            await call(client, "create_command", UPTIME)
    assert [tool.name for tool in tools] == [tool.name for tool in READERS]
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
    assert [prompt.name for prompt in prompts] == ["review_command"]
    if era == "legacy":  # a client that is set to the newer one does not ask for them
        assert told == instructions(READERS)
    assert preview["status"] == "preview"
    assert preview["next_step"].startswith(NOTHING_IS_CREATED_HERE)
    assert "preview_token" not in preview["preview"]
    names = ", ".join(tool.name for tool in READERS)
    assert (raised.value.code, raised.value.message) == (
        -32602,
        f"Unknown tool. The tools are: {names}",
    )
    assert emulator.requests == []


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_an_allow_list_leaves_the_tools_that_it_names(
    deployment: Deployment, emulator: Emulator, transport: str, era: str
) -> None:
    listed = deployment.with_environment(CLOUD_ASSISTANT_TOOLS="create_command, explain_error")
    async with listed.client(transport, era) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        prompts = (await client.list_prompts()).prompts
        created = await structured(client, "create_command", UPTIME)
        with pytest.raises(MCPError, match="Unknown tool"):
            await call(client, "preview_command", UPTIME)
    assert (tools, prompts) == (["create_command", "explain_error"], [])
    assert [command.command_id for command in emulator.commands()] == [created["command_id"]]
