import http.client
import json
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from mcp import Client, MCPError

from mcp_server.http.service import listen
from mcp_server.wire import MAX_MESSAGE_BYTES
from tests.served_tools import CANARY
from tests.serving import ENVELOPE, INITIALIZE, Served, serving

MODES = ["legacy", "2026-07-28"]
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
STOPPED = {
    "code": -32000,
    "message": "The server was stopped before it could answer; what became of the call is unknown",
}
LONE = rb'"\ud83c"'


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, "http", "DEBUG") as served:
        yield served


@pytest.fixture
def url(server: Served) -> str:
    return server.url()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For what leaves it as it was."""
    with serving(tmp_path_factory.mktemp("server"), "http", "DEBUG") as served:
        yield served


@pytest.fixture(scope="module")
def shared_url(shared_server: Served) -> str:
    return shared_server.url()


@contextmanager
def connection(url: str) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as opened:
        yield opened


def send(
    opened: http.client.HTTPConnection, message: dict[str, Any] | bytes, **headers: str
) -> None:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    opened.request("POST", "/mcp", body, {**JSON, **headers})


def ask(
    url: str, message: dict[str, Any] | bytes, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """Post one message; return status, headers and the JSON of the answer or of its one event."""
    with connection(url) as opened:
        send(opened, message, **headers)
        response = opened.getresponse()
        text = response.read().decode()
    events = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
    body = events[0] if events else text
    return response.status, dict(response.headers), json.loads(body) if body[:1] == "{" else body


def modern(tool: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
    params = {"name": tool, "arguments": arguments, "_meta": ENVELOPE}
    headers = {
        "Mcp-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, headers


def open_session(url: str) -> dict[str, str]:
    message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": INITIALIZE}
    status, headers, _ = ask(url, message)
    assert status == 200
    session = {
        "Mcp-Session-Id": headers["mcp-session-id"],
        "Mcp-Protocol-Version": "2025-11-25",
    }
    assert ask(url, {"jsonrpc": "2.0", "method": "notifications/initialized"}, **session)[0] == 202
    return session


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_a_client_of_either_era_lists_and_calls(shared_url: str, mode: str) -> None:
    async with Client(shared_url, mode=mode) as client:
        tools = await client.list_tools()
        result = await client.call_tool("echo", {"text": "测试★"})
    assert tools.tools[0].name == "echo"
    assert result.structured_content == {"text": "测试★"}


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_the_text_of_an_exception_is_neither_on_the_wire_nor_in_the_log(
    server: Served, url: str, mode: str
) -> None:
    async with Client(url, mode=mode) as client:
        result = await client.call_tool("raise", {"text": "argument"})
    assert server.stop(signal.SIGTERM) == 143
    assert result.is_error
    assert CANARY not in str(result)
    assert CANARY not in server.log()
    assert "RuntimeError" in server.log()


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
def test_lone_surrogates_reach_the_tool_and_are_replaced_on_the_way_out(
    shared_url: str, era: str
) -> None:
    message, headers = modern("echo", value="LONE", LONE=[{"LONE": 1}])
    if era == "handshake":
        headers = open_session(shared_url)
        del message["params"]["_meta"]
    body = json.dumps({**message, "id": "LONE"}).encode().replace(b'"LONE"', LONE)
    status, _, answer = ask(shared_url, body, **headers)
    assert (status, answer["id"]) == (200, "\ufffd")
    assert answer["result"]["content"][0]["text"] == (
        r"{'value': '\ud83c', '\ud83c': [{'\ud83c': 1}]}"
    )
    assert answer["result"]["structuredContent"] == {"value": "\ufffd", "\ufffd": [{"\ufffd": 1}]}


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"garbage", (None, -32700)),
        (b"\xff\xfe", (None, -32700)),
        (b"[]", (None, -32600)),
        (b'{"jsonrpc":"2.0","id":"a","method":7}', ("a", -32600)),
    ],
)
def test_an_unreadable_body_is_answered(
    shared_url: str, era: str, body: bytes, answer: tuple[str | None, int]
) -> None:
    headers = open_session(shared_url) if era == "handshake" else modern("echo")[1]
    status, _, refusal = ask(shared_url, body, **headers)
    assert (status, refusal["id"], refusal["error"]["code"]) == (400, *answer)
    assert "pydantic" not in str(refusal)


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
def test_a_number_of_any_length_reaches_the_tool(shared_url: str, era: str) -> None:
    message, headers = modern("echo", number="NUMBER")
    if era == "handshake":
        headers = open_session(shared_url)
        del message["params"]["_meta"]
    body = json.dumps(message).encode().replace(b'"NUMBER"', b"-" + b"9" * 5000)
    status, _, answer = ask(shared_url, body, **headers)
    assert (status, answer["id"]) == (200, 1)
    assert answer["result"]["content"][0]["text"] == "{'number': -inf}"


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
@pytest.mark.parametrize("depth", [250, 600, 900, 100_000])
def test_what_is_nested_too_deeply_is_refused_by_its_id(
    shared_url: str, era: str, depth: int
) -> None:
    message, headers = modern("echo", deep="DEEP")
    if era == "handshake":
        headers = open_session(shared_url)
        del message["params"]["_meta"]
    body = json.dumps(message).encode().replace(b'"DEEP"', b"[" * depth + b"]" * depth)
    status, _, answer = ask(shared_url, body, **headers)
    assert (status, answer["id"], answer["error"]["code"]) == (400, 1, -32700)
    assert "nested too deeply" in answer["error"]["message"]


def test_a_body_over_the_limit_is_refused(shared_url: str) -> None:
    message, headers = modern("echo", text="x" * MAX_MESSAGE_BYTES)
    assert ask(shared_url, message, **headers)[0] == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:{port}"}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "[::1]:{port}"}, 200),
    ],
)
def test_only_this_machine_is_served_by_name_and_origin(
    shared_url: str, headers: dict[str, str], status: int
) -> None:
    message, routing = modern("echo")
    port = urlsplit(shared_url).port
    named = {name: value.format(port=port) for name, value in headers.items()}
    assert ask(shared_url, message, **routing, **named)[0] == status


def test_a_get_without_a_session_is_refused_at_once(shared_url: str) -> None:
    with connection(shared_url) as opened:
        opened.request("GET", "/mcp", headers={"Accept": "text/event-stream"})
        assert opened.getresponse().status == 400


@pytest.mark.parametrize("tool", ["wait", "hang"])
@pytest.mark.parametrize(("stop", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_is_prompt_whatever_is_under_way(
    server: Served, url: str, tool: str, stop: int, exit_code: int
) -> None:
    message, headers = modern(tool)
    with connection(url) as opened:
        send(opened, message, **headers)
        started, headers = modern("started")
        assert ask(url, started, **headers)[0] == 200
        assert server.stop(stop) == exit_code
    assert server.log().endswith("on_stop ran\n")
    assert "Traceback" not in server.log()


@pytest.mark.parametrize("tool", ["wait", "hang"])
@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
def test_a_call_that_outlives_the_grace_is_answered_that_the_server_stopped(
    server: Served, url: str, tool: str, era: str
) -> None:
    message, headers = modern(tool)
    if era == "handshake":
        headers = open_session(url)
        del message["params"]["_meta"]
    with connection(url) as opened:
        send(opened, {**message, "id": "\ud83c 7"}, **headers)
        started, started_as = modern("started")
        assert ask(url, started, **started_as)[0] == 200
        server.process.send_signal(signal.SIGTERM)
        response = opened.getresponse()
        text = response.read().decode()
    assert response.status == (200 if era == "handshake" else 503)
    if era == "handshake":
        (text,) = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
    assert json.loads(text) == {"jsonrpc": "2.0", "id": "\ufffd 7", "error": STOPPED}
    assert server.process.wait(timeout=5) == 143


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_a_client_of_either_era_is_told_that_the_server_stopped(
    server: Served, url: str, mode: str
) -> None:
    async with Client(url, mode=mode) as client, anyio.create_task_group() as tasks:

        async def stop_once_started() -> None:
            await client.call_tool("started", {})
            server.process.send_signal(signal.SIGTERM)

        tasks.start_soon(stop_once_started)
        with pytest.raises(MCPError) as told:
            await client.call_tool("wait", {})
    assert told.value.error.model_dump(exclude_none=True) == STOPPED


def test_a_message_that_has_not_arrived_whole_is_answered_all_the_same(
    server: Served, url: str
) -> None:
    port = urlsplit(url).port
    with (
        socket.create_connection(("127.0.0.1", port)) as opened,
        opened.makefile("rb") as answer,
    ):
        opened.sendall(
            f"POST /mcp HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 9\r\n"
            "Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n{".encode()
        )
        assert answer.readline().startswith(b"HTTP/1.1 100 ")  # so the body is waited for
        server.process.send_signal(signal.SIGTERM)
        text = answer.read()
    assert b"HTTP/1.1 503 " in text
    assert json.loads(text.splitlines()[-1]) == {"jsonrpc": "2.0", "id": None, "error": STOPPED}
    assert server.process.wait(timeout=5) == 143


@pytest.mark.parametrize("era", ["handshake", "2026-07-28"])
def test_a_call_that_finishes_within_the_grace_is_answered_after_a_signal(
    server: Served, url: str, era: str
) -> None:
    session = open_session(url) if era == "handshake" else {}
    (waits, waits_as), (releases, releases_as) = modern("wait"), modern("release")
    if session:
        del waits["params"]["_meta"], releases["params"]["_meta"]
        waits_as = releases_as = session
    with connection(url) as opened, connection(url) as other:
        send(opened, waits, **waits_as)
        started, started_as = modern("started")
        assert ask(url, started, **started_as)[0] == 200
        other.connect()
        server.process.send_signal(signal.SIGTERM)
        send(other, {**releases, "id": 2}, **releases_as)
        assert b"released" in opened.getresponse().read()
    assert server.process.wait(timeout=5) == 143


def test_an_open_event_stream_does_not_delay_the_stop(server: Served, url: str) -> None:
    session = open_session(url)
    with connection(url) as opened:
        opened.request("GET", "/mcp", headers={"Accept": "text/event-stream", **session})
        assert opened.getresponse().status == 200
        assert server.stop(signal.SIGTERM) == 143


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104
def test_an_address_beyond_this_machine_is_refused_with_the_option_named(host: str) -> None:
    with pytest.raises(ValueError, match=r"--host .* 127\.0\.0\.1, localhost, ::1"):
        listen(host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_loopback_address_is_bound(host: str) -> None:
    with listen(host, 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_an_error_of_the_system() -> None:
    with listen("127.0.0.1", 0) as listener, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listener.getsockname()[1])


def test_ipv6_loopback_is_bound_where_there_is_one() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with listen("::1", 0) as listener:
        assert listener.getsockname()[0] == "::1"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_what_a_foreign_page_can_send_is_refused_before_it_is_read(
    shared_server: Served, shared_url: str, headers: dict[str, str], status: int
) -> None:
    logged = len(shared_server.log())
    with connection(shared_url) as opened:
        opened.request("POST", "/mcp", b"[" * 1000, {**JSON, **headers})
        answer = opened.getresponse()
        assert answer.status == status
        assert b"Parse error" not in answer.read()
    assert len(shared_server.log()) - logged < 1000


@pytest.mark.parametrize("depth", [150, 450, 900, 50_000])
def test_depth_is_answered_in_a_line_and_not_logged(
    shared_server: Served, shared_url: str, depth: int
) -> None:
    logged = len(shared_server.log())
    deep = b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":' + b"[" * depth
    with connection(shared_url) as opened:
        opened.request("POST", "/mcp", deep + b"]" * depth + b"}}", JSON)
        answer = opened.getresponse()
        assert answer.status == 400
        assert len(answer.read()) < 300
    assert "Traceback" not in shared_server.log()[logged:]
