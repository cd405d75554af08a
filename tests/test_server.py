import re
from collections.abc import Awaitable, Callable

import pytest
from mcp import Client, MCPError
from mcp_types import CacheableResult, CallToolResult, TextContent, ToolAnnotations
from mcp_types import Tool as PublishedTool

from mcp_server.server import NAME, build_server, instructions
from mcp_server.tools.tool import Tool
from tests.served_tools import CANARY, SCHEMA, Echo, Raise, Refuse
from tests.tools.published import TOOLS as PUBLISHED

TOOLS: list[Tool] = [Echo("echo"), Refuse("refuse"), Raise("raise")]
MODES = ["legacy", "2026-07-28"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=MODES)
def client(request: pytest.FixtureRequest) -> Client:
    return Client(build_server(TOOLS, version="1.2.3"), mode=request.param)


def test_the_instructions_are_short_and_name_the_whole_flow() -> None:
    told = instructions([*PUBLISHED.values()])
    assert len(told.split()) < 150
    for word in (
        "preview_command",
        "create_command",
        "never runs",
        "InvokeCommand",
        '"invalid"',
        "repair",
        "null",
        '"unknown"',
        "client_token",
        "dry_run",
        "findings",
        "root",
        "SYSTEM",
        "{{oos-secret:name}}",
    ):
        assert word in told


def test_the_instructions_of_a_server_that_creates_are_these() -> None:
    published = [PUBLISHED[name] for name in ("preview_command", "create_command", "explain_error")]
    assert (
        instructions(published)
        == """\
Creates ECS Cloud Assistant commands: scripts that later run as root (Linux) or SYSTEM (Windows).
1. preview_command shows the exact request, with findings. Nothing is created.
2. create_command takes the same arguments and its preview_token (dry_run=true only previews). A \
person may be asked. It creates and never runs: the ECS API InvokeCommand runs what it created.
3. explain_error explains a pasted error.
Answers:
- status "invalid": merge every `repair` into the arguments (null removes one) and call again.
- status "blocked", or findings you cannot follow: show them to the user; never disguise a script.
- status "declined" or "needs_confirmation": nothing was done.
- create_command error.outcome "unknown": repeat the call with the returned client_token; it \
cannot create twice.
- error.fix and error.retry say what else to do.
Never put secrets into a script: write {{oos-secret:name}} or a {{parameter}} with \
enable_parameter=true.\
"""
    )


def test_the_instructions_of_a_server_that_only_previews_say_so_and_tell_of_no_creation() -> None:
    assert (
        instructions([PUBLISHED["preview_command"], PUBLISHED["explain_error"]])
        == """\
For ECS Cloud Assistant commands: scripts that later run as root (Linux) or SYSTEM (Windows).
This server is read-only.
1. preview_command shows the exact request, with findings. Nothing is created.
2. explain_error explains a pasted error.
Answers:
- status "invalid": merge every `repair` into the arguments (null removes one) and call again.
- status "blocked", or findings you cannot follow: show them to the user; never disguise a script.
- error.fix and error.retry say what else to do.
Never put secrets into a script: write {{oos-secret:name}} or a {{parameter}} with \
enable_parameter=true.\
"""
    )


@pytest.mark.parametrize("only", PUBLISHED)
def test_the_instructions_name_no_tool_that_is_not_published(only: str) -> None:
    told = instructions([PUBLISHED[only]])
    assert [name for name in PUBLISHED if name in told] == [only]
    assert ("read-only" in told) == PUBLISHED[only].traits.read_only
    assert ("preview_token" in told) is False


def test_server_and_tool_name_fit_the_clients_that_join_them() -> None:
    assert len(f"mcp__{NAME}__preview_command") < 60


@pytest.mark.anyio
async def test_the_server_says_who_it_is() -> None:
    async with Client(build_server(TOOLS, version="1.2.3"), mode="legacy") as client:
        info = client.server_info
        assert info is not None
        assert (info.name, info.version) == ("cloud-assistant-mcp", "1.2.3")
        assert info.title
        assert info.description
        assert client.instructions == instructions(TOOLS)


