"""Each documented code once: the input or the state that provokes it, and its status."""

from base64 import b64encode
from dataclasses import replace
from typing import Any, Literal

import pytest
from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526.models import CreateCommandRequest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from mcp_server.emulator import DEFAULT_ACCOUNT, Emulator, EmulatorSettings, Fault

GROUPS: dict[str, Literal["OK", "Creating", "PendingDelete"]] = {
    "rg-new": "Creating",
    "rg-old": "PendingDelete",
}
FORBIDDEN = replace(DEFAULT_ACCOUNT, forbidden=True, resource_groups={})


def script(text: str) -> dict[str, Any]:
    """Arguments for a script with parameters."""
    return {"command_content": b64encode(text.encode()).decode(), "enable_parameter": True}


def named(count: int) -> dict[str, Any]:
    return script(" ".join(f"{{{{p{number}}}}}" for number in range(count)))


FROM_INPUT = [
    (403, "CmdName.ExceedLimit", {"name": "n" * 129}),
    (403, "InvalidParameterCharacter.CommandName", {"name": "a\tb"}),
    (403, "InvalidParameterCharacter.CommandName", {"name": "a\x7fb"}),
    (403, "CmdDesc.ExceedLimit", {"description": "d" * 513}),
    (403, "InvalidParameterCharacter.CommandDescription", {"description": "a\x00b"}),
    (400, "InvalidParameter.WorkingDir", {"working_dir": "/" + "w" * 200}),
    (403, "InvalidParameterCharacter.CommandWorkingDir", {"working_dir": "/a\nb"}),
    (404, "InvalidCmdType.NotFound", {"type": "RunPythonScript"}),
    (404, "InvalidCmdType.NotFound", {"type": "runshellscript"}),
    (404, "InvalidRegionId.NotFound", {"region_id": "cn-atlantis"}),
    (400, "CmdContent.DecodeError", {"command_content": "echo hello"}),
    (400, "CmdContent.DecodeError", {"command_content": "ZWNobw"}),
    (400, "CmdContent.DecodeError", {"command_content": "__79AA=="}),
    (400, "CmdContent.DecodeError", {"command_content": "\u00fcbel"}),
    (403, "CmdContent.ExceedLimit", {"command_content": b64encode(b"x" * 13825).decode()}),
    (
        403,
        "CmdContent.ExceedLimit",
        {"command_content": "\u00fc" * 6913, "content_encoding": "PlainText"},
    ),
    (403, "InvalidTimeout.ExceedLimit", {"timeout": 2147483648}),
    (403, "InvalidTimeout.ExceedLimit", {"timeout": 10**30}),
    (400, "InvalidTimeout", {"timeout": 0}),
    (400, "InvalidTimeout", {"timeout": "ten"}),
    (400, "InvalidEnableParameter", {"enable_parameter": "yes"}),
    (403, "InvalidLauncher.LengthLimitExceeded", {"launcher": "\u00fc" * 513}),
    (400, "InvalidClientToken.Malformed", {"client_token": "t" * 65}),
    (400, "InvalidClientToken.Malformed", {"client_token": "t\u00f6ken"}),
    (400, "CmdParam.EmptyKey", script("echo {{ \n }}")),
    (400, "CmdParam.InvalidParamName", script("echo {{a b}}")),
    (400, "CmdParam.InvalidParamName", script("echo {{ACS::Unknown}}")),
    (403, "CmdParamName.ExceedLimit", script("echo {{" + "n" * 65 + "}}")),
    (403, "CmdParamCount.ExceedLimit", named(21)),
    (404, "InvalidResourceGroup.NotFound", {"resource_group_id": "rg-none"}),
    (400, "NumberExceed.Tags", {"tags": [(f"k{number}", "v") for number in range(21)]}),
    (400, "InvalidTagKey.Malformed", {"tags": [("k" * 65, "v")]}),
    (400, "InvalidTagKey.Malformed", {"tags": [("", "v")]}),
    (400, "InvalidTagKey.Malformed", {"tags": [("", "")]}),
    (400, "InvalidTagKey.Malformed", {"tags": [(None, "v")]}),
    (400, "InvalidTagKey.Malformed", {"tags": [("acs:k", "v")]}),
    (400, "InvalidTagKey.Malformed", {"tags": [("Aliyun-k", "v")]}),
    (400, "InvalidTagKey.Malformed", {"tags": [("at-HTTP://k", "v")]}),
    (400, "InvalidTagValue.Malformed", {"tags": [("k", "v" * 129)]}),
    (400, "InvalidTagValue.Malformed", {"tags": [("k", "see https://v")]}),
    (400, "Duplicate.TagKey", {"tags": [("k", "v"), ("k", "w")]}),
    (400, "MissingRegionId", {"region_id": None}),
    (400, "MissingName", {"name": ""}),
    (400, "MissingType", {"type": None}),
    (400, "MissingCommandContent", {"command_content": None}),
]

