import re
import threading
import time
from typing import Any

import anyio
import anyio.to_thread
import pytest

from mcp_server.ecs.backend import LocalBackend
from mcp_server.ecs.gateway import CreatedCommand, EcsError, Gateway
from mcp_server.emulator import Fault, Hold
from tests.ecs.fixed_backend import FixedBackend

pytestmark = pytest.mark.anyio


async def failure(gateway: Gateway, request: dict[str, Any]) -> EcsError:
    with pytest.raises(EcsError) as caught:
        await gateway.create_command(request)
    return caught.value


def known(error: EcsError) -> tuple[str, str, str, int]:
    explanation = error.explanation
    return explanation.code, explanation.outcome, explanation.retry, error.attempts


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(drop=True, times=9), ("ConnectionLost", "unknown", "same_token", 4)),
        (Fault(code="InternalError", times=9), ("InternalError", "unknown", "same_token", 4)),
        (
            Fault(code="InternalError.Dispatch", times=9),
            ("InternalError.Dispatch", "unknown", "same_token", 4),
        ),
        (
            Fault(code="ServiceUnavailable", times=9),
            ("ServiceUnavailable", "unknown", "same_token", 4),
        ),
        (Fault(code="Throttling.User", times=9), ("Throttling.User", "not_created", "later", 4)),
        (
            Fault(code="Throttling.Sudden", status=503, times=9),
            ("Throttling.Sudden", "not_created", "later", 4),
        ),
        (
            Fault(code="IdempotentProcessing", times=9),
            ("IdempotentProcessing", "unknown", "same_token", 4),
        ),
        (
            Fault(code="Never.Seen", status=500, times=9),
            ("Never.Seen", "unknown", "same_token", 4),
        ),
        (Fault(code="Never.Seen", status=400), ("Never.Seen", "not_created", "after_fix", 1)),
        (
            Fault(code="CmdCount.ExceedQuota"),
            ("CmdCount.ExceedQuota", "not_created", "after_fix", 1),
        ),
        (Fault(body="malformed_json", times=9), ("BadResponse", "unknown", "same_token", 4)),
        (Fault(body="json_array", times=9), ("BadResponse", "unknown", "same_token", 4)),
        (Fault(body="html", times=9), ("BadResponse", "unknown", "same_token", 4)),
        (Fault(body="html", status=403), ("Intercepted", "not_created", "after_fix", 1)),
        (Fault(body="html", status=414), ("RequestLineTooLong", "not_created", "after_fix", 1)),
        (Fault(body="empty", times=9), ("EmptyResponse", "unknown", "same_token", 4)),
        (Fault(body="without_command_id", times=9), ("NoCommandId", "unknown", "same_token", 4)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
async def test_each_kind_of_answer_says_what_is_known(emulator, gateway, creation, fault, expected):
    emulator.faults.add(fault)

    assert known(await failure(gateway, creation())) == expected


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop=True),
        Fault(drop=True, commit=True),
        Fault(body="without_command_id", commit=True),
        Fault(body="malformed_json", commit=True),
        Fault(body="empty", commit=True),
        Fault(code="InternalError", commit=True),
        Fault(code="Throttling"),
    ],
)
async def test_a_passing_failure_ends_in_exactly_one_command(emulator, gateway, creation, fault):
    emulator.faults.add(fault)

    created = await gateway.create_command(creation())

    assert [command.command_id for command in emulator.commands()] == [created.command_id]
    assert created.attempts == 2


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("https", ("ConnectFailed", "not_sent", "later", 4)),
        ("http", ("LocalEndpointUnreachable", "not_sent", "after_fix", 1)),
    ],
)
async def test_a_refused_connection_means_that_nothing_was_sent(
    open_gateway, creation, closed_port, protocol, expected
):
    error = await failure(open_gateway(FixedBackend(closed_port, protocol)), creation())

    assert known(error) == expected
    assert error.explanation.source == "network"


async def test_a_local_endpoint_that_is_not_there_gets_no_advice_about_the_cloud(
    open_gateway, creation, closed_port
):
    explanation = (await failure(open_gateway(FixedBackend(closed_port)), creation())).explanation

    told = f"{explanation.message} {explanation.cause} {explanation.fix}"
    assert "CLOUD_ASSISTANT_LOCAL_ENDPOINT" in explanation.fix
    assert "cloud-assistant-mcp emulator" in explanation.fix
    assert not re.search("443|proxy|PROXY|firewall|region", told)