def test_the_version_is_that_of_the_distribution() -> None:
    assert re.match(r"\d+(\.\d+)*", build_server([]).version)


@pytest.mark.anyio
async def test_a_tool_is_published_with_its_traits_and_both_schemas(client: Client) -> None:
    async with client:
        tools = (await client.list_tools()).tools
    assert tools[0] == PublishedTool(
        name="echo",
        title="A title",
        description="A description.",
        input_schema=SCHEMA,
        output_schema=SCHEMA,
        annotations=ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


@pytest.mark.anyio
async def test_the_lists_may_be_cached_by_2026_07_28_clients() -> None:
    async with Client(build_server(TOOLS), mode="2026-07-28") as client:
        answers: list[CacheableResult] = [
            await client.list_tools(),
            await client.list_prompts(),
            await client.list_resources(),
            await client.list_resource_templates(),
        ]
    assert {(answer.ttl_ms, answer.cache_scope) for answer in answers} == {(300_000, "public")}


@pytest.mark.anyio
async def test_a_failure_is_a_result_with_structure_and_text(client: Client) -> None:
    async with client:
        result = await client.call_tool("refuse", {})
    assert isinstance(result, CallToolResult)
    assert (result.is_error, result.structured_content) == (True, {"text": "no"})
    assert result.content == [TextContent(text="no: \ufffd")]


@pytest.mark.anyio
@pytest.mark.parametrize("arguments", [None, {}])
async def test_absent_arguments_are_no_arguments(
    client: Client, arguments: dict[str, object] | None
) -> None:
    async with client:
        result = await client.call_tool("echo", arguments)
    assert result.structured_content == {}


@pytest.mark.anyio
async def test_strings_that_look_like_json_stay_strings(client: Client) -> None:
    arguments = {"command_content": '{"a":1}', "description": "[1]"}
    async with client:
        result = await client.call_tool("echo", arguments)
    assert result.structured_content == arguments


@pytest.mark.anyio
async def test_a_bug_in_a_tool_is_a_result_that_gives_nothing_away(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async with client:
        result = await client.call_tool("raise", {"text": "argument"})
    assert (result.is_error, result.structured_content) == (True, {"text": "a bug"})
    assert CANARY not in str(result)
    assert CANARY not in caplog.text
    assert "raise failed: builtins.RuntimeError at " in caplog.text


@pytest.mark.anyio
async def test_a_bug_outside_the_tools_gives_nothing_away_either(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = build_server(TOOLS)

    async def broken(*_: object) -> None:
        raise RuntimeError(CANARY)

    for mode in MODES:
        entry = server.get_request_handler("prompts/list")
        assert entry is not None
        server.add_request_handler("prompts/list", entry.params_type, broken)
        async with Client(server, mode=mode) as client:
            with pytest.raises(MCPError) as error:
                await client.list_prompts()
        assert (error.value.code, error.value.message) == (-32603, "Internal server error")
    assert CANARY not in caplog.text
    assert "prompts/list failed: builtins.RuntimeError at " in caplog.text


@pytest.mark.anyio
async def test_what_does_not_exist_is_an_invalid_parameter(client: Client) -> None:
    async with client:
        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: client.call_tool("no_such_tool", {}),
            lambda: client.list_tools(cursor="x"),
            lambda: client.list_prompts(cursor="x"),
            lambda: client.list_resources(cursor="x"),
            lambda: client.list_resource_templates(cursor="x"),
            lambda: client.get_prompt("no_such_prompt"),
            lambda: client.read_resource("test://nothing"),
        ]
        for attempt in attempts:
            with pytest.raises(MCPError) as error:
                await attempt()
            assert error.value.code == -32602
    assert error.value.data == {"uri": "test://nothing"}


@pytest.mark.anyio
async def test_a_lone_surrogate_in_an_error_is_replaced() -> None:
    # The SDK's own 2026-07-28 client cannot send one.
    async with Client(build_server(TOOLS), mode="legacy") as client:
        with pytest.raises(MCPError) as error:
            await client.get_prompt("\ud83c")
    assert error.value.data == {"name": "\ufffd"}
