"""What a well-behaved client cannot even send, written to the server's stdin by hand."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from mcp_server.emulator import Emulator
from tests.end_to_end.serving import UPTIME, Deployment

ENVELOPE = (
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
    '"io.modelcontextprotocol/clientCapabilities":{}}'
)


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture(scope="module")
def server(shared_emulator: Emulator) -> Iterator[subprocess.Popen[bytes]]:
    """One for all of it: whatever is written to it, it goes on."""
    parameters = Deployment(shared_emulator.endpoint).stdio()
    with subprocess.Popen(
        [parameters.command, *parameters.args],
        env=parameters.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def answer(server: subprocess.Popen[bytes], arguments: str) -> dict[str, Any]:
    """The result of a create_command whose arguments are given as JSON text."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_command",'
        b'"arguments":' + arguments.encode() + b"," + ENVELOPE.encode() + b"}}\n"
    )
    server.stdin.flush()
    result = json.loads(server.stdout.readline())["result"]
    assert isinstance(result, dict)
    return result


def problems(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["rule"], f["field"]) for f in result["structuredContent"]["findings"]]


def with_text(**texts: str) -> str:
    """UPTIME as JSON text, some arguments replaced by text that is JSON already."""
    members = {name: json.dumps(value) for name, value in UPTIME.items()} | texts
    return "{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}"


def test_half_a_character_is_named_by_its_argument_and_the_server_lives(
    server: subprocess.Popen[bytes], emulator: Emulator
) -> None:
    in_value = answer(server, with_text(command_content=r'"echo \ud83c"'))
    in_name = answer(server, with_text(**{r"na\ud83cme": '"x"'}))
    in_tag = answer(server, with_text(tags=r'[{"key":"\udc00"}]'))
    good = answer(server, with_text())
    assert in_value["isError"]
    assert problems(in_value) == [("lone-surrogate", "command_content")]
    assert problems(in_name) == [("lone-surrogate", "na\N{REPLACEMENT CHARACTER}me")]
    assert problems(in_tag) == [("lone-surrogate", "tags")]
    assert good["structuredContent"]["status"] == "created"
    assert len(emulator.commands()) == 1


@pytest.mark.parametrize(
    "region_id",
    ["x.evil.example/", "cn-hangzhou.evil.com/x?", "127.0.0.1:9", "cn-hangzhou@evil", "../x", " "],
)
def test_nothing_a_caller_sends_becomes_a_host(
    server: subprocess.Popen[bytes], emulator: Emulator, region_id: str
) -> None:
    refused = answer(server, with_text(region_id=json.dumps(region_id)))
    assert problems(refused) == [("not-a-region", "region_id")]
    assert emulator.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        "{}",
        '{"command_content":' + "[" * 900 + "]" * 900 + "}",
        '{"tags":{"a":{"b":[1,null,true]}},"timeout":1e400}',
        '{"timeout":-0.5,"enable_parameter":[],"type":{},"region_id":0}',
        '{"' + "x" * 100_000 + '":1}',
        '{"command_content":"' + "{{" * 100_000 + '"}',
        '{"timeout":' + "9" * 4000 + "}",
    ],
    ids=["nothing", "deep", "maps", "wrong types", "long name", "braces", "huge number"],
)
def test_nonsense_is_a_result_with_findings(
    server: subprocess.Popen[bytes], arguments: str
) -> None:
    result = answer(server, arguments)
    assert result["structuredContent"]["status"] == "invalid"
    assert problems(result)
    assert len(json.dumps(result)) < 30_000
