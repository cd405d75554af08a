import asyncio
import re
from base64 import b64encode, encodebytes
from datetime import UTC, datetime

import pytest

from mcp_server.emulator import (
    DEFAULT_ACCOUNT,
    Account,
    Emulator,
    EmulatorSettings,
    StoredCommand,
)


@pytest.fixture
def full_request(creation):
    return creation(
        name="部署 app",
        description="line one\nline two",
        command_content=b64encode(b"echo {{ who }} {{WHO}} {{ACS::InstanceId}}").decode(),
        working_dir="/srv/app",
        timeout=3600,
        enable_parameter=True,
        launcher='python3 -u {{ACS::ScriptFileName|Ext(".py")}}',
        resource_group_id="rg-local",
        client_token="token-1",
        tags=[("team", "storage"), ("empty", "")],
    )


def test_a_command_is_stored_with_everything_that_was_given(emulator, client, full_request):
    response = client.create_command(full_request)

    (stored,) = emulator.commands()
    assert stored == StoredCommand(
        account_id="1000000000000001",
        region_id="cn-hangzhou",
        command_id=response.body.command_id,
        name="部署 app",
        type="RunShellScript",
        content=b"echo {{ who }} {{WHO}} {{ACS::InstanceId}}",
        description="line one\nline two",
        working_dir="/srv/app",
        timeout=3600,
        enable_parameter=True,
        parameter_names=("who",),
        launcher='python3 -u {{ACS::ScriptFileName|Ext(".py")}}',
        resource_group_id="rg-local",
        tags=(("team", "storage"), ("empty", "")),
        creation_time=stored.creation_time,
    )
    assert datetime.fromisoformat(stored.creation_time).tzinfo == UTC


def test_what_was_not_given_has_the_documented_default(emulator, client, creation):
    response = client.create_command(creation())

    (stored,) = emulator.commands()
    assert stored == StoredCommand(
        account_id="1000000000000001",
        region_id="cn-hangzhou",
        command_id=response.body.command_id,
        name="say hello",
        type="RunShellScript",
        content=b"echo hello",
        timeout=60,
        enable_parameter=False,
        creation_time=stored.creation_time,
    )


def test_the_answer_has_the_documented_shape(client, creation):
    response = client.create_command(creation())

    assert response.body.to_map() == {
        "CommandId": response.body.command_id,
        "RequestId": response.headers["x-acs-request-id"],
    }
    assert re.fullmatch(r"c-[0-9a-f]{32}", response.body.command_id)
    assert re.fullmatch(
        r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", response.headers["x-acs-request-id"]
    )
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["x-acs-trace-id"])
    assert response.headers["content-type"] == "application/json;charset=utf-8"


def test_the_vendors_asynchronous_client_is_understood(emulator, client, creation):
    # It leaves / and * bare in the query and sends an unsigned content-type.
    script = "rm -r /tmp/*~ + 'a b'"

    asyncio.run(
        client.create_command_async(creation(command_content=script, content_encoding="PlainText"))
    )

    assert [command.content for command in emulator.commands()] == [script.encode()]


def test_parameters_may_come_in_a_form_body(emulator, raw_request):
    body = b"RegionId=cn-hangzhou&Name=a+b&Type=RunShellScript&CommandContent=ZWNobyBoZWxsbw%3D%3D"
    request = raw_request(emulator, {}, body=body, content_type="application/x-www-form-urlencoded")

    status, _, _ = request.send()

    assert (status, [command.name for command in emulator.commands()]) == (200, ["a b"])


def test_a_body_that_is_no_form_is_not_read(emulator, raw_request):
    request = raw_request(emulator, body=b"Name=other", content_type="text/plain")

    request.send()

    assert [command.name for command in emulator.commands()] == ["say hello"]


def test_parameters_may_come_by_get(emulator, raw_request):
    status, _, _ = raw_request(emulator, method="GET").send()

    assert (status, len(emulator.commands())) == (200, 1)


