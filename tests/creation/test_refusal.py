from mcp_server.creation import refusal
from mcp_server.models.explanation import Explanation, Outcome, Retry, Source
from mcp_server.models.finding import Finding, Repair, Severity


def _finding(severity: Severity, field: str, repair: Repair | None = None) -> Finding:
    return Finding(
        rule_id="XXX001",
        rule="a-rule",
        severity=severity,
        field=field,
        message=f"{field} is wrong.",
        why="It is.",
        fix="Mend it.",
        repair=repair,
    )


def test_repairs_are_merged_and_nulls_stay() -> None:
    findings = [
        _finding(Severity.INVALID, "a", {"a": None, "b": 1}),
        _finding(Severity.INVALID, "c"),
        _finding(Severity.INVALID, "d", {"d": 2}),
    ]
    assert refusal.merged_repair(findings) == {"a": None, "b": 1, "d": 2}


def test_no_repairs_are_none() -> None:
    assert refusal.merged_repair([_finding(Severity.INVALID, "a")]) is None
    assert refusal.merged_repair([]) is None


def test_what_only_a_person_can_mend_is_named_once() -> None:
    findings = tuple(_finding(Severity.INVALID, field) for field in ("a", "b", "a"))
    assert refusal.invalid(findings).fix == "Mend a, b as the findings say."


def test_what_a_repair_mends_needs_no_hand() -> None:
    explanation = refusal.invalid((_finding(Severity.INVALID, "a", {"a": 1}),))
    assert explanation.fix == (
        "Merge repair into the arguments (null takes an argument out) and call again."
    )
    assert explanation.message == "1 problem in the arguments. a is wrong."


def test_advice_is_no_part_of_a_refusal() -> None:
    explanation = refusal.invalid(
        (_finding(Severity.INVALID, "a"), _finding(Severity.ADVICE, "b", {"b": 1}))
    )
    assert (explanation.field, explanation.repair) == ("a", None)
    assert "b is wrong" not in explanation.message


def test_many_problems_are_told_in_part_and_counted_in_full() -> None:
    findings = tuple(_finding(Severity.INVALID, f"f{number}") for number in range(50))
    explanation = refusal.invalid(findings)
    assert explanation.message.startswith("50 problems in the arguments. f0 is wrong. f1 is wrong.")
    assert explanation.message.endswith("f7 is wrong. And 42 more.")
    assert len(explanation.fix) < 200


def test_a_block_comes_from_the_guardrails_and_is_nobodys_to_waive_but_the_operators() -> None:
    findings = (_finding(Severity.BLOCK, "command_content"), _finding(Severity.CONFIRM, "other"))
    assert refusal.blocked(findings) == Explanation(
        code="Blocked",
        source=Source.GUARDRAIL,
        field="command_content",
        message="command_content is wrong.",
        cause="The script does harm that cannot be undone, or hands the instance over.",
        fix="Change the script as the findings say. Only the operator's policy can waive a rule.",
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
    )
