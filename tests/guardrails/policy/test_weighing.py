from datetime import date

import pytest

from mcp_server.guardrails.policy.model import Policy, Waiver
from mcp_server.guardrails.policy.weighing import weighed
from mcp_server.models.finding import Finding, Severity

LAST_DAY = date(2030, 6, 30)
WAIVED = Policy(waivers=(Waiver(rule="RBT001", reason="agreed upon", until=LAST_DAY),))


def finding(severity: Severity) -> Finding:
    return Finding(
        rule_id="RBT001", rule="restart", severity=severity, field="command_content",
        message="Restarts.", why="It stops.", fix="Do not.",
    )  # fmt: skip


def only(policy: Policy, severity: Severity, today: date = LAST_DAY) -> Finding:
    (found,) = weighed([finding(severity)], policy, today)
    return found


@pytest.mark.parametrize("severity", [Severity.BLOCK, Severity.CONFIRM])
def test_what_is_waived_becomes_advice_that_says_whose_choice_it_is(severity: Severity) -> None:
    assert only(WAIVED, severity) == finding(Severity.ADVICE).model_copy(
        update={
            "message": "Restarts. Waived by the operator's policy until 2030-06-30: agreed upon"
        }
    )


def test_a_waiver_ends_after_its_last_day() -> None:
    assert only(WAIVED, Severity.BLOCK, date(2030, 7, 1)) == finding(Severity.BLOCK)


def test_a_limit_of_the_api_cannot_be_waived() -> None:
    assert only(WAIVED, Severity.INVALID) == finding(Severity.INVALID)


def test_a_lower_weight_is_said() -> None:
    policy = Policy(severities={"RBT001": Severity.ADVICE})
    assert only(policy, Severity.CONFIRM) == finding(Severity.ADVICE).model_copy(
        update={"message": "Restarts. Lowered from confirm to advice by the operator's policy."}
    )


def test_a_higher_weight_needs_no_words() -> None:
    policy = Policy(severities={"RBT001": Severity.BLOCK})
    assert only(policy, Severity.CONFIRM) == finding(Severity.BLOCK)


def test_other_rules_weigh_what_they_do() -> None:
    policy = Policy(severities={"DES001": Severity.ADVICE})
    assert only(policy, Severity.CONFIRM) == finding(Severity.CONFIRM)
