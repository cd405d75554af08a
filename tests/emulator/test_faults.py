import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import (
    AlibabaCloudException,
    ClientException,
    ServerException,
    ThrottlingException,
)
from darabonba.exceptions import UnretryableException

from mcp_server.emulator import DEFAULT_ACCOUNT, ApiError, Fault, FaultScript, Hold, RequestRecord


@pytest.mark.parametrize("commit", [False, True])
def test_a_dropped_connection_closes_without_an_answer(emulator, raw_request, commit):
    emulator.faults.add(Fault(drop=True, commit=commit))

    with pytest.raises(http.client.RemoteDisconnected):
        raw_request(emulator).send()

    assert len(emulator.commands()) == commit
    (record,) = emulator.requests
    assert record.outcome == "dropped"
    assert record.command_id == (emulator.commands()[0].command_id if commit else None)


def test_a_dropped_connection_leaves_no_trace_in_any_log(emulator, client, creation, caplog):
    client.create_command(creation())
    emulator.faults.add(Fault(drop=True))
    with pytest.raises(UnretryableException):
        client.create_command(creation())
    client.create_command(creation())

    assert [r.getMessage() for r in caplog.records if r.name.startswith("uvicorn")] == []


def test_a_lost_answer_is_found_again_with_the_client_token(emulator, client, creation):
    emulator.faults.add(Fault(drop=True, commit=True))
    with pytest.raises(UnretryableException):
        client.create_command(creation(client_token="t"))

    response = client.create_command(creation(client_token="t"))

    assert [command.command_id for command in emulator.commands()] == [response.body.command_id]
    assert [record.command_id for record in emulator.requests] == [response.body.command_id] * 2


@pytest.mark.parametrize(
    ("fault", "kind", "status", "code"),
    [
        (Fault(code="Throttling.User"), ClientException, 400, "Throttling.User"),
        (Fault(code="ServiceUnavailable"), ServerException, 503, "ServiceUnavailable"),
        (Fault(code="Made.Up", status=409), ClientException, 409, "Made.Up"),
        (Fault(code="Made.Up"), ClientException, 400, "Made.Up"),
    ],
)
def test_an_error_answer_can_be_scripted(emulator, client, creation, fault, kind, status, code):
    emulator.faults.add(fault)

    with pytest.raises(AlibabaCloudException) as refused:
        client.create_command(creation())

    assert type(refused.value) is kind
    assert (refused.value.status_code, refused.value.code) == (status, code)
    assert [record.outcome for record in emulator.requests] == [code]
    assert emulator.commands() == []


def test_a_scripted_error_has_the_message_and_advice_it_was_given(emulator, raw_request):
    emulator.faults.add(Fault(code="Throttling", message="slow down", recommend="https://x"))

    _, _, body = raw_request(emulator).send()

    assert (body["Message"], body["Recommend"]) == ("slow down", "https://x")


def test_throttling_can_say_when_to_come_again(emulator, client, creation):
    emulator.faults.add(Fault(code="Throttling.Api", status=429, retry_after=1200))

    with pytest.raises(ThrottlingException) as refused:
        client.create_command(creation())

    assert (refused.value.status_code, refused.value.retry_after) == (429, 1200)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(body="malformed_json"),
        Fault(body="malformed_json", status=500),
        Fault(body="html"),
        Fault(body="html", status=414),
        Fault(body="empty"),
        Fault(body="json_array", status=500),
    ],
    ids=lambda fault: f"{fault.body}-{fault.status}",
)
def test_the_vendors_client_cannot_read_a_broken_answer(emulator, client, creation, fault):
    emulator.faults.add(fault)

    with pytest.raises(UnretryableException):
        client.create_command(creation())

    assert [record.outcome for record in emulator.requests] == [fault.body]


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "start"),
    [
        (Fault(body="malformed_json"), 200, "application/json;charset=utf-8", b"{"),
        (Fault(body="html"), 502, "text/html", b"<html>"),
        (Fault(body="html", status=414), 414, "text/html", b"<html>"),
        (Fault(body="empty"), 200, "application/json;charset=utf-8", b""),
        (Fault(body="json_array", status=400), 400, "application/json;charset=utf-8", b"["),
    ],
    ids=lambda value: str(getattr(value, "body", "")),
)
def test_a_broken_answer_looks_as_scripted(
    emulator, raw_request, fault, status, content_type, start
):
    emulator.faults.add(fault)
    request = raw_request(emulator)
    connection = http.client.HTTPConnection(emulator.endpoint, timeout=10)
    connection.request("POST", f"/?{request.query}", b"", request.headers)
    with connection.getresponse() as response:
        body = response.read()
    connection.close()

    assert (response.status, response.headers["content-type"]) == (status, content_type)
    assert body.startswith(start)
    assert bool(body) == bool(start)


