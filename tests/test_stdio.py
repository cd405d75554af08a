import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from mcp_server.wire import MAX_MESSAGE_BYTES
from tests.served_tools import CANARY
from tests.serving import ENVELOPE, INITIALIZE, ROOT, Served, serving

LONE = r"\ud83c"
STOPPED = {
    "code": -32000,
    "message": "The server was stopped before it could answer; what became of the call is unknown",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, "stdio") as served:
        yield served


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("server"), "stdio") as served:
        yield served


@pytest.fixture
def talkative_server(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, "stdio", "DEBUG") as served:
        yield served


def handshake(server: Served) -> None:
    server.send({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": INITIALIZE})
    assert server.receive()["result"]["protocolVersion"] == "2025-11-25"
    server.send({"jsonrpc": "2.0", "method": "notifications/initialized"})


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_text_outside_the_console_encoding_makes_the_round_trip(mode: str) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tests.served_tools", "stdio"],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "cp936", "LC_ALL": "C"},
    )
    async with Client(parameters, mode=mode) as client:
        await client.list_tools()
        result = await client.call_tool("echo", {"name": "测试★", "content": '{"a":1}'})
        printed = await client.call_tool("chatter", {})
    assert not printed.is_error
    assert result.structured_content == {"name": "测试★", "content": '{"a":1}'}


def test_every_byte_on_stdout_is_json_rpc_whatever_is_printed_or_logged(
    talkative_server: Served,
) -> None:
    handshake(talkative_server)
    call = {"name": "chatter", "arguments": None}
    talkative_server.send({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
    answer = {"content": [{"type": "text", "text": "done"}], "structuredContent": {}}
    assert talkative_server.rest() == [
        {"jsonrpc": "2.0", "id": 1, "result": {**answer, "isError": False}}
    ]
    # print(), os.write(1), a child, a warning and its line, the DEBUG record
    assert talkative_server.log().count("chatter\n") >= 5
    assert "before serving" in talkative_server.log()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"garbage", (None, -32700)),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"', (None, -32700)),
        (b"[" * 100_000, (None, -32700)),
        (b"\xff\xfe", (None, -32700)),
        (b"[]", (None, -32600)),
        (b"7", (None, -32600)),
        (b'{"jsonrpc":"1.0","id":"a","method":"ping"}', ("a", -32600)),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', (None, -32600)),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', (None, -32600)),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', (None, -32600)),
        (b"x" * (3 * MAX_MESSAGE_BYTES), (None, -32600)),
    ],
    ids=lambda value: repr(value)[:45],
)
def test_an_unreadable_line_is_answered_and_the_server_lives(
    shared_server: Served, line: bytes, answer: tuple[str | None, int]
) -> None:
    shared_server.send(line)
    refusal = shared_server.receive()
    assert (refusal["id"], refusal["error"]["code"]) == answer
    shared_server.call(2, "echo", text="alive")
    assert shared_server.receive()["result"]["structuredContent"] == {"text": "alive"}


@pytest.mark.parametrize("digits", ["9" * 5000, "-" + "9" * 5000])
def test_a_number_of_any_length_reaches_the_tool(shared_server: Served, digits: str) -> None:
    shared_server.send(
        b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":'
        b'{"number":%s},"_meta":%s}}' % (digits.encode(), json.dumps(ENVELOPE).encode())
    )
    answer = shared_server.receive()
    assert answer["id"] == 2
    assert answer["result"]["content"][0]["text"] == f"{{'number': {float(digits)}}}"


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ('{"jsonrpc":"2.0","id":5,"method":"ping","params":{"a":%s}}', 5),
        ('{"method":"ping","params":{"a":%s},"jsonrpc":"2.0","id":"five \\" "}', 'five " '),
        ('{ "params" : {"a":%s} , "id" : -5 , "method" : "ping" } ', -5),
        ('{"id":5,"params":{"a":%s},"id":5}', 5),
        ('{"id":5,"params":{"a":%s},"id":6}', None),
        ('{"params":{"a":%s},"id":5,"more":{}}', None),
        ('{"params":{"a":%s,"id":5}}', None),
        ('{"params":{"a":%s},"text":",\\"id\\":5"}', None),
        ('{"id":5.5,"params":{"a":%s}}', None),
        ('{"id":true,"params":{"a":%s}}', None),
        ('{"id":' + "9" * 5000 + ',"params":{"a":%s}}', None),
        ('[{"id":5},%s]', None),
        ('{"id":5,"a":%s', 5),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_is_nested_too_deeply_is_answered_by_the_id_beside_it(
    shared_server: Served, line: str, call: int | str | None
) -> None:
    shared_server.send((line % ("[" * 100_000 + "]" * 100_000)).encode())
    refusal = shared_server.receive()
    assert (refusal["id"], refusal["error"]["code"]) == (call, -32700)
    assert "nested too deeply" in refusal["error"]["message"]


