"""From a pasted error text to what it means, by the tables that failures are explained with.

Nothing of the text is passed on but codes, a request id and numbers, each by its pattern.
"""

from typing import Final

from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.error_catalogue.recognition import Reading, is_known, read
from mcp_server.ecs.error_catalogue.refusal_rows import REFUSAL_ROWS
from mcp_server.ecs.wire import ACTION
from mcp_server.guardrails.policy.rules import POLICY_PREFIX
from mcp_server.guardrails.rule import Rule
from mcp_server.guardrails.script_rule import ScriptRule
from mcp_server.models.diagnosis import Clarity, Diagnosis
from mcp_server.models.explanation import Explanation, Outcome, Retry, Source
from mcp_server.models.finding import Severity

_MOST_CANDIDATES: Final = 8
_REFUSALS: Final = frozenset(row.code for row in REFUSAL_ROWS)
_SEVERAL: Final = "The text names several; error explains the first. Ask for another one by name."
_ONE_OF: Final = "Nothing is sure. If one of candidates is meant, call explain_error with it."
_LOOK_IT_UP: Final = (
    "Give the whole error text, with Code, Message and RequestId, or look in "
    "cloud-assistant://errors. If it is in neither, show it to the user; do not guess."
)
_AFTER: Final = {
    Severity.INVALID: "Never sent as it stands.",
    Severity.BLOCK: "Never created, unless the operator's policy waives the rule.",
    Severity.CONFIRM: "Created only when a person agrees.",
    Severity.ADVICE: "Advice: it stops nothing.",
}


def diagnose(text: str) -> Diagnosis:
    """Say what an error text means; what is not recognised is not guessed at."""
    from mcp_server.guardrails.rule_book import rules_named  # noqa: PLC0415 - all rules

    reading = read(text)
    rules = rules_named(text)
    # A refusal lists the findings that led to it, and they say more than its own code does.
    codes = [code for code in reading.codes if not (rules and code in _REFUSALS)]
    if not rules and not codes:
        return _unnamed(reading)
    names = [*codes, *(rule.id for rule in rules)]
    first = _explained_code(codes[0], reading) if codes else _explained_rule(rules[0])
    if len(names) > 1:
        return Diagnosis(
            status=Clarity.UNCLEAR,
            error=first,
            candidates=tuple(names[:_MOST_CANDIDATES]),
            next_step=_SEVERAL,
        )
    if reading.near and not rules:
        return Diagnosis(
            status=Clarity.UNCLEAR, error=first, candidates=reading.near, next_step=_ONE_OF
        )
    known = rules or is_known(codes[0])
    return Diagnosis(status=Clarity.EXPLAINED if known else Clarity.UNKNOWN, error=first)


def _unnamed(reading: Reading) -> Diagnosis:
    if reading.near:
        return Diagnosis(status=Clarity.UNCLEAR, candidates=reading.near, next_step=_ONE_OF)
    return Diagnosis(status=Clarity.UNKNOWN, next_step=_LOOK_IT_UP)


def _explained_code(code: str, reading: Reading) -> Explanation:
    return explain(
        reading.failure(code),
        action=reading.action or ACTION,
        region_id=reading.region_id,
    )


def _explained_rule(rule: Rule) -> Explanation:
    """A rule as the explanation of the finding that it makes."""
    source, reference = Source.INPUT, "cloud-assistant://reference/create-command"
    message = f"A finding of the rule {rule.name}."
    fix = "Do as the finding's own fix and repair say."
    if isinstance(rule, ScriptRule):
        source, reference = Source.GUARDRAIL, f"cloud-assistant://rules/{rule.id}"
        message, fix = f"{message} {rule.what}", rule.instead
    elif rule.id.startswith(POLICY_PREFIX):
        source, reference = Source.POLICY, "cloud-assistant://policy"
    return Explanation(
        code=rule.id,
        source=source,
        message=message,
        cause=f"{rule.why} {_AFTER[rule.severity]}",
        fix=fix,
        retry=Retry.NO if rule.severity is Severity.ADVICE else Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
        reference=reference,
    )
