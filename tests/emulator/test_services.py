import http.client
import json
from dataclasses import replace

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ClientException

from mcp_server.emulator import (
    DEFAULT_ACCOUNT,
    Emulator,
    EmulatorSettings,
    Fault,
    RequestRecord,
)

NEIGHBOURS = [("2020-03-31", "ListResourceGroups"), ("2015-04-01", "GetCallerIdentity")]


@pytest.fixture(params=NEIGHBOURS, ids=[action for _, action in NEIGHBOURS])
def service(request):
    """Version and action of a service next to ECS."""
    return request.param


@pytest.fixture
def signed(emulator, service, raw_request):
    """A signed request for it."""
    version, action = service
    return raw_request(emulator, {}, x_acs_version=version, x_acs_action=action)


def test_a_service_next_to_ecs_verifies_calls_like_ecs(emulator, service, raw_request, signed):
    version, action = service
    headers = {"x_acs_version": version, "x_acs_action": action}
    impostor = replace(DEFAULT_ACCOUNT, access_key_secret="guessed")
    requests = [
        signed,
        signed,
        raw_request(emulator, {}, account=impostor, **headers),
        raw_request(emulator, {}, at="2020-01-01T00:00:00Z", **headers),
        signed.changed(authorization=None),
        replace(signed, query="PageNumber=2"),
    ]

    assert [request.send()[2].get("Code", "OK") for request in requests] == [
        "OK",
        "SignatureNonceUsed",
        "SignatureDoesNotMatch",
        "InvalidTimeStamp.Expired",
        "IncompleteSignature",
        "SignatureDoesNotMatch",
    ]


@pytest.mark.parametrize(
    ("version", "action", "expected"),
    [
        ("2014-05-26", "ListResourceGroups", (400, "NoSuchVersion")),
        ("2014-05-26", "GetCallerIdentity", (400, "NoSuchVersion")),
        ("2020-03-31", "CreateCommand", (400, "NoSuchVersion")),
        ("2020-03-31", "GetCallerIdentity", (400, "NoSuchVersion")),
        ("2015-04-01", "ListResourceGroups", (400, "NoSuchVersion")),
        ("2019-08-15", "GetCallerIdentity", (400, "NoSuchVersion")),
        ("2019-08-15", "AssumeRole", (400, "NoSuchVersion")),
        ("2015-04-01", "AssumeRole", (404, "InvalidAction.NotFound")),
        ("2020-03-31", "GetResourceGroup", (404, "InvalidAction.NotFound")),
        ("2014-05-26", "RunCommand", (404, "InvalidAction.NotFound")),
    ],
)
def test_an_action_is_answered_in_its_own_version_only(
    emulator, raw_request, version, action, expected
):
    request = raw_request(emulator, x_acs_version=version, x_acs_action=action)

    status, _, body = request.send()

    assert (status, body["Code"]) == expected
    assert [record.outcome for record in emulator.requests] == [expected[1]]
    assert emulator.commands() == []


@pytest.mark.parametrize(
    ("version", "action", "code", "permission"),
    [
        ("2014-05-26", "DescribeCommands", "Forbidden.RAM", "ecs:DescribeCommands"),
        ("2020-03-31", "ListResourceGroups", "NoPermission", "ram:ListResourceGroups"),
        ("2015-04-01", "GetCallerIdentity", "NoPermission", "sts:GetCallerIdentity"),
    ],
)
def test_each_service_denies_with_its_own_code(
    emulator, raw_request, version, action, code, permission
):
    emulator.put_account(replace(DEFAULT_ACCOUNT, denied_actions=frozenset({action})))

    status, _, body = raw_request(emulator, x_acs_version=version, x_acs_action=action).send()

    assert (status, body["Code"], body["AccessDeniedDetail"]["AuthAction"]) == (
        403,
        code,
        permission,
    )
    assert [record.outcome for record in emulator.requests] == [code]


def test_the_error_answer_of_a_service_leads_to_its_own_help(emulator, service, raw_request):
    version, action = service
    emulator.put_account(replace(DEFAULT_ACCOUNT, denied_actions=frozenset({action})))

    _, headers, body = raw_request(emulator, {}, x_acs_version=version, x_acs_action=action).send()

    request_id = headers["x-acs-request-id"]
    product = {"ListResourceGroups": "ResourceManager", "GetCallerIdentity": "Sts"}[action]
    assert body == {
        "RequestId": request_id,
        "HostId": emulator.endpoint,
        "Code": "NoPermission",
        "Message": "You are not authorized to do this action. You should be authorized by RAM.",
        "Recommend": "https://api.aliyun.com/troubleshoot"
        f"?q=NoPermission&product={product}&requestId={request_id}",
        "AccessDeniedDetail": body["AccessDeniedDetail"],
    }


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(code="NoPermission"), (403, "NoPermission")),
        (Fault(code="Throttling.User"), (400, "Throttling.User")),
    ],
    ids=["denied", "throttled"],
)
def test_faults_are_scripted_for_every_service(emulator, service, call_api, fault, expected):
    version, action = service
    emulator.faults.add(replace(fault, action=action))

    with pytest.raises(AlibabaCloudException) as refused:
        call_api(emulator, version, action)

    assert (refused.value.status_code, refused.value.code) == expected
    assert call_api(emulator, version, action)["RequestId"]


def test_the_vendors_client_gets_a_denial_as_an_exception(emulator, service, call_api):
    version, action = service
    emulator.put_account(replace(DEFAULT_ACCOUNT, denied_actions=frozenset({action})))

    with pytest.raises(ClientException) as refused:
        call_api(emulator, version, action)

    assert (refused.value.status_code, refused.value.code) == (403, "NoPermission")


def test_the_log_has_the_calls_of_every_service_and_reset_forgets_them(emulator, service, signed):
    _, action = service
    signed.send()

    assert emulator.requests == [
        RequestRecord(
            action=action,
            region_id=None,
            account_id="1000000000000001",
            client_token=None,
            nonce=signed.headers["x-acs-signature-nonce"],
            outcome="OK",
            command_id=None,
        )
    ]

    emulator.reset()

    assert emulator.requests == []
    assert signed.send()[0] == 200


def test_the_log_of_every_service_is_read_from_afar(service, raw_request):
    version, action = service
    with Emulator(EmulatorSettings(control=True)) as emulator:
        raw_request(emulator, {}, x_acs_version=version, x_acs_action=action).send()
        connection = http.client.HTTPConnection(emulator.endpoint, timeout=10)
        connection.request("GET", "/_emulator/requests")
        records = json.loads(connection.getresponse().read())["requests"]
        connection.close()

    assert [(record["action"], record["outcome"]) for record in records] == [(action, "OK")]