async def test_a_name_that_does_not_exist_means_that_nothing_was_sent(open_gateway, creation):
    gateway = open_gateway(FixedBackend("localhost.invalid"), max_attempts=1)

    assert known(await failure(gateway, creation())) == ("DnsFailed", "not_sent", "later", 1)


async def test_a_label_that_dns_cannot_hold_means_that_nothing_was_sent(open_gateway, creation):
    gateway = open_gateway(FixedBackend(f"ecs.{'a' * 64}.invalid"), max_attempts=1)

    assert known(await failure(gateway, creation())) == ("DnsFailed", "not_sent", "later", 1)


async def test_encryption_that_fails_means_that_nothing_was_sent(emulator, open_gateway, creation):
    gateway = open_gateway(FixedBackend(emulator.endpoint, "https"))

    assert known(await failure(gateway, creation())) == ("TlsFailed", "not_sent", "after_fix", 1)
    assert emulator.requests == []


async def test_a_handshake_that_hangs_means_that_nothing_was_sent(
    open_gateway, creation, silent_port
):
    gateway = open_gateway(FixedBackend(silent_port, "https"), connect_timeout=0.05)

    assert known(await failure(gateway, creation())) == ("TlsFailed", "not_sent", "after_fix", 1)


async def test_a_proxy_that_is_not_there_means_that_nothing_was_sent(
    open_gateway, creation, closed_port, monkeypatch
):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{closed_port}")
    gateway = open_gateway(FixedBackend("ecs.cn-beijing.aliyuncs.com", "https"))

    assert known(await failure(gateway, creation())) == ("ProxyFailed", "not_sent", "after_fix", 1)


async def test_a_proxy_that_refuses_means_that_nothing_was_sent(
    open_gateway, creation, answering, monkeypatch
):
    proxy, received = answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
    gateway = open_gateway(FixedBackend("ecs.cn-beijing.aliyuncs.com", "https"))

    assert known(await failure(gateway, creation())) == ("ProxyFailed", "not_sent", "after_fix", 1)
    assert [line.split()[0] for line in received] == [b"CONNECT"]


async def test_a_silent_endpoint_leaves_the_outcome_unknown(open_gateway, creation, silent_port):
    gateway = open_gateway(FixedBackend(silent_port), read_timeout=0.05, max_attempts=2)

    assert known(await failure(gateway, creation())) == ("Timeout", "unknown", "same_token", 2)


