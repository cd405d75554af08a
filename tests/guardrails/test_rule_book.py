import pytest

from mcp_server.guardrails.rule_book import RULES, rules_named


def test_ids_and_names_are_unique():
    assert len({rule.id for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_found_by_its_id_and_by_its_name(rule):
    assert rules_named(rule.id) == (rule,)
    assert rules_named(f" `{rule.id.lower()}`.\n") == (rule,)
    assert rules_named(f'"{rule.name}"') == (rule,)
    assert rules_named(f"- **block** {rule.id} {rule.name} (command_content, line 3): bad") == (
        rule,
    )
    assert rules_named(f'{{"rule_id":"{rule.id}","rule":"{rule.name}"}}') == (rule,)


@pytest.mark.parametrize(
    "text", ["", "partitioning the disk failed", "XDES001", "DES0011", "ABC123", "the pager broke"]
)
def test_words_that_only_look_like_a_rule_are_none(text):
    assert rules_named(text) == ()
