import socket
from collections.abc import Callable

import pytest
from click.testing import Result

from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.failure import Failure
from mcp_server.emulator import Emulator, Fault
from mcp_server.models.explanation import Explanation

Run = Callable[..., Result]


PERMISSION = (
    "note  permission: only a creation shows whether this account is allowed ecs:CreateCommand on "
    "acs:ecs:cn-hangzhou:*:command/*"
)
SEEN = [
    "ok    quota: 0 commands are here; the quota is between 500 and 50,000.",
    "ok    resource group: The account has rg-default, rg-local.",
    "ok    caller: The keys are those of acs:ram::1000000000000001:root.",
]
"""What else is looked up, at once."""
MAY_NOT_LIST = (
    "note  call: the endpoint was reached and the signature accepted; this account may not list "
    "commands (ecs:DescribeCommands), and creating one does not need it"
)


def lines(result: Result) -> list[str]:
    return result.stdout.splitlines()


def told(explanation: Explanation) -> str:
    return f"{explanation.message} {explanation.cause} {explanation.fix}"


def test_everything_in_order_is_a_line_each(run: Run, emulator: Emulator) -> None:
    healthy = run("doctor", "--local")
    assert healthy.exit_code == 0
    assert lines(healthy) == [
        "ok    settings: CLOUD_ASSISTANT_LOCAL_ENDPOINT set",
        "ok    backend: local endpoint",
        f"ok    host: {emulator.endpoint}",
        "ok    credentials: from local, a long-lived key",
        "ok    call: DescribeCommands answered",
        "ok    region: cn-hangzhou answered",
        *SEEN,
        PERMISSION,
    ]
    first, *others = [request.action for request in emulator.requests]
    assert first == "DescribeCommands"
    assert sorted(others) == ["DescribeCommands", "GetCallerIdentity", "ListResourceGroups"]


@pytest.mark.parametrize("code", ["Forbidden.RAM", "Forbidden.RAM.ImplicitDeny", "NoPermission"])
def test_an_account_that_may_create_and_nothing_else_is_in_order(
    run: Run, emulator: Emulator, code: str
) -> None:
    emulator.faults.add(Fault(code=code, status=403, times=2))
    healthy = run("doctor", "--local")
    assert healthy.exit_code == 0
    assert lines(healthy)[4:] == [
        MAY_NOT_LIST,
        "note  region: cn-hangzhou could not be looked up; this account may not list regions "
        "(ecs:DescribeRegions), and creating a command does not need it",
        *SEEN,
        PERMISSION,
    ]
    asked = [request.action for request in emulator.requests]
    assert asked[:2] == ["DescribeCommands", "DescribeRegions"]


def test_what_may_not_be_looked_up_is_a_note_and_no_fault(run: Run, emulator: Emulator) -> None:
    for action in ("ListResourceGroups", "GetCallerIdentity"):
        emulator.faults.add(Fault(action=action, code="NoPermission", status=403))
    healthy = run("doctor", "--local")
    assert healthy.exit_code == 0
    group, caller = (line for line in lines(healthy) if "NoPermission" in line)
    assert group.startswith("note  resource group: NoPermission: ")
    assert caller.startswith("note  caller: NoPermission: ")


@pytest.mark.parametrize(
    ("region_id", "exit_code", "expected"),
    [
        (
            "cn-hangzhou",
            0,
            [
                MAY_NOT_LIST,
                "ok    region: cn-hangzhou is in the account's list",
                *SEEN,
                PERMISSION,
            ],
        ),
        (
            "cn-atlantis",
            1,
            [
                MAY_NOT_LIST,
                "FAIL  region: there is no cn-atlantis; choose another with --region-id",
            ],
        ),
    ],
)
def test_without_an_answer_of_the_region_it_is_looked_up(
    run: Run, emulator: Emulator, region_id: str, exit_code: int, expected: list[str]
) -> None:
    emulator.faults.add(Fault(action="DescribeCommands", code="Forbidden.RAM", status=403))
    looked_up = run("doctor", "--local", "--region-id", region_id)
    assert looked_up.exit_code == exit_code
    assert lines(looked_up)[4:] == expected


@pytest.mark.parametrize(
    "code", ["SignatureDoesNotMatch", "Forbidden.RiskControl", "InvalidAccessKeyId.NotFound"]
)
@pytest.mark.parametrize("action", ["DescribeCommands", "DescribeRegions"])
def test_any_other_refusal_fails_with_the_cause_and_what_to_do(
    run: Run, emulator: Emulator, action: str, code: str
) -> None:
    if action == "DescribeRegions":
        emulator.faults.add(Fault(action="DescribeCommands", code="Forbidden.RAM", status=403))
    emulator.faults.add(Fault(action=action, code=code, status=403))
    ill = run("doctor", "--local")
    assert ill.exit_code == 1
    expected = explain(Failure(code), action=action, region_id="cn-hangzhou")
    assert lines(ill)[-1] == f"FAIL  call: {told(expected)}"


def test_a_local_endpoint_that_is_not_there_fails_at_the_call_with_the_way_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
    monkeypatch.setenv("CLOUD_ASSISTANT_LOCAL_ENDPOINT", address)
    ill = run("doctor", "--local")
    assert ill.exit_code == 1
    assert lines(ill)[2:] == [
        f"ok    host: {address}",
        "ok    credentials: from local, a long-lived key",
        f"FAIL  call: {told(explain(Failure('LocalEndpointUnreachable')))}",
    ]


def test_missing_credentials_are_named_with_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUD_ASSISTANT_CREDENTIALS", "environment")
    ill = run("doctor")
    assert ill.exit_code == 1
    detail = "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set"
    expected = explain(Failure("NoCredentials", detail=detail))
    assert lines(ill)[-1] == f"FAIL  credentials: {told(expected)}"


def test_half_given_credentials_are_told_without_a_value(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.canary-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-secret")
    monkeypatch.delenv("ALIBABA_CLOUD_SECURITY_TOKEN", raising=False)
    ill = run("doctor")
    assert ill.exit_code == 1
    expected = explain(Failure("MissingToken", detail="ALIBABA_CLOUD_SECURITY_TOKEN is not set"))
    assert lines(ill)[-1] == f"FAIL  credentials: {told(expected)}"
    assert "canary" not in ill.output


def test_a_region_that_does_not_exist_fails_with_the_option_to_change(
    run: Run, emulator: Emulator
) -> None:
    ill = run("doctor", "--local", "--region-id", "cn-atlantis")
    assert ill.exit_code == 1
    expected = explain(Failure("InvalidRegionId.NotFound"), region_id="cn-atlantis")
    assert lines(ill)[-1] == f"FAIL  region: {told(expected)} Here that is --region-id."


def test_hostile_text_for_a_region_is_a_usage_error(run: Run) -> None:
    refused = run("doctor", "--local", "--region-id", "x.evil.example/")
    assert refused.exit_code == 2


def test_settings_that_cannot_be_used_are_named_by_their_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_CONTENT_LIMIT", "99999")
    refused = run("doctor", "--local")
    assert refused.exit_code == 2
    assert "CLOUD_ASSISTANT_CONTENT_LIMIT" in refused.output


def test_a_local_endpoint_without_local_mode_is_a_usage_error(run: Run, emulator: Emulator) -> None:
    refused = run("doctor")
    assert refused.exit_code == 2
    assert "CLOUD_ASSISTANT_LOCAL_ENDPOINT: for local mode only" in refused.output
    assert emulator.requests == []