async def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(
    open_gateway, creation, answering
):
    address, _ = answering(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"CommandId":')
    gateway = open_gateway(FixedBackend(address), max_attempts=1)

    error = await failure(gateway, creation())
    assert known(error) == ("ConnectionLost", "unknown", "same_token", 1)


async def test_a_redirect_is_not_followed_with_the_signed_request(
    open_gateway, creation, answering
):
    elsewhere, stolen = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    address, _ = answering(
        f"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{elsewhere}/\r\n"
        "Content-Length: 2\r\n\r\n{}".encode()
    )
    gateway = open_gateway(FixedBackend(address))

    error = await failure(gateway, creation())
    assert known(error) == ("Intercepted", "not_created", "after_fix", 1)
    assert stolen == []


@pytest.mark.parametrize("command_id", [b"17", b"null", b'["c-1"]', b'""', b'"c-\\u0007"'])
async def test_a_command_id_that_is_none_leaves_the_outcome_unknown(
    open_gateway, creation, answering, command_id
):
    body = b'{"RequestId":"R-1","CommandId":' + command_id + b"}"
    address, _ = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    gateway = open_gateway(FixedBackend(address), max_attempts=1)

    error = await failure(gateway, creation())
    assert known(error) == ("NoCommandId", "unknown", "same_token", 1)
    assert error.explanation.request_id == "R-1"


async def test_an_unknown_outcome_is_not_forgotten_when_a_later_attempt_was_never_sent(
    emulator, open_gateway, creation, closed_port, keys
):
    class Moving(FixedBackend):
        def host(self, region_id: str) -> str:  # noqa: ARG002
            address, self.address = self.address, closed_port
            return address

    emulator.faults.add(Fault(drop=True, commit=True))
    gateway = open_gateway(Moving(emulator.endpoint, keys=keys))

    error = await failure(gateway, creation())
    assert known(error) == ("LocalEndpointUnreachable", "unknown", "after_fix", 2)
    assert "An earlier attempt" in error.explanation.cause


async def test_an_unknown_outcome_is_not_forgotten_when_a_later_attempt_is_refused(
    emulator, gateway, creation
):
    emulator.faults.add(Fault(drop=True, commit=True), Fault(code="InvalidTimeout.ExceedLimit"))

    assert known(await failure(gateway, creation())) == (
        "InvalidTimeout.ExceedLimit",
        "unknown",
        "after_fix",
        2,
    )


async def test_a_hanging_endpoint_is_answered_within_the_time_limit(
    emulator, open_gateway, creation
):
    hold = Hold()
    emulator.faults.add(Fault(hold=hold, times=9))
    gateway = open_gateway(call_timeout=0.2, read_timeout=45)
    started = time.monotonic()

    error = await failure(gateway, creation())

    took = time.monotonic() - started
    hold.release()
    assert known(error) == ("Timeout", "unknown", "same_token", 1)
    assert "same client_token" in error.explanation.fix
    assert took < 5


async def test_after_a_timeout_the_same_token_finds_the_command(emulator, open_gateway, creation):
    hold = Hold()
    emulator.faults.add(Fault(hold=hold))
    await failure(open_gateway(call_timeout=0.2), creation())
    hold.release()
    gateway = open_gateway(backoff=lambda _: 0.1)  # the first request may still be at work

    created = await gateway.create_command(creation())

    assert [command.command_id for command in emulator.commands()] == [created.command_id]


async def test_what_the_endpoint_asks_to_wait_goes_before_our_own_backoff(
    emulator, open_gateway, creation
):
    def backoff(attempt):
        raise AssertionError("the endpoint named the wait")

    emulator.faults.add(Fault(code="Throttling.User", retry_after=1))

    assert (await open_gateway(backoff=backoff).create_command(creation())).attempts == 2


async def test_a_wait_that_does_not_fit_into_the_call_is_not_begun(emulator, gateway, creation):
    emulator.faults.add(Fault(code="Throttling.User", retry_after=60_000))

    error = await failure(gateway, creation())
    assert known(error) == ("Throttling.User", "not_created", "later", 1)
    assert error.explanation.fix.endswith("The endpoint asks to wait 60 seconds.")


async def test_one_attempt_is_one_when_the_operator_says_so(emulator, open_gateway, creation):
    emulator.faults.add(Fault(code="ServiceUnavailable"))

    error = await failure(open_gateway(max_attempts=1), creation())
    assert known(error) == ("ServiceUnavailable", "unknown", "same_token", 1)


async def test_a_cancelled_call_is_logged_and_leaves_the_gateway_healthy(
    emulator, gateway, creation, logged
):
    hold, cancelled, ended = Hold(), logged("cancelled"), logged("no longer waited for")
    emulator.faults.add(Fault(hold=hold))

    async with anyio.create_task_group() as group:
        group.start_soon(gateway.create_command, creation())
        assert await anyio.to_thread.run_sync(hold.wait_until_reached)
        group.cancel_scope.cancel()
    hold.release()

    assert cancelled.message == (
        "CreateCommand was cancelled, outcome unknown, client token token-1, command None"
    )
    assert await anyio.to_thread.run_sync(ended.seen.wait, 5)
    created = await gateway.create_command(creation())
    assert created == CreatedCommand(
        emulator.commands()[0].command_id, created.request_id, attempts=1
    )


@pytest.mark.parametrize(
    ("method", "code", "told"),
    [
        (
            "create_command",
            None,
            "CreateCommand, no longer waited for, ended with the command {command_id}, request id "
            "{request_id}, client token token-1, command None",
        ),
        (
            "create_command",
            "CmdCount.ExceedQuota",
            "CreateCommand, no longer waited for, ended with CmdCount.ExceedQuota, request id "
            "{request_id}, client token token-1, command None",
        ),
        (
            "describe_regions",
            None,
            "DescribeRegions, no longer waited for, ended well, client token None, command None",
        ),
        (
            "probe",
            None,
            "DescribeCommands, no longer waited for, ended well, client token None, command None",
        ),
    ],
)
async def test_the_end_of_a_call_that_nobody_waits_for_is_logged_in_words(
    emulator, gateway, creation, logged, method, code, told
):
    hold, ended = Hold(), logged("no longer waited for")
    emulator.faults.add(Fault(hold=hold, code=code))
    argument = creation() if method == "create_command" else "cn-hangzhou"

    async with anyio.create_task_group() as group:
        group.start_soon(getattr(gateway, method), argument)
        assert await anyio.to_thread.run_sync(hold.wait_until_reached)
        group.cancel_scope.cancel()
    hold.release()

    assert await anyio.to_thread.run_sync(ended.seen.wait, 5)
    request_id = re.search(r"request id ([0-9A-F-]{36}),", ended.message)
    assert ended.message == told.format(
        request_id=request_id and request_id[1],
        command_id=next((command.command_id for command in emulator.commands()), None),
    )


async def test_nothing_is_sent_once_the_caller_was_told_so(
    emulator, open_gateway, creation, keys, logged
):
    gate, ended = threading.Event(), logged("ended with NotSentInTime, request id None")

    class Slow(FixedBackend):
        def account(self):
            gate.wait(10)
            return self.keys

    gateway = open_gateway(Slow(emulator.endpoint, keys=keys), call_timeout=0.1)

    error = await failure(gateway, creation())
    gate.set()
    assert known(error) == ("NotSentInTime", "not_sent", "later", 1)
    assert await anyio.to_thread.run_sync(ended.seen.wait, 10)
    assert emulator.requests == []


async def test_a_local_endpoint_that_cannot_listen_is_explained(open_gateway, creation):
    def start():
        raise OSError("address in use")

    error = await failure(open_gateway(LocalBackend(start)), creation())
    assert known(error) == ("LocalEndpointFailed", "not_sent", "after_fix", 1)


def http(status: int, body: bytes, kind: bytes = b"application/json") -> bytes:
    head = b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (status, kind, len(body)) + body


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        (http(400, b'{"RequestId":"R-1"}'), "Intercepted", "not_created"),
        (http(500, b'{"RequestId":"R-1"}'), "BadResponse", "unknown"),
        (http(400, b'{"Code":"a\\u001b[31m b"}'), "Intercepted", "not_created"),
        (http(500, b'{"Code":["x"]}'), "BadResponse", "unknown"),
        (http(403, b'{"Code":"Forbidden.RAM","AccessDeniedDetail":"x"}'), "Forbidden.RAM", None),
        (
            http(400, b"<Error><Code>InvalidTimeStamp.Expired</Code></Error>", b"text/xml"),
            "Intercepted",
            "not_created",
        ),
        (
            http(
                400,
                b"<Error><Code>InvalidTimeStamp.Expired</Code></Error>",
                b"text/xml;charset=utf-8",
            ),
            "InvalidTimeStamp.Expired",
            "not_created",
        ),
        (http(200, b'{"CommandId":"c-1"}', b"text/plain"), None, None),
        (b"HTTP/1.1 200 OK\r\n\r\n", "EmptyResponse", "unknown"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "ConnectionLost", "unknown"),
    ],
)
async def test_an_answer_out_of_the_ordinary_is_judged_by_what_it_shows(
    open_gateway, creation, answering, answer, code, outcome
):
    address, _ = answering(answer)
    gateway = open_gateway(FixedBackend(address), max_attempts=1)
    if code is None:
        assert (await gateway.create_command(creation())).command_id == "c-1"
        return

    explanation = (await failure(gateway, creation())).explanation
    assert (explanation.code, explanation.outcome) == (code, outcome or "not_created")


