"""How much a finding weighs under a policy, and that it is said where it weighs less."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from mcp_server.guardrails.policy.model import Policy
from mcp_server.models.finding import Finding, Severity


def utc_today() -> date:
    """The day by which waivers end."""
    return datetime.now(UTC).date()


def weighed(findings: Iterable[Finding], policy: Policy, today: date) -> Iterator[Finding]:
    """The findings with the severities of the policy; what it waives becomes advice.

    Args:
        findings: with the rules' own severities.
        policy: the operator's.
        today: in UTC; a waiver holds through its last day.
    """
    for finding in findings:
        yield finding if finding.severity is Severity.INVALID else _weighed(finding, policy, today)


def _weighed(finding: Finding, policy: Policy, today: date) -> Finding:
    waiver = policy.waived.get(finding.rule_id)
    if waiver is not None and finding.severity is not Severity.ADVICE and today <= waiver.until:
        return _changed(
            finding,
            Severity.ADVICE,
            f"Waived by the operator's policy until {waiver.until}: {waiver.reason}",
        )
    wanted = policy.severities.get(finding.rule_id)
    if wanted is None or wanted is finding.severity:
        return finding
    if wanted.weight < finding.severity.weight:
        return finding.model_copy(update={"severity": wanted})
    return _changed(
        finding, wanted, f"Lowered from {finding.severity} to {wanted} by the operator's policy."
    )


def _changed(finding: Finding, severity: Severity, note: str) -> Finding:
    """A finding that weighs less, and says so: whoever reads it has to know whose choice it is."""
    return finding.model_copy(update={"severity": severity, "message": f"{finding.message} {note}"})
