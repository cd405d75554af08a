import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mcp_server.creation.refusal import merged_repair
from mcp_server.guardrails.request_rules import REQUEST_RULES
from mcp_server.models.finding import Severity
from tests.guardrails.requests import (
    FAULTS,
    VALID,
    Arguments,
    Fault,
    found,
    hostile_arguments,
    invalid,
    key,
    valid_requests,
    with_changes,
)

_LONGEST = 1500
"""Characters of one text of a finding: a screen, not a flood."""


_MANY = range(20_000)


def _spoilt(faults: list[Fault]) -> Arguments:
    arguments = VALID
    for fault in faults:
        arguments = with_changes(arguments, fault.changes)
    return arguments


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_found_by_itself_with_its_repair(fault: Fault) -> None:
    findings = invalid(found(_spoilt([fault])))
    assert tuple(key(finding) for finding in findings) == fault.keys
    assert findings[0].repair == fault.repair


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS.values() if fault.repair], ids=lambda f: f.keys[0][0]
)
def test_a_repair_leaves_a_valid_request(fault: Fault) -> None:
    arguments = _spoilt([fault])
    repaired = with_changes(arguments, fault.repair or {})
    assert invalid(found(repaired)) == []


def test_every_rule_that_makes_a_request_invalid_is_among_the_faults() -> None:
    told = {rule_id for fault in FAULTS.values() for rule_id, _ in fault.keys}
    about_requests = {rule.id for rule in REQUEST_RULES if rule.severity is Severity.INVALID}
    elsewhere = ("TOK", "LIV")  # of tokens, and of what is looked up
    assert told == {rule for rule in about_requests if not rule.startswith(elsewhere)}


def test_all_problems_come_in_one_answer() -> None:
    together = [
        "an unknown argument", "camel case", "a missing argument", "a number as text",
        "a long name", "a lone surrogate", "a token beyond ASCII", "a zone", "a reserved tag key",
        "a large script",
    ]  # fmt: skip
    findings = invalid(found(_spoilt([FAULTS[name] for name in together])))
    assert {key(finding) for finding in findings} == {FAULTS[name].keys[0] for name in together}


def _by_arguments(faults: list[Fault]) -> list[Fault]:
    """Faults that do not overwrite each other: the first of each argument."""
    taken: set[str] = set()
    kept = []
    for fault in faults:
        if taken.isdisjoint(fault.changes):
            taken |= set(fault.changes)
            kept.append(fault)
    return kept


_COMBINATIONS = st.lists(st.sampled_from(list(FAULTS.values())), min_size=1, max_size=8).map(
    _by_arguments
)


@given(_COMBINATIONS)
def test_a_repair_makes_its_own_finding_go_away(faults: list[Fault]) -> None:
    arguments = _spoilt(faults)
    for finding in found(arguments):
        if finding.repair is not None:
            left = found(with_changes(arguments, finding.repair))
            assert key(finding) not in {key(other) for other in left}


@given(_COMBINATIONS)
def test_merged_repairs_leave_nothing_to_repair_within_three_rounds(faults: list[Fault]) -> None:
    arguments = _spoilt(faults)
    for _ in range(3):
        repair = merged_repair(invalid(found(arguments)))
        if repair is None:
            return
        arguments = with_changes(arguments, repair)
    assert [finding for finding in invalid(found(arguments)) if finding.repair] == []


@given(hostile_arguments())
def test_repairs_of_any_arguments_come_to_an_end(arguments: Arguments) -> None:
    for _ in range(5):
        repair = merged_repair(invalid(found(arguments)))
        if repair is None:
            return
        arguments = with_changes(arguments, repair)
    raise AssertionError("still repairing")


@hypothesis_settings(max_examples=300)
@given(hostile_arguments())
def test_whatever_a_caller_sends_is_answered_with_short_and_complete_findings(
    arguments: Arguments,
) -> None:
    for finding in found(arguments):
        assert finding.field
        assert finding.message
        assert finding.why
        assert finding.fix
        texts = (finding.field, finding.message, finding.why, finding.fix, finding.excerpt or "")
        assert max(map(len, texts)) < _LONGEST
        sent = json.dumps(finding.repair, ensure_ascii=False)
        assert len(sent) < 20 * 400  # 20 whole samples are the largest
        for text in (finding.field, finding.message, finding.excerpt or ""):
            assert text.isprintable()


@given(valid_requests())
def test_a_valid_request_has_no_invalid_finding(arguments: Arguments) -> None:
    assert invalid(found(arguments)) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {f"unknown-{number}": 1 for number in _MANY},
        {"tags": [{"key": ""}] * 20_000},
        {"tags": [{f"part{number}": 1 for number in _MANY}]},
        {"tags": [{"key": "acs:" * 100_000}]},
        {"tags": [{"key": "a", "value": "http:/" * 50_000 + "/" * 50_000}]},
        {f"\ud800{number}": 1 for number in _MANY},
        {
            "enable_parameter": True,
            "command_content": "".join(f"{{{{a{n}}}}}{{{{A{n}}}}}{{{{.{n}}}}}" for n in _MANY),
        },
    ],
    ids=[
        "arguments",
        "tags",
        "parts of a tag",
        "prefixes",
        "schemes",
        "surrogates",
        "placeholders",
    ],
)
def test_many_faults_of_one_kind_do_not_become_a_flood(arguments: Arguments) -> None:
    findings = found(VALID | arguments)
    assert invalid(findings)
    assert len(findings) < 100
    assert sum(len(finding.model_dump_json()) for finding in findings) < 100_000


_HIDDEN = {
    "a zone under another name": {"region_id": None, "regionId": "cn-hangzhou-b"},
    "a type under another name": {"type": None, "command_type": "shell"},
    "a time-out under another name": {"Timeout": "5m"},
    "a script too long to echo": {
        "command_content": None,
        "content": "echo {{ }}" + "#" * 300,
        "enable_parameter": True,
    },
    "parameters switched on by text": {"enable_parameter": "true", "command_content": "{{.ID}}"},
    "an encoding misspelt": {"content_encoding": "base64", "command_content": "ZWNobyA_Pz8-"},
    "base64 of utf-16 as plain text": {"command_content": "ZQBjAGgAbwAgAGgAaQA="},
    "a script with half a character": {
        "command_content": "echo \ud83c {{ }}",
        "enable_parameter": True,
    },
}


@pytest.mark.parametrize("changes", _HIDDEN.values(), ids=_HIDDEN)
def test_a_problem_behind_another_is_told_in_the_same_answer(changes: Arguments) -> None:
    arguments = with_changes(VALID, changes)
    problems = invalid(found(arguments))
    assert len(problems) == 2
    repaired = with_changes(arguments, merged_repair(problems) or {})
    told = {(finding.rule_id, finding.field) for finding in problems}
    assert {(f.rule_id, f.field) for f in invalid(found(repaired))} <= told
