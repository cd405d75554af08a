from collections.abc import Callable

import pytest
from click.testing import Result

from mcp_server.emulator import Emulator, Fault

Run = Callable[..., Result]


def lines(result: Result) -> list[str]:
    return result.output.splitlines()


def test_everything_in_order_is_a_line_each(run: Run, emulator: Emulator) -> None:
    healthy = run("doctor", "--local")
    assert healthy.exit_code == 0
    assert [line[:4].strip() for line in lines(healthy)] == ["ok"] * 6
    assert lines(healthy)[2:4] == [
        f"ok    endpoint: {emulator.endpoint}",
        "ok    credentials: from local, a long-lived key",
    ]


def test_it_asks_nothing_but_the_regions(run: Run, emulator: Emulator) -> None:
    run("doctor", "--local")
    assert [request.action for request in emulator.requests] == ["DescribeRegions"]


def test_missing_credentials_are_named_with_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUD_ASSISTANT_CREDENTIALS", "environment")
    ill = run("doctor")
    assert ill.exit_code == 1
    assert lines(ill)[-1].startswith("FAIL  credentials: ")
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in lines(ill)[-1]


def test_half_given_credentials_are_told_without_a_value(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.canary-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-secret")
    monkeypatch.delenv("ALIBABA_CLOUD_SECURITY_TOKEN", raising=False)
    ill = run("doctor")
    assert ill.exit_code == 1
    assert "ALIBABA_CLOUD_SECURITY_TOKEN" in ill.output
    assert "canary" not in ill.output


def test_an_endpoint_that_refuses_is_told_with_what_to_do(run: Run, emulator: Emulator) -> None:
    emulator.faults.add(Fault(action="DescribeRegions", code="Forbidden.RAM", status=403))
    ill = run("doctor", "--local")
    assert ill.exit_code == 1
    assert lines(ill)[-1].startswith("FAIL  call: ")


def test_a_region_that_the_account_does_not_see_fails(run: Run, emulator: Emulator) -> None:
    ill = run("doctor", "--local", "--region-id", "cn-atlantis")
    assert ill.exit_code == 1
    assert lines(ill)[-1] == (
        "FAIL  region: cn-atlantis is not one of them; choose another with --region-id"
    )


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
