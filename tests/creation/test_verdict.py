from dataclasses import replace

import pytest

from mcp_server.creation.preview import verdict
from mcp_server.guardrails.policy.model import Confirmation
from mcp_server.guardrails.rule import Rule
from mcp_server.models.finding import Severity
from mcp_server.models.result import Verdict
from tests.guardrails.requests import VALID, inspected


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], Verdict.WOULD_BE_CREATED),
        (["advice"], Verdict.WOULD_BE_CREATED),
        (["advice", "confirm"], Verdict.NEEDS_CONFIRMATION),
        (["confirm", "block", "advice"], Verdict.WOULD_BE_BLOCKED),
        (["block", "invalid", "confirm"], Verdict.WOULD_BE_REFUSED),
    ],
)
def test_the_heaviest_finding_decides(severities: list[str], expected: Verdict) -> None:
    findings = tuple(
        Rule("XXX001", "a-rule", Severity(severity), "why").finding("name", "m", "f")
        for severity in severities
    )
    assert verdict(replace(inspected(VALID), findings=findings), "ask") is expected


@pytest.mark.parametrize(
    ("confirmation", "severity", "expected"),
    [
        ("always", "advice", Verdict.NEEDS_CONFIRMATION),
        ("handoff", "confirm", Verdict.NEEDS_CONFIRMATION),
        ("never", "confirm", Verdict.WOULD_BE_CREATED),
        ("never", "block", Verdict.WOULD_BE_BLOCKED),
        ("never", "invalid", Verdict.WOULD_BE_REFUSED),
    ],
)
def test_the_policy_decides_when_a_person_is_asked(
    confirmation: Confirmation, severity: str, expected: Verdict
) -> None:
    finding = Rule("XXX001", "a-rule", Severity(severity), "why").finding("name", "m", "f")
    inspection = replace(inspected(VALID), findings=(finding,))
    assert verdict(inspection, confirmation) is expected
