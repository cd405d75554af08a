import ast
from pathlib import Path

import pytest

from mcp_server.creation import refusal
from mcp_server.creation.consent import Reply
from mcp_server.ecs.error_catalogue.lookup import is_local, listed
from mcp_server.ecs.error_catalogue.refusal_rows import REFUSAL_ROWS
from mcp_server.models.explanation import Explanation, Outcome
from mcp_server.models.finding import Finding, Severity

CREATION = Path(refusal.__file__).parent


def finding(severity: Severity) -> Finding:
    return Finding(
        rule_id="XXX001",
        rule="a-rule",
        severity=severity,
        field="name",
        message="It is wrong.",
        why="It is.",
        fix="Mend it.",
    )


def test_every_code_that_a_creation_ends_with_has_a_row():
    written = {
        keyword.value.value
        for file in CREATION.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Explanation"
        for keyword in call.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    of_deletions = {"CommandChanged", "ProvidedByVendor"}
    known = {row.code for row in REFUSAL_ROWS}
    assert written | set(refusal.CODES.values()) | of_deletions == known


@pytest.mark.parametrize(
    "explanation",
    [
        refusal.invalid((finding(Severity.INVALID),)),
        refusal.blocked((finding(Severity.BLOCK),)),
        *(
            refusal.unconfirmed((finding(Severity.CONFIRM),), Reply(decision))
            for decision in refusal.CODES
        ),
        refusal.server_error(Outcome.UNKNOWN),
    ],
    ids=lambda explanation: explanation.code,
)
def test_a_row_says_of_a_refusal_what_the_refusal_itself_says(explanation: Explanation):
    row = listed(explanation.code)
    assert row is not None
    assert (row.source, row.retry, row.outcome) == (
        explanation.source,
        explanation.retry,
        explanation.outcome,
    )


@pytest.mark.parametrize("row", REFUSAL_ROWS, ids=lambda row: row.code)
def test_no_endpoint_can_refuse_in_our_name(row):
    assert is_local(row.code)
    assert is_local(f"{row.code}.Again")
