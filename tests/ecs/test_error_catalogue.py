import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.ecs.error_catalogue import ROWS, explain, is_denial, row_for
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.wire import api_request
from mcp_server.models.explanation import Explanation, Outcome, Retry, Source
from mcp_server.models.request import CommandRequest

CONTRACT = Path(__file__).parents[3] / "shared" / "api" / "create-command.md"

PAGE_CODES = [
    "RegionId.ApiNotSupported",
    "CmdParam.EmptyKey",
    "CmdParam.InvalidParamName",
    "CmdContent.DecodeError",
    "InvalidParameter.WorkingDir",
    "InvalidClientToken.Malformed",
    "InternalError.Dispatch",
    "CmdContent.ExceedLimit",
    "CmdName.ExceedLimit",
    "CmdDesc.ExceedLimit",
    "CmdCount.ExceedQuota",
    "CmdParamCount.ExceedLimit",
    "CmdParamName.ExceedLimit",
    "Operation.Forbidden",
    "InvalidStatus.ResourceGroup",
    "InvalidParameterCharacter.CommandName",
    "InvalidParameterCharacter.CommandDescription",
    "InvalidParameterCharacter.CommandWorkingDir",
    "InvalidLauncher.LengthLimitExceeded",
    "InvalidTimeout.ExceedLimit",
    "IdempotentParameterMismatch",
    "IdempotentProcessing",
    "InvalidCmdType.NotFound",
    "InvalidRegionId.NotFound",
    "InvalidResourceGroup.NotFound",
]

COMMON_CODES = [
    "InvalidAccessKeyId.NotFound",
    "InvalidAccessKeyId.Inactive",
    "Forbidden.AccessKeyDisabled",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidTimeStamp.Expired",
    "InvalidTimeStamp.Format",
    "SignatureNonceUsed",
    "InvalidSecurityToken.Expired",
    "InvalidSecurityToken.Malformed",
    "InvalidSecurityToken.MismatchWithAccessKey",
    "MissingSecurityToken",
    "Forbidden.RAM",
    "NoPermission",
    "Forbidden",
    "Forbidden.RiskControl",
    "Forbidden.UserVerification",
    "Throttling",
    "Throttling.User",
    "Throttling.Api",
    "ServiceUnavailable",
    "InternalError",
    "UnknownError",
    "MissingParameter",
    "InvalidParameter",
    "UnsupportedOperation",
    "InvalidAction",
    "InvalidApi.NotFound",
    "InvalidAction.NotFound",
    "NoSuchVersion",
    "InvalidVersion",
    "UnsupportedHTTPMethod",
    "InvalidProtocol.NeedSsl",
    "InvalidRegion.NotFound",
    "InvalidProduct.NotFound",
    "NotSupportedEndpoint",
    "ContentLengthDoesNotMatch",
    "ContentMD5NotMatched",
    "InvalidSignatureMethod",
    "InsufficientBalance",
    "InvalidCredentials",
]

OF_CREATIONS = {
    "region_id", "name", "type", "command_content", "content_encoding", "description",
    "working_dir", "timeout", "enable_parameter", "launcher", "resource_group_id", "tags",
    "client_token",
}  # fmt: skip
ARGUMENTS = OF_CREATIONS | {"command_id", "max_results", "next_token"}


@pytest.mark.parametrize("code", [*PAGE_CODES, *COMMON_CODES])
def test_every_documented_code_has_a_row_of_its_own(code):
    assert row_for(code).code == code


