"""What an endpoint can make of a reply in size and time, and a caller of calls and regions."""

import gzip
import logging
import threading
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
import pytest

from mcp_server.ecs import gateway as gateway_module
from mcp_server.ecs import sdk
from mcp_server.ecs.bounded_reply import LONGEST_REPLY
from mcp_server.ecs.call import Call
from mcp_server.ecs.gateway import CreatedCommand, EcsError, Gateway
from tests.ecs.fixed_backend import FixedBackend
from tests.ecs.hostile import CREATED, Endpoint, endpoint, forever, http

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
UNENDING = {
    "a body with its length": (HEAD + b"Content-Length: 400000000\r\n\r\n", b" " * 65536),
    "a body with an absurd length": (HEAD + b"Content-Length: %d\r\n\r\n" % 10**15, b" " * 65536),
    "a body without a length": (HEAD + b"\r\n", b" " * 65536),
    "a body for a connection that closes": (HEAD + b"Connection: close\r\n\r\n", b" " * 65536),
    "chunks": (CHUNKED, b"1000\r\n" + b" " * 4096 + b"\r\n"),
    "one chunk": (CHUNKED + b"FFFFFFFFFF\r\n", b" " * 65536),
    "a chunk of negative length": (CHUNKED + b"-1\r\n", b" " * 65536),
    "a line for the length of a chunk": (CHUNKED, b"1" * 65536),
    "trailers": (CHUNKED + b"0\r\n", b"X: y\r\n" * 9000),
    "headers": (HEAD, b"X: y\r\n" * 9000),
    "one header": (HEAD + b"X: ", b"x" * 65536),
    "interim replies": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "the headers of an interim reply": (b"HTTP/1.1 100 Continue\r\n", b"X: y\r\n" * 9000),
    "a status line": (b"HTTP/1.1 200 ", b"x" * 65536),
    "a redirect": (
        b"HTTP/1.1 307 X\r\nLocation: http://x/\r\nContent-Length: 400000000\r\n\r\n",
        b" " * 65536,
    ),
}


async def failure(gateway: Gateway, request: dict[str, Any]) -> tuple[str, str, str]:
    with pytest.raises(EcsError) as caught:
        await gateway.create_command(request)
    explanation = caught.value.explanation
    return explanation.code, explanation.outcome, explanation.retry


@dataclass
class Unending:
    """Starts, and never comes to an end while anybody listens."""

    kind: str
    pace: float = 0.0
    sent: int = 0

    def serve(self):
        running = Endpoint(self._answer)
        self.running = running
        return running

    def _answer(self, connection):
        start, more = UNENDING[self.kind]
        connection.sendall(start)
        if self.pace:
            forever(b"", more[:1], self.running.closing, self.pace)(connection)
        while not self.running.closing.is_set():
            self.sent += connection.send(more)