@pytest.mark.parametrize(
    ("content", "encoding", "stored"),
    [
        ("echo \u00fc\r\n", "PlainText", "echo \u00fc\r\n".encode()),
        ("ZWNobw==", "PlainText", b"ZWNobw=="),
        ("ZWNobw==", "Base64", b"echo"),
        ("ZWNobw==", None, b"echo"),
        ("ZWNobw==", "plaintext", b"echo"),
        ("ZWNobw==", "rot13", b"echo"),
        ("ZWNo\r\nbw==\n", None, b"echo"),
        ("//79AA==", None, b"\xff\xfe\xfd\x00"),
    ],
)
def test_the_exact_bytes_of_the_script_are_kept(
    emulator, client, creation, content, encoding, stored
):
    client.create_command(creation(command_content=content, content_encoding=encoding))

    assert [command.content for command in emulator.commands()] == [stored]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("True", True), ("true", True), ("TRUE", True), ("False", False), ("false", False)],
)
def test_truth_values_are_read_in_any_case(emulator, raw_request, sent, stored):
    query = {
        "RegionId": "cn-hangzhou",
        "Name": "n",
        "Type": "RunShellScript",
        "CommandContent": "ZWNobw==",
        "EnableParameter": sent,
    }

    raw_request(emulator, query).send()

    assert [command.enable_parameter for command in emulator.commands()] == [stored]


def test_placeholders_are_plain_text_while_parameters_are_off(emulator, client, creation):
    client.create_command(
        creation(command_content="echo {{ no name! }} {{}}", content_encoding="PlainText")
    )

    assert [command.parameter_names for command in emulator.commands()] == [()]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "n" * 128},
        {"name": "\U0001f680" * 128},
        {"description": "d" * 512},
        {"description": "tab\tline\r\n"},
        {"working_dir": "/" + "w" * 199},
        {"launcher": "l" * 1024},
        {"launcher": "python3 {{ACS::Script}} {{ }} {{a b}}", "enable_parameter": True},
        {"client_token": "t" * 64},
        {"timeout": 2147483647},
        {"timeout": 1},
        {"command_content": b64encode(b"x" * 13824).decode()},
        {"command_content": encodebytes(b"x" * 13824).decode()},
        {"command_content": "x" * 13824, "content_encoding": "PlainText"},
        {"tags": [(f"k{number}", "v" * 128) for number in range(20)]},
        {"tags": [("k" * 64, "")]},
        {"type": "RunBatScript"},
        {"type": "RunPowerShellScript"},
        {"region_id": "me-central-1"},
    ],
    ids="-".join,
)
def test_what_is_just_within_a_limit_is_accepted(emulator, client, creation, changes):
    response = client.create_command(creation(**changes))

    assert response.status_code == 200


def test_the_limits_can_be_set(connect, creation):
    settings = EmulatorSettings(
        content_limit=24 * 1024, extra_regions=frozenset({"xx-local-1"}), timeout_limit=10
    )
    with Emulator(settings) as emulator:
        request = creation(
            region_id="xx-local-1",
            command_content="x" * 18432,
            content_encoding="PlainText",
            timeout=10,
        )
        connect(emulator).create_command(request)

        assert [len(command.content) for command in emulator.commands("xx-local-1")] == [18432]


def test_each_account_and_region_has_its_own_commands(connect, creation):
    other = Account(account_id="1000000000000002", access_key_id="other", access_key_secret="other")
    with Emulator(EmulatorSettings(accounts=(DEFAULT_ACCOUNT, other))) as emulator:
        connect(emulator).create_command(creation(name="a"))
        connect(emulator).create_command(creation(name="b", region_id="cn-beijing"))
        connect(emulator, other).create_command(creation(name="c"))

        names = [
            [command.name for command in emulator.commands(region_id, account_id)]
            for region_id, account_id in [
                ("cn-hangzhou", None),
                ("cn-beijing", None),
                ("cn-hangzhou", "1000000000000002"),
                ("cn-beijing", "1000000000000002"),
            ]
        ]
    assert names == [["a"], ["b"], ["c"], []]


def test_the_quota_counts_each_region_for_itself(connect, creation):
    with Emulator(EmulatorSettings(command_quota=1)) as emulator:
        connect(emulator).create_command(creation())
        connect(emulator).create_command(creation(region_id="cn-beijing"))

        assert [record.outcome for record in emulator.requests] == ["OK", "OK"]
