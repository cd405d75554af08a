"""The rules about scripts as Markdown: for the documentation, and for agents as a resource."""

from collections.abc import Iterator
from itertools import groupby

from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.guardrails.script_rule import Examples, ScriptRule
from mcp_server.markdown import fenced, table

_BY_ID = {rule.id: rule for rule in ALL_RULES}
_LONGEST = 400
"""Characters of an example that is shown; some are made to be too large."""


def rules_index() -> str:
    """One row a rule: what an agent reads first."""
    rows = [
        (rule.id, rule.name, str(rule.severity), _languages(rule), rule.what) for rule in ALL_RULES
    ]
    return (
        "# Rules about scripts\n\nblock: never created. confirm: a person has to agree. advice: "
        "stops nothing. cloud-assistant://rules/ID has one rule with its examples.\n\n"
    ) + table(("Id", "Rule", "Severity", "Languages", "What it flags"), rows)


def rule_ids() -> tuple[str, ...]:
    """The id of every rule that has a page."""
    return tuple(rule.id for rule in ALL_RULES)


def rule_page(rule_id: str) -> str:
    """One rule with everything that is known of it.

    Raises:
        KeyError: there is none with this id.
    """
    return "\n".join(_described(_BY_ID[rule_id])) + "\n"


def rules_page() -> str:
    """docs/rules.md: every rule, by family."""
    lines = [
        "# Rules about scripts",
        "",
        "From `mcp_server/guardrails/rules/`. `block` is never created, `confirm` needs a person, "
        "`advice` stops nothing. Each example is a test. The operator's policy can change the "
        "severity of a rule, or waive it until a day (see `examples/policy.toml`).",
        "",
    ]
    ordered = sorted(ALL_RULES, key=lambda rule: rule.id)
    for family, rules in groupby(ordered, key=lambda rule: rule.id[:3]):
        lines += [f"## {family}", ""]
        for rule in rules:
            lines += _described(rule)
    return "\n".join(lines).rstrip("\n") + "\n"


def _described(rule: ScriptRule) -> Iterator[str]:
    yield f"### {rule.id} {rule.name}"
    yield ""
    attack = f", ATT&CK {rule.attack}" if rule.attack else ""
    yield f"{rule.severity}, {_languages(rule)}{attack}"
    yield ""
    yield f"{rule.what} {rule.why}"
    yield ""
    yield f"Instead: {rule.instead}"
    yield ""
    yield f"Right when: {rule.right_when}"
    yield ""
    yield from _examples("Flagged:", rule, rule.flags)
    yield from _examples("Not flagged by this rule:", rule, rule.allows)


def _examples(title: str, rule: ScriptRule, examples: Examples) -> Iterator[str]:
    for language in rule.languages:
        yield title
        yield ""
        scripts = [_shortened(script).rstrip("\n") for script in examples.of(language)]
        yield fenced("\n".join(scripts), language, mark="~")
        yield ""


def _shortened(script: str) -> str:
    script = script.replace("\r", "")  # as every reader of the page would have it
    if len(script) <= _LONGEST:
        return script
    return f"{script[:_LONGEST]}… ({len(script)} characters)"


def _languages(rule: ScriptRule) -> str:
    return ", ".join(rule.languages)