def test_the_list_of_codes_here_is_the_contract_page():
    if not CONTRACT.exists():
        pytest.skip("the contract page is not part of this checkout")
    rows = re.findall(r"^\| \d{3} \| ([\w.]+) \|", CONTRACT.read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == sorted(PAGE_CODES)


def test_no_two_rows_have_the_same_code():
    codes = [row.code for row in ROWS]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_a_row_is_complete_and_its_parts_agree(row):
    assert all(text.endswith(".") for text in (row.meaning, row.cause, row.fix))
    assert urlsplit(row.reference).scheme == "https"
    assert row.field is None or row.field in ARGUMENTS
    assert row.repair is None or (
        row.repair.keys() <= ARGUMENTS and row.retry in {Retry.AFTER_FIX, Retry.NEW_TOKEN}
    )
    assert row.outcome is not Outcome.UNKNOWN or row.retry is Retry.SAME_TOKEN
    assert not row.again or row.retry in {Retry.SAME_TOKEN, Retry.LATER}


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("Forbidden.RAM.ImplicitDeny", "Forbidden.RAM"),
        ("Forbidden.Something", "Forbidden"),
        ("InvalidSecurityToken.Sudden", "InvalidSecurityToken"),
        ("InternalError.Other.Deep", "InternalError"),
        ("ThrottlingSudden", "Throttling*"),
        ("MissingRegionId", "Missing*"),
        ("InvalidWhatever.Format", "Invalid*"),
        ("InvalidOwnerId", "InvalidOwner*"),
        ("ForbiddenByPolicy", "Forbidden*"),
        ("NoPermission.System", "NoPermission"),
        ("Unheard.Of", "*"),
        ("", "*"),
        ("...", "*"),
    ],
)
def test_a_code_without_a_row_is_explained_by_its_prefix_or_its_family(code, row):
    assert row_for(code).code == row


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("MissingRegionId", "region_id"),
        ("MissingParameter.CommandId", "command_id"),
        ("InvalidDescription.Malformed", "description"),
        ("InvalidTag.Key", "tags"),
        ("InvalidWhatever", None),
    ],
)
def test_the_argument_is_found_in_the_code_of_a_family(code, field):
    assert explain(Failure(code)).field == field


def test_a_denial_names_the_action_the_resource_and_what_the_api_tells_about_it():
    failure = Failure(
        "Forbidden.RAM",
        http_status=403,
        request_id="R-1",
        message="User not authorized",
        access_denied={
            "AuthAction": "ecs:CreateCommand",
            "AuthPrincipalType": "SubUser",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "NoPermissionType": "ImplicitDeny",
            "AuthPrincipalDisplayName": "someone@example.com",
            "EncodedDiagnosticMessage": "AQFohv4iZ6t" * 100,
        },
    )

    assert explain(failure, region_id="cn-beijing") == Explanation(
        code="Forbidden.RAM",
        source=Source.ECS,
        message="The account's policies do not allow ecs:CreateCommand to this user or role.",
        cause="No policy grants it, or one denies it. The denial says: AuthAction "
        "'ecs:CreateCommand'; AuthPrincipalType 'SubUser'; PolicyType "
        "'AccountLevelIdentityBasedPolicy'; NoPermissionType 'ImplicitDeny'. Its "
        "EncodedDiagnosticMessage can be read by someone who may ram:DecodeDiagnosticMessage, "
        "under the request id.",
        fix="Ask whoever administers the account to allow the action ecs:CreateCommand on the "
        "resource acs:ecs:cn-beijing:*:command/* for this user or role, and to look for a policy "
        "that denies it.",
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_CREATED,
        http_status=403,
        request_id="R-1",
        reference=explain(Failure("Forbidden.RAM")).reference,
    )


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("CreateCommand", "acs:ecs:cn-x:*:command/*"),
        ("DescribeCommands", "acs:ecs:cn-x:*:command/*"),
        ("DeleteCommand", "acs:ecs:cn-x:*:command/*"),
        ("DescribeRegions", "*"),
    ],
)
@pytest.mark.parametrize("code", ["Forbidden.RAM", "NoPermission", "NoPermissions", "Forbidden"])
def test_a_denial_names_the_action_and_the_resource_that_fits_it(code, action, resource):
    explanation = explain(Failure(code), action=action, region_id="cn-x")
    assert explanation.fix == (
        f"Ask whoever administers the account to allow the action ecs:{action} on the resource "
        f"{resource} for this user or role, and to look for a policy that denies it."
    )


@pytest.mark.parametrize(
    ("code", "denial"),
    [
        ("Forbidden.RAM", True),
        ("Forbidden.RAM.ImplicitDeny", True),
        ("NoPermission", True),
        ("NoPermission.System", True),
        ("NoPermissions", True),
        ("Forbidden", False),
        ("Forbidden.RiskControl", False),
        ("Forbidden.AccessKeyDisabled", False),
        ("SignatureDoesNotMatch", False),
        ("Unheard.Of", False),
    ],
)
def test_only_a_refusal_by_ram_is_a_denial(code, denial):
    assert is_denial(code) is denial


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.repair is not None and row.repair.keys() <= OF_CREATIONS],
    ids=lambda row: row.code,
)
def test_a_repair_changes_what_is_sent(row):
    arguments = {
        "region_id": "cn-hangzhou",
        "name": "greeting",
        "type": "RunShellScript",
        "command_content": "ZWNobw==",
        "content_encoding": "Base64",
        "description": "says hello",
        "enable_parameter": True,
        "client_token": "token-1",
    }
    changed = {name: value for name, value in (arguments | row.repair).items() if value is not None}

    before, after = (
        api_request(CommandRequest.model_validate(given), "ZWNobw==")
        for given in (arguments, changed)
    )
    assert before != after


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.field != "client_token"], ids=lambda row: row.code
)
def test_a_call_that_creates_nothing_is_explained_without_talk_of_a_creation(row):
    explanation = explain(
        Failure(row.code), outcome=Outcome.UNKNOWN, action="DescribeCommands", region_id="cn-x"
    )
    told = f"{explanation.cause} {explanation.fix}"
    assert not re.search("client_token|may have been created|may exist|second one", told)


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        (1, "1 second"),
        (0.25, "0.25 seconds"),
        (1.5, "1.5 seconds"),
        (2, "2 seconds"),
        (60.0, "60 seconds"),
        (12345, "12345 seconds"),
    ],
)
def test_the_wait_that_the_endpoint_asks_for_is_told_in_words(wait, told):
    fix = explain(Failure("Throttling", retry_after=wait)).fix
    assert fix.endswith(f" The endpoint asks to wait {told}.")


