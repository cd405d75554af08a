"""The examples of a rule are its tests."""

import pytest

from mcp_server.guardrails.analysis import Analyser
from mcp_server.guardrails.rules import ALL_RULES

_FLAGS = [
    pytest.param(rule, language, script, id=f"{rule.id}-{language}-{number}")
    for rule in ALL_RULES
    for number, (language, script) in enumerate(rule.flags.each())
]
_ALLOWS = [
    pytest.param(rule, language, script, id=f"{rule.id}-{language}-{number}")
    for rule in ALL_RULES
    for number, (language, script) in enumerate(rule.allows.each())
]


@pytest.fixture(scope="module")
def analyser():
    return Analyser()


@pytest.mark.parametrize(("rule", "language", "script"), _FLAGS)
def test_what_a_rule_says_it_flags_is_flagged(analyser, rule, language, script):
    findings = analyser.analysis(script, language, parameters=True).findings
    assert rule.id in {finding.rule_id for finding in findings}


@pytest.mark.parametrize(("rule", "language", "script"), _ALLOWS)
def test_what_a_rule_says_it_allows_is_not_flagged_by_it(analyser, rule, language, script):
    findings = analyser.analysis(script, language, parameters=True).findings
    assert rule.id not in {finding.rule_id for finding in findings}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_a_rule_has_three_examples_each_way_in_every_language_it_covers(rule):
    counts = {
        language: (len(rule.flags.of(language)), len(rule.allows.of(language)))
        for language in rule.languages
    }
    assert counts
    assert all(min(count) >= 3 for count in counts.values()), counts


def test_ids_and_names_are_unique():
    assert len({rule.id for rule in ALL_RULES}) == len(ALL_RULES)
    assert len({rule.name for rule in ALL_RULES}) == len(ALL_RULES)