def test_blank_lines_and_carriage_returns_are_no_messages(shared_server: Served) -> None:
    shared_server.send(b"\r")
    shared_server.send(b"")
    shared_server.call(1, "echo", text="first")
    assert shared_server.receive()["id"] == 1


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
def test_lone_surrogates_reach_the_tool_and_are_replaced_on_the_way_out(
    server: Served, era: str
) -> None:
    envelope = b""
    if era == "handshake":
        handshake(server)
    else:
        envelope = b',"_meta":' + str(ENVELOPE).replace("'", '"').encode()
    server.send(
        b'{"jsonrpc":"2.0","id":"id %s","method":"tools/call","params":{"name":"echo","arguments":'
        b'{"value":"echo %s","name %s":[{"deep %s":1}],"bytes":"\xff"}%s}}'
        % (*(LONE.encode(),) * 4, envelope)
    )
    answer = server.receive()
    content = answer["result"]["content"][0]["text"]
    assert answer["id"] == "id \ufffd"
    assert content == (
        r"{'value': 'echo \ud83c', 'name \ud83c': [{'deep \ud83c': 1}], 'bytes': '\udcff'}"
    )
    assert answer["result"]["structuredContent"] == {
        "value": "echo \ufffd",
        "name \ufffd": [{"deep \ufffd": 1}],
        "bytes": "\ufffd",
    }


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
def test_the_text_of_an_exception_is_neither_on_the_wire_nor_in_the_log(
    talkative_server: Served, era: str
) -> None:
    if era == "handshake":
        handshake(talkative_server)
    meta = {} if era == "handshake" else {"_meta": ENVELOPE}
    call = {"name": "raise", "arguments": {"text": "argument"}, **meta}
    talkative_server.send({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
    answer = talkative_server.receive()
    assert answer["result"]["isError"] is True
    assert talkative_server.stop() == 0
    assert CANARY not in str(answer)
    assert CANARY not in talkative_server.log()
    assert "RuntimeError" in talkative_server.log()
    assert "served_tools.py" in talkative_server.log()


def test_a_cancelled_call_ends_unanswered_and_the_server_lives(server: Served) -> None:
    server.call("7", "wait")
    server.call(8, "started")
    assert server.receive()["id"] == 8
    cancelled = {"requestId": "7", "reason": "the user said so"}
    server.send(
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled},
    )
    server.call(9, "ended")
    assert server.receive()["id"] == 9
    assert server.rest() == []
    assert server.process.wait(timeout=5) == 0


def test_calls_are_served_side_by_side(server: Served) -> None:
    server.call(1, "wait")
    server.call(2, "echo")
    server.call(3, "release")
    assert [server.receive()["id"], server.receive()["id"], server.receive()["id"]] == [2, 3, 1]


def test_closed_stdin_lets_calls_under_way_finish(server: Served) -> None:
    for call in range(5):
        server.call(call, "pause")
    answers = server.rest()
    assert sorted(answer["id"] for answer in answers) == [0, 1, 2, 3, 4]
    assert all("result" in answer for answer in answers)
    assert server.process.wait(timeout=5) == 0


def test_what_came_just_before_stdin_was_closed_is_answered(server: Served) -> None:
    server.call(1, "echo")
    server.send(b"garbage")
    answers = {answer["id"]: answer for answer in server.rest()}
    assert "result" in answers[1]
    assert answers[None]["error"]["code"] == -32700


@pytest.mark.parametrize("tool", ["wait", "hang"])
@pytest.mark.parametrize(
    ("stop", "exit_code"), [(None, 0), (signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_a_stop_is_prompt_and_answers_what_cannot_finish(
    server: Served, tool: str, stop: int | None, exit_code: int
) -> None:
    server.call(1, tool)
    server.call(2, "started")
    assert server.receive()["id"] == 2
    assert server.stop(stop) == exit_code
    assert server.receive() == {"jsonrpc": "2.0", "id": 1, "error": STOPPED}
    assert server.log() == "before serving\non_stop ran\n"


@pytest.mark.parametrize(
    ("stop", "exit_code"), [(None, 0), (signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_an_idle_server_stops_cleanly(server: Served, stop: int | None, exit_code: int) -> None:
    server.call(1, "echo")
    server.receive()
    assert server.stop(stop) == exit_code
    assert server.log() == "before serving\non_stop ran\n"


def test_a_call_that_finishes_within_the_grace_is_answered_after_a_signal(server: Served) -> None:
    server.call(1, "wait")
    server.call(2, "started")
    assert server.receive()["id"] == 2
    server.process.send_signal(signal.SIGTERM)
    server.call(3, "release")
    answers = {answer["id"]: answer for answer in (server.receive(), server.receive())}
    assert "released" in str(answers[1]["result"])
    assert "done" in str(answers[3]["result"])
    assert server.process.wait(timeout=5) == 143


def test_a_client_that_goes_away_stops_the_server(server: Served) -> None:
    server.call(1, "echo")
    assert server.receive()["id"] == 1
    server.call(2, "started")
    assert server.process.stdout is not None
    server.process.stdout.close()
    server.call(3, "echo")
    assert server.process.wait(timeout=5) == 0


@pytest.mark.parametrize(
    "before",
    [
        "pass",
        "os.close(1)",
        "os.dup2(os.open('/dev/full', os.O_WRONLY), 1)",
        "sys.stdout.close()",
        "sys.stdout = None",
    ],
)
def test_leaving_ends_the_process_whatever_became_of_stdout(before: str) -> None:
    code = f"""
import os, sys
from mcp_server.stopping import leave
sys.stdout.write("printed")
sys.stderr.write("told")
{before}
leave(7)
"""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    left = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, env=buffered
    )
    assert left.returncode == 7
    assert left.stderr == b"told"
    assert left.stdout == (b"printed" if before in {"pass", "sys.stdout.close()"} else b"")


def test_more_calls_than_are_taken_at_once_are_all_answered(server: Served) -> None:
    for number in range(500):
        server.call(number, "pause")
    assert sorted(answer["id"] for answer in server.rest()) == list(range(500))