def test_the_api_speaks_only_where_our_own_words_are_missing():
    known = explain(Failure("CmdName.ExceedLimit", message="vendor text"))
    unknown = explain(Failure("Unheard.Of", message="vendor\x1b[31m\n text \u202e" + "x" * 5000))

    assert "vendor text" not in known.cause
    assert "The API says: 'vendor [31m text" in unknown.cause
    assert len(unknown.cause) < 420


@pytest.mark.parametrize(
    "link",
    [
        "https://api.aliyun.com/troubleshoot?q=X&product=Ecs&requestId=R",
        "https://api.alibabacloud.com/troubleshoot?q=X",
    ],
)
def test_the_vendors_own_link_is_the_reference_of_an_unknown_code(link):
    assert explain(Failure("Unheard.Of", recommendation=link)).reference == link


@pytest.mark.parametrize(
    "link",
    [
        "http://api.aliyun.com/x",
        "https://aliyun.com.evil.example/x",
        "https://evilaliyun.com/x",
        "https://aliyun.com@evil.example/x",
        "https://evil.example\\.aliyun.com/x",
        "https://api.aliyun.com:8443/x",
        "https://api.aliyun.com/a b",
        "https://[api.aliyun.com/x",
        "javascript:alert(1)//.aliyun.com",
        "https://api.aliyun.com/" + "x" * 500,
        "",
    ],
)
def test_a_link_elsewhere_is_not_passed_on(link):
    assert explain(Failure("Unheard.Of", recommendation=link)).reference == row_for("X").reference


@given(
    code=st.text(max_size=120),
    message=st.text(max_size=2000),
    link=st.text(max_size=100),
    denied=st.dictionaries(
        st.sampled_from(["AuthAction", "PolicyType", "EncodedDiagnosticMessage", "Other"]),
        st.one_of(st.text(max_size=500), st.integers(), st.none(), st.lists(st.text())),
    ),
)
def test_whatever_the_endpoint_says_the_explanation_is_bounded_and_printable(
    code, message, link, denied
):
    explanation = explain(Failure(code, message=message, recommendation=link, access_denied=denied))

    told = " ".join(
        text or "" for text in (explanation.message, explanation.cause, explanation.fix)
    )
    assert len(told) < 2500
    assert not any(unicodedata.category(character).startswith("C") for character in told)
    assert str(explanation.reference).startswith("https://")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_while_the_outcome_is_unknown_waiting_means_keeping_the_token(outcome):
    explanation = explain(Failure("ConnectFailed"), outcome=outcome)

    assert explanation.outcome == outcome
    assert explanation.retry == (Retry.SAME_TOKEN if outcome is Outcome.UNKNOWN else Retry.LATER)
    assert ("may exist" in explanation.cause) == (outcome is Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("action", "permission", "resource"),
    [
        ("CreateCommand", "ecs:CreateCommand", "acs:ecs:cn-hangzhou:*:command/*"),
        ("DeleteCommand", "ecs:DeleteCommand", "acs:ecs:cn-hangzhou:*:command/*"),
        ("DescribeRegions", "ecs:DescribeRegions", "*"),
        ("ListResourceGroups", "ram:ListResourceGroups", "*"),
        ("GetCallerIdentity", "sts:GetCallerIdentity", "*"),
    ],
)
def test_a_denial_names_the_permission_as_ram_does(action, permission, resource):
    denied = explain(Failure("NoPermission"), action=action, region_id="cn-hangzhou")
    assert f" {permission} " in denied.message
    assert f"the action {permission} on the resource {resource} for" in denied.fix