@pytest.mark.parametrize(
    "body", [b'{"Commands":{"Command":[{"Name":"x"}]}}', b'{"Commands":[1]}', b'{"Commands":7}']
)
async def test_a_list_of_commands_that_cannot_be_read_is_explained(open_gateway, answering, body):
    address, _ = answering(http(200, body))

    with pytest.raises(EcsError, match="BadResponse"):
        await open_gateway(FixedBackend(address), max_attempts=1).describe_commands("cn-x", "c-1")


@pytest.mark.parametrize("body", [b'{"Regions":{"Region":[{"LocalName":"x"}]}}', b'{"Regions":7}'])
async def test_a_list_of_regions_that_cannot_be_read_is_explained(open_gateway, answering, body):
    address, _ = answering(http(200, body))

    with pytest.raises(EcsError, match="BadResponse"):
        await open_gateway(FixedBackend(address), max_attempts=1).describe_regions()


@pytest.mark.parametrize("body", [b"{}", b'{"Commands":{"Command":[]}}', b'{"RequestId":7}'])
async def test_an_answer_to_the_probe_that_is_none_of_the_apis_is_explained(
    open_gateway, answering, body
):
    address, _ = answering(http(200, body))

    with pytest.raises(EcsError, match="BadResponse"):
        await open_gateway(FixedBackend(address), max_attempts=1).probe("cn-x")
