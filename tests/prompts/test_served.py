"""The prompts over a client of the SDK, in both eras of the protocol."""

from collections.abc import Mapping

import mcp_types as types
import pytest
from mcp import Client, MCPError

from mcp_server.prompts.loading import load_prompts
from mcp_server.server import build_server
from tests.tools.published import TOOLS

PROMPTS = {prompt.name: prompt for prompt in load_prompts(TOOLS)}
LONG = "x" * 65_537


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["legacy", "2026-07-28"])
def client(request: pytest.FixtureRequest) -> Client:
    return Client(build_server([], prompts=list(PROMPTS.values())), mode=request.param)


@pytest.mark.anyio
async def test_every_prompt_is_listed_with_its_arguments(client: Client) -> None:
    async with client:
        listed = (await client.list_prompts()).prompts
    assert [prompt.name for prompt in listed] == list(PROMPTS)
    assert listed[0] == types.Prompt(
        name="fix_rejected_command",
        title="Put a rejected command right",
        description=PROMPTS["fix_rejected_command"].description,
        arguments=[
            types.PromptArgument(
                name=argument.name, description=argument.description, required=argument.required
            )
            for argument in PROMPTS["fix_rejected_command"].arguments
        ],
    )


@pytest.mark.anyio
async def test_a_prompt_is_one_message_of_the_user(client: Client) -> None:
    async with client:
        answer = await client.get_prompt("write_command", {"goal": "free space <<type>> `\ud83c`"})
    text = PROMPTS["write_command"].render({"goal": "free space <<type>> `�`"})
    assert isinstance(text, str)
    assert isinstance(answer, types.GetPromptResult)
    assert answer.description == PROMPTS["write_command"].description
    assert answer.messages == [
        types.PromptMessage(role="user", content=types.TextContent(text=text))
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (None, "write_command needs the argument goal."),
        ({"goal": ""}, "write_command needs the argument goal."),
        ({"goal": "x", "target": "y"}, "write_command has no argument 'target'."),
        ({"goal": LONG}, "The argument goal has 65537 characters, and 65536 is the limit."),
    ],
)
async def test_arguments_that_do_not_fit_are_invalid_parameters(
    client: Client, arguments: Mapping[str, str] | None, told: str
) -> None:
    async with client:
        with pytest.raises(MCPError) as error:
            await client.get_prompt("write_command", None if arguments is None else {**arguments})
    assert error.value.code == types.INVALID_PARAMS
    assert error.value.message.startswith(told)


@pytest.mark.anyio
async def test_an_unknown_prompt_is_told_with_those_there_are(client: Client) -> None:
    async with client:
        with pytest.raises(MCPError) as error:
            await client.get_prompt("run_command", {})
    assert (error.value.code, error.value.data) == (types.INVALID_PARAMS, {"name": "run_command"})
    assert error.value.message.endswith(", ".join(PROMPTS))
