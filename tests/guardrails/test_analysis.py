"""All rules over a parse, in bounded time."""

from collections.abc import Callable
from itertools import count

from mcp_server.guardrails.analysis import LONGEST, Analyser
from mcp_server.guardrails.script.model import Language
from mcp_server.models.finding import Severity


def _found(script: str, clock: Callable[[], float]) -> list[tuple[str, Severity]]:
    findings = Analyser(now=clock).analysis(script, Language.SHELL).findings
    return [(finding.rule_id, finding.severity) for finding in findings]


def test_rules_that_take_too_long_are_a_gap_that_a_person_is_asked_about():
    steps = count()
    found = _found("echo a\nrm -rf /etc\n", lambda: next(steps) * LONGEST)
    assert found == [("ANA202", Severity.CONFIRM)]


def test_what_was_found_before_the_time_was_over_stays():
    steps = count()
    found = _found("rm -rf /etc\n" + "echo a\n" * 50, lambda: next(steps) * LONGEST / 10)
    assert found == [("DES001", Severity.BLOCK), ("ANA202", Severity.CONFIRM)]


def test_in_time_nothing_is_said_of_it():
    assert _found("echo a\n", lambda: 0.0) == []