def test_an_answer_without_a_command_id_is_no_error_to_the_vendors_client(
    emulator, client, creation
):
    emulator.faults.add(Fault(body="without_command_id", commit=True))

    response = client.create_command(creation())

    assert (response.status_code, response.body.command_id) == (200, None)
    assert len(emulator.commands()) == 1


def test_a_held_request_goes_on_when_released(emulator, client, creation):
    hold = Hold()
    emulator.faults.add(Fault(hold=hold))
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(client.create_command, creation())
        assert hold.wait_until_reached()
        assert emulator.commands() == []

        hold.release()

        assert held.result().body.command_id == emulator.commands()[0].command_id


def test_a_released_hold_holds_nobody(emulator, client, creation):
    hold = Hold()
    hold.release()
    emulator.faults.add(Fault(hold=hold))

    client.create_command(creation())

    assert hold.wait_until_reached(0)


def test_a_hold_nobody_has_reached_says_so():
    assert not Hold().wait_until_reached(0)


def test_a_held_error_is_answered_after_the_release(emulator, client, creation):
    hold = Hold()
    emulator.faults.add(Fault(hold=hold, code="Throttling"))
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(client.create_command, creation())
        assert hold.wait_until_reached()
        hold.release()

        assert isinstance(held.exception(), ClientException)


def test_a_delay_outlasts_the_clients_patience(emulator, connect, creation):
    emulator.faults.add(Fault(delay=60))

    with pytest.raises(UnretryableException):
        connect(emulator, read_timeout=50).create_command(creation())

    assert emulator.commands() == []


def test_a_short_delay_is_only_a_delay(emulator, client, creation):
    emulator.faults.add(Fault(delay=0.001))

    client.create_command(creation())

    assert len(emulator.commands()) == 1


def test_faults_happen_in_order_as_often_as_told_and_to_their_action_only(
    emulator, client, creation
):
    emulator.faults.add(
        Fault(action="DescribeCommands", code="Throttling"),
        Fault(code="ServiceUnavailable", times=2),
        Fault(action="CreateCommand", code="InternalError"),
    )
    for _ in range(4):
        try:
            client.create_command(creation(client_token="t"))
        except AlibabaCloudException:
            continue
    with pytest.raises(ClientException):
        client.describe_commands(models.DescribeCommandsRequest(region_id="cn-hangzhou"))

    assert [(record.action, record.outcome) for record in emulator.requests] == [
        ("CreateCommand", "ServiceUnavailable"),
        ("CreateCommand", "ServiceUnavailable"),
        ("CreateCommand", "InternalError"),
        ("CreateCommand", "OK"),
        ("DescribeCommands", "Throttling"),
    ]
    assert emulator.faults.pending == 0


def test_a_fault_is_kept_for_a_caller_who_is_let_in(emulator, raw_request):
    emulator.faults.add(Fault(code="Throttling"))
    raw_request(emulator).changed(x_acs_date=None).send()

    assert emulator.faults.pending == 1


def test_cleared_faults_do_not_happen():
    script = FaultScript()
    script.add(Fault(times=3), Fault())
    before = script.pending
    script.clear()

    assert (before, script.pending, script.take("CreateCommand")) == (4, 0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": 0},
        {"delay": -1},
        {"drop": True, "code": "Throttling"},
        {"code": "Throttling", "body": "html"},
        {"body": "xml"},
        {"status": 500},
        {"drop": True, "status": 500},
        {"message": "slow down"},
        {"body": "html", "recommend": "https://x"},
        {"body": "html", "retry_after": 0},
        {"code": "Throttling", "status": 100},
        {"code": "Throttling", "status": 600},
    ],
)
def test_a_contradictory_fault_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Fault(**wrong)


def test_a_fault_that_commits_does_not_get_past_a_refusal(emulator, raw_request):
    emulator.faults.add(Fault(body="html", commit=True))

    status, _, body = raw_request(emulator, {"RegionId": "cn-hangzhou"}).send()

    assert (status, body["Code"]) == (400, "MissingName")


def test_the_log_of_requests_has_everything_but_the_script(emulator, client, raw_request, creation):
    request = raw_request(emulator)
    request.changed(authorization=None).send()
    response = client.create_command(creation(client_token="t"))

    first, second = emulator.requests
    assert first == RequestRecord(
        action="CreateCommand",
        region_id="cn-hangzhou",
        account_id=None,
        client_token=None,
        nonce=request.headers["x-acs-signature-nonce"],
        outcome="IncompleteSignature",
        command_id=None,
    )
    assert second == RequestRecord(
        action="CreateCommand",
        region_id="cn-hangzhou",
        account_id=DEFAULT_ACCOUNT.account_id,
        client_token="t",
        nonce=second.nonce,
        outcome="OK",
        command_id=response.body.command_id,
    )
    assert "ZWNobyBoZWxsbw" not in repr(emulator.requests)


def test_an_api_error_reads_as_code_and_message():
    assert str(ApiError("Code", 400, "message")) == "Code: message"
