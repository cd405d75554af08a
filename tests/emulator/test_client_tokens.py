import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import CreateCommandRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from mcp_server.emulator import (
    DEFAULT_ACCOUNT,
    Account,
    Emulator,
    EmulatorSettings,
    Fault,
    Hold,
)


def created(client: Client, request: CreateCommandRequest) -> str:
    command_id: str = client.create_command(request).body.command_id
    return command_id


def code_of(client: Client, request: CreateCommandRequest) -> tuple[int, str]:
    with pytest.raises(ClientException) as refused:
        client.create_command(request)
    return refused.value.status_code, refused.value.code


def test_the_same_token_and_parameters_give_the_same_command(emulator, client, creation):
    ids = {created(client, creation(client_token="t")) for _ in range(3)}

    assert ids == {command.command_id for command in emulator.commands()}
    assert len(ids) == 1


def test_without_a_token_every_call_creates_a_command(emulator, client, creation):
    ids = {created(client, creation()) for _ in range(3)}

    assert ids == {command.command_id for command in emulator.commands()}
    assert len(ids) == 3


@pytest.mark.parametrize(
    "changes",
    [{"name": "other"}, {"timeout": 60}, {"tags": [("k", "v")]}, {"content_encoding": "Base64"}],
)
def test_the_same_token_with_other_parameters_is_refused(emulator, client, creation, changes):
    created(client, creation(client_token="t"))

    refused = code_of(client, creation(client_token="t", **changes))

    assert (refused, len(emulator.commands())) == ((403, "IdempotentParameterMismatch"), 1)


def test_a_token_belongs_to_one_account_and_region(connect, creation):
    other = Account(account_id="1000000000000002", access_key_id="other", access_key_secret="other")
    with Emulator(EmulatorSettings(accounts=(DEFAULT_ACCOUNT, other))) as emulator:
        ids = {
            created(connect(emulator), creation(client_token="t", name="a")),
            created(connect(emulator), creation(client_token="t", region_id="cn-beijing")),
            created(connect(emulator, other), creation(client_token="t", name="c")),
        }

    assert len(ids) == 3


def test_a_token_is_not_used_up_by_a_refused_request(emulator, client, creation):
    code_of(client, creation(client_token="t", type="x"))

    command_id = created(client, creation(client_token="t"))

    assert [command.command_id for command in emulator.commands()] == [command_id]


def test_a_token_is_answered_after_the_quota_is_full(connect, creation):
    with Emulator(EmulatorSettings(command_quota=1)) as emulator:
        client = connect(emulator)
        first = created(client, creation(client_token="t"))

        assert created(client, creation(client_token="t")) == first
        assert code_of(client, creation(client_token="u")) == (403, "CmdCount.ExceedQuota")


def test_a_token_under_way_is_refused_until_it_is_done(emulator, client, connect, creation):
    hold = Hold()
    emulator.faults.add(Fault(action="CreateCommand", hold=hold))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(created, connect(emulator), creation(client_token="t"))
        assert hold.wait_until_reached()

        assert code_of(client, creation(client_token="t")) == (403, "IdempotentProcessing")
        assert code_of(client, creation(client_token="t", name="other")) == (
            403,
            "IdempotentParameterMismatch",
        )
        assert emulator.commands() == []
        other = created(client, creation(client_token="u"))
        hold.release()

        assert {first.result(), other} == {command.command_id for command in emulator.commands()}
        assert created(client, creation(client_token="t")) == first.result()


def test_a_token_is_free_again_when_its_request_failed_under_way(connect, creation):
    hold = Hold()
    with Emulator(EmulatorSettings(command_quota=1)) as emulator:
        client = connect(emulator)
        emulator.faults.add(Fault(hold=hold))
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(code_of, connect(emulator), creation(client_token="t"))
            assert hold.wait_until_reached()
            filler = client.create_command(creation()).body.command_id
            hold.release()
            assert held.result() == (403, "CmdCount.ExceedQuota")

        assert code_of(client, creation(client_token="t")) == (403, "CmdCount.ExceedQuota")
        assert [command.command_id for command in emulator.commands()] == [filler]


def test_simultaneous_requests_with_one_token_create_one_command(emulator, connect, creation):
    count = 8
    barrier = threading.Barrier(count)

    def create(_):
        client = connect(emulator)
        barrier.wait()
        return [created(client, creation(client_token="t")) for _ in range(5)]

    with ThreadPoolExecutor(count) as pool:
        ids = {command_id for ids in pool.map(create, range(count)) for command_id in ids}

    assert ids == {command.command_id for command in emulator.commands()}
    assert len(ids) == 1