class Gate:
    """Lets the answers out when it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def __call__(self, connection) -> None:
        self.opened.wait(30)
        connection.sendall(http(200, CREATED))


@pytest.fixture
def served():
    running = []

    def serve(unending):
        running.append(unending.serve())
        return running[-1]

    yield serve
    for one in running:
        one.close()


@pytest.mark.parametrize("kind", UNENDING)
async def test_an_endless_reply_is_given_up_at_its_bound_with_an_unknown_outcome(
    served, open_gateway, creation, kind
):
    unending = Unending(kind)
    running = served(unending)
    gateway = open_gateway(FixedBackend(running.address), max_attempts=1)

    code, outcome, retry = await failure(gateway, creation())

    assert (outcome, retry) == ("unknown", "same_token")
    assert code in {"BadResponse", "ConnectionLost"}
    assert await anyio.to_thread.run_sync(lambda: running.ended.acquire(timeout=10))
    assert unending.sent < 16 * MEBIBYTE  # most of it in the sockets' own buffers


@pytest.mark.parametrize("kind", UNENDING)
async def test_a_reply_that_trickles_ends_with_its_call_and_so_does_its_thread(
    served, open_gateway, creation, logged, kind
):
    ended = logged("no longer waited for")
    running = served(Unending(kind, pace=0.02))
    gateway = open_gateway(
        FixedBackend(running.address), max_attempts=1, call_timeout=0.3, read_timeout=45
    )

    assert await failure(gateway, creation()) == ("Timeout", "unknown", "same_token")
    assert await anyio.to_thread.run_sync(ended.seen.wait, 5)
    assert await anyio.to_thread.run_sync(lambda: running.ended.acquire(timeout=5))


async def test_a_cancelled_call_leaves_its_thread_no_more_than_a_moment(
    open_gateway, creation, logged, monkeypatch
):
    monkeypatch.setattr(gateway_module, "_GRACE", 0.05)
    ended = logged("no longer waited for, ended with ConnectionLost")
    gate = Gate()
    with endpoint(gate) as silent:
        gateway = open_gateway(FixedBackend(silent.address), read_timeout=45)
        async with anyio.create_task_group() as group:
            group.start_soon(gateway.create_command, creation())
            assert await anyio.to_thread.run_sync(lambda: silent.arrived.acquire(timeout=10))
            group.cancel_scope.cancel()

        assert await anyio.to_thread.run_sync(ended.seen.wait, 5)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "GZIP", "gzip, identity", "x"])
async def test_an_encoded_reply_is_not_unfolded(open_gateway, creation, name):
    bomb = gzip.compress(b" " * 50_000_000)
    with endpoint(http(200, bomb, ("Content-Encoding", name))) as hostile:
        gateway = open_gateway(FixedBackend(hostile.address), max_attempts=1)

        assert await failure(gateway, creation()) == ("BadResponse", "unknown", "same_token")
        assert b"\r\nAccept-Encoding: identity\r\n" in hostile.requests[0]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("over", "fits"), [(0, True), (1, False)])
async def test_a_reply_of_the_longest_is_read_and_one_of_a_byte_more_is_not(
    open_gateway, creation, chunked, over, fits
):
    def reply(filling: int) -> bytes:
        body = CREATED[:-1] + b" " * filling + b"}"
        if not chunked:
            return http(200, body)
        return CHUNKED + b"%08x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"

    filling = LONGEST_REPLY + over - len(reply(LONGEST_REPLY // 2)) + LONGEST_REPLY // 2
    filling -= len(reply(filling)) - LONGEST_REPLY - over
    assert len(reply(filling)) == LONGEST_REPLY + over
    with endpoint(reply(filling)) as hostile:
        gateway = open_gateway(FixedBackend(hostile.address), max_attempts=1)
        try:
            got = await gateway.create_command(creation())
        except EcsError as error:
            got = error.explanation.code

    assert got == (CreatedCommand("c-1", "R-1", 1) if fits else "BadResponse")


async def test_no_cookie_is_taken(open_gateway, creation):
    cookies = [("Set-Cookie", f"c{number}={'x' * 4000}") for number in range(50)]
    with endpoint(http(200, CREATED, *cookies)) as hostile:
        gateway = open_gateway(FixedBackend(hostile.address))
        for _ in range(3):
            await gateway.create_command(creation())

        kept = gateway._clients._sessions[hostile.address].cookies
        assert [b"\r\nCookie:" in request for request in hostile.requests] == [False] * 3
        assert list(kept) == []
        assert hostile.most_open == 1


async def test_cancelled_calls_take_no_more_threads_than_the_settings_allow(open_gateway, creation):
    gate = Gate()
    with endpoint(gate) as slow:
        gateway = open_gateway(FixedBackend(slow.address), max_concurrent_calls=2)
        before = threading.active_count()

        async def call():
            await gateway.create_command(creation())

        for _ in range(2):
            async with anyio.create_task_group() as group:
                group.start_soon(call)
                await anyio.to_thread.run_sync(slow.arrived.acquire)
                group.cancel_scope.cancel()
        for _ in range(100):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(call)
                await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
        threads = threading.active_count() - before
        gate.opened.set()
        created = []

        async def keep():
            created.append(await gateway.create_command(creation()))

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(keep)

    assert slow.most_open == 2
    assert threads <= 2 + 2 + 1  # two calls, the endpoint's own two, and one that waited for it
    assert created == [CreatedCommand("c-1", "R-1", 1)] * 4


async def test_calls_cancelled_at_any_moment_leave_every_slot_free(open_gateway, creation):
    with endpoint(http(200, CREATED)) as quick:
        gateway = open_gateway(FixedBackend(quick.address), max_concurrent_calls=2)
        for moments in range(120):
            async with anyio.create_task_group() as group:
                for _ in range(4):
                    group.start_soon(gateway.create_command, creation())
                for _ in range(moments):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
        gate = Gate()
        quick._answer = gate
        while quick.arrived.acquire(blocking=False):
            pass
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(gateway.create_command, creation())
            for _ in range(2):  # both are at the endpoint at once
                arrived = lambda: quick.arrived.acquire(timeout=10)  # noqa: E731
                assert await anyio.to_thread.run_sync(arrived)
            gate.opened.set()


async def test_a_wait_for_a_slot_counts_and_ends_with_nothing_sent(open_gateway, creation):
    released = threading.Event()

    class Slow(FixedBackend):
        def account(self):
            released.wait(30)
            return self.keys

    with endpoint(http(200, CREATED)) as quick:
        gateway = open_gateway(Slow(quick.address), max_concurrent_calls=1, call_timeout=0.2)

        assert await failure(gateway, creation()) == ("NotSentInTime", "not_sent", "later")
        assert await failure(gateway, creation()) == ("TooManyCalls", "not_sent", "later")
        released.set()
        created = await open_gateway(FixedBackend(quick.address)).create_command(creation())
        assert len(quick.requests) == 1
        assert created == await gateway.create_command(creation())


@pytest.fixture
def slow_handover(monkeypatch):
    """The worker thread ends a call, and is held until the loop has given the call up."""
    given_up = threading.Event()
    end, abandon = Call.end, Call.abandon

    def slow_end(call, result):
        ended = end(call, result)
        if call.value is not None:
            given_up.wait(10)
        return ended

    def told_abandon(call):
        failure = abandon(call)
        given_up.set()
        return failure

    monkeypatch.setattr(Call, "end", slow_end)
    monkeypatch.setattr(Call, "abandon", told_abandon)


@pytest.mark.parametrize("refusals", [0, 1])
async def test_a_command_that_was_created_as_the_time_ran_out_is_answered(
    slow_handover, open_gateway, creation, refusals
):
    answers = [http(429, b'{"Code":"Throttling"}')] * refusals + [http(200, CREATED)]
    with endpoint(lambda connection: connection.sendall(answers.pop(0))) as hostile:
        gateway = open_gateway(FixedBackend(hostile.address), call_timeout=0.4)

        created = await gateway.create_command(creation())

    assert created == CreatedCommand("c-1", "R-1", refusals + 1)


async def test_a_command_that_was_created_as_its_call_was_cancelled_is_in_the_log(
    slow_handover, open_gateway, creation, caplog
):
    caplog.set_level(logging.WARNING, logger="mcp_server.ecs")
    with endpoint(http(200, CREATED)) as hostile:
        gateway = open_gateway(FixedBackend(hostile.address))
        with anyio.move_on_after(0.4):
            await gateway.create_command(creation())

    told = "ended with the command c-1, request id R-1"
    assert told in caplog.text
    assert "outcome unknown" in caplog.text


class ByRegion(FixedBackend):
    """Its first region has a host of its own."""

    def host(self, region_id: str) -> str:
        return (
            self.address if region_id == "cn-a0" else self.address.replace("127.0.0.1", "localhost")
        )


async def test_made_up_regions_push_out_the_oldest_and_close_its_connections(
    open_gateway, creation
):
    with endpoint(http(200, CREATED)) as hostile:
        backend = ByRegion(hostile.address)
        gateway = open_gateway(backend)
        for number in range(64):
            await gateway.create_command(creation(RegionId=f"cn-a{number}"))
        first, others = gateway._clients._sessions[hostile.address], hostile.most_open
        await gateway.create_command(creation(RegionId="cn-a64"))

        assert others == 2
        assert await anyio.to_thread.run_sync(lambda: hostile.ended.acquire(timeout=5))
        assert gateway._clients.regions() == [f"cn-a{number}" for number in range(1, 65)]
        assert (await gateway.create_command(creation(RegionId="cn-a0"))).command_id == "c-1"
        assert gateway._clients._sessions[hostile.address] is not first


async def test_a_gateway_that_is_closed_in_the_middle_of_a_call_does_not_unguard_it(
    open_gateway, creation, monkeypatch
):
    call = sdk.call

    def close_and_call(*args):
        gateway.close()
        return call(*args)

    monkeypatch.setattr(sdk, "call", close_and_call)
    with endpoint(http(200, CREATED)) as elsewhere:
        away = http(307, CREATED, ("Location", f"http://{elsewhere.address}/"))
        with endpoint(away) as hostile:
            gateway = open_gateway(FixedBackend(hostile.address))

            assert await failure(gateway, creation()) == (
                "Intercepted",
                "not_created",
                "after_fix",
            )
        assert elsewhere.requests == []
