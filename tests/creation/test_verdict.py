from dataclasses import replace

import pytest

from mcp_server.creation.preview import verdict
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
    assert verdict(replace(inspected(VALID), findings=findings)) is expected