FROM_STATE = [
    (
        400,
        "RegionId.ApiNotSupported",
        EmulatorSettings(unsupported_regions=frozenset({"cn-hangzhou"})),
        {},
    ),
    (403, "CmdCount.ExceedQuota", EmulatorSettings(command_quota=0), {}),
    (403, "Operation.Forbidden", EmulatorSettings(accounts=(FORBIDDEN,)), {}),
    *(
        (
            403,
            "InvalidStatus.ResourceGroup",
            EmulatorSettings(accounts=(replace(DEFAULT_ACCOUNT, resource_groups=GROUPS),)),
            {"resource_group_id": group_id},
        )
        for group_id in GROUPS
    ),
    (403, "InvalidTimeout.ExceedLimit", EmulatorSettings(timeout_limit=10), {"timeout": 11}),
]


def refusal(client: Client, request: CreateCommandRequest) -> tuple[int, str]:
    with pytest.raises(AlibabaCloudException) as refused:
        client.create_command(request)
    return refused.value.status_code, refused.value.code


@pytest.mark.parametrize(
    ("status", "code", "changes"),
    FROM_INPUT,
    ids=[f"{code}-{number}" for number, (_, code, _) in enumerate(FROM_INPUT)],
)
def test_a_wrong_input_is_refused_with_its_code(emulator, client, creation, status, code, changes):
    assert refusal(client, creation(**changes)) == (status, code)
    assert [record.outcome for record in emulator.requests] == [code]
    assert emulator.commands(changes.get("region_id") or "cn-hangzhou") == []


@pytest.mark.parametrize(
    ("status", "code", "settings", "changes"),
    FROM_STATE,
    ids=[f"{code}-{number}" for number, (_, code, _, _) in enumerate(FROM_STATE)],
)
def test_a_state_that_forbids_creation_is_refused_with_its_code(
    connect, creation, status, code, settings, changes
):
    with Emulator(settings) as emulator:
        assert refusal(connect(emulator), creation(**changes)) == (status, code)
        assert emulator.commands() == []


def test_a_failed_dispatch_is_a_fault_of_the_service(emulator, client, creation):
    emulator.faults.add(Fault(code="InternalError.Dispatch"))

    assert refusal(client, creation()) == (500, "InternalError.Dispatch")


def test_an_unknown_action_is_not_found(emulator, raw_request):
    status, _, body = raw_request(emulator, x_acs_action="StopTheWorld").send()

    assert (status, body["Code"]) == (404, "InvalidAction.NotFound")


def test_an_unknown_version_is_refused(emulator, raw_request):
    status, _, body = raw_request(emulator, x_acs_version="2013-01-01").send()

    assert (status, body["Code"]) == (400, "NoSuchVersion")


def test_the_number_of_a_tag_may_not_be_over_twenty(emulator, raw_request):
    query = {
        "RegionId": "cn-hangzhou",
        "Name": "n",
        "Type": "RunShellScript",
        "CommandContent": "ZWNobw==",
        "Tag.21.Key": "k",
    }

    _, _, body = raw_request(emulator, query).send()

    assert body["Code"] == "NumberExceed.Tags"


def test_an_error_answer_has_the_documented_shape(emulator, raw_request):
    query = {"RegionId": "cn-hangzhou", "Name": "n", "Type": "x"}

    status, headers, body = raw_request(emulator, query).send()

    request_id = headers["x-acs-request-id"]
    assert (status, headers["content-type"], body) == (
        404,
        "application/json;charset=utf-8",
        {
            "RequestId": request_id,
            "HostId": emulator.endpoint,
            "Code": "InvalidCmdType.NotFound",
            "Message": "The specified command type does not exist.",
            "Recommend": "https://api.aliyun.com/troubleshoot"
            f"?q=InvalidCmdType.NotFound&product=Ecs&requestId={request_id}",
        },
    )
