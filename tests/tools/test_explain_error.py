import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mcp import Client
from mcp_types import CallToolResult, TextContent

from mcp_server.ecs.error_catalogue import ROWS
from mcp_server.guardrails.rule_book import RULES
from mcp_server.server import build_server
from mcp_server.tools.create_command import CreateCommand
from mcp_server.tools.diagnosing import diagnose
from mcp_server.tools.explain_error import ExplainError
from mcp_server.tools.tool import Answer
from tests.conftest import Service
from tests.ecs.pasted_texts import (
    CANARIES,
    JSON_IN_A_LOG,
    KEY_ID,
    KEY_SECRET,
    PASSWORD,
    REQUEST_ID,
    TERRAFORM,
    TEXTS,
    TOKEN,
)
from tests.guardrails.requests import VALID
from tests.tools.answers import answer_of

_OUTPUT = Draft202012Validator(ExplainError().output_schema)


async def explained(text: Any, **more: Any) -> dict[str, Any]:
    """The structure of an answer of which everything is true that is true of every one."""
    answer = await answer_of(ExplainError(), {"error": text, **more})
    _check(answer)
    return answer.structured


def _check(answer: Answer) -> None:
    assert list(_OUTPUT.iter_errors(answer.structured)) == []
    assert json.loads(answer.text.split("\n")[-1]) == answer.structured
    assert answer.is_error is (answer.structured["status"] in {"invalid", "failed"})
    assert not [canary for canary in CANARIES if canary in answer.text]


@pytest.mark.anyio
async def test_a_denial_pasted_from_terraform_is_explained_whole():
    answer = await answer_of(ExplainError(), {"error": TERRAFORM})
    _check(answer)
    error = answer.structured["error"]
    assert answer.structured == {"status": "explained", "error": error}
    assert error == {
        "code": "Forbidden.RAM",
        "source": "ecs",
        "message": "The account's policies do not allow ecs:CreateCommand to this user or role.",
        "cause": "No policy grants it, or one denies it. The denial says: NoPermissionType "
        "'ImplicitDeny'. Its EncodedDiagnosticMessage can be read by someone who may "
        "ram:DecodeDiagnosticMessage, under the request id.",
        "fix": "Ask whoever administers the account to allow the action ecs:CreateCommand on the "
        "resource acs:ecs:cn-hangzhou:*:command/* for this user or role, and to look for a policy "
        "that denies it.",
        "retry": "after_fix",
        "outcome": "not_created",
        "http_status": 403,
        "request_id": REQUEST_ID,
        "reference": error["reference"],
    }
    assert answer.text.split("\n")[:-1] == [
        "Explained: Forbidden.RAM",
        error["message"],
        f"Cause: {error['cause']}",
        f"Fix: {error['fix']}",
        "Outcome: not_created. Retry: after_fix.",
        f"See: {error['reference']}",
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(("text", "code"), TEXTS.values(), ids=TEXTS.keys())
async def test_a_pasted_text_is_explained_by_the_catalogue_and_gives_no_secret_back(text, code):
    answered = await explained(text)
    assert answered["status"] == "explained"
    assert answered["error"]["code"] == code


@pytest.mark.anyio
async def test_after_a_server_failure_only_the_same_token_is_safe():
    error = (await explained(JSON_IN_A_LOG))["error"]
    assert (error["outcome"], error["retry"]) == ("unknown", "same_token")


@pytest.mark.anyio
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
async def test_every_row_is_answered_to_its_code(row):
    answered = await explained(row.code)
    assert answered["status"] == "explained"
    error = answered["error"]
    assert (error["code"], error["source"], error["retry"], error["outcome"]) == (
        row.code,
        row.source,
        row.retry,
        row.outcome,
    )
    assert error.get("repair") == (None if row.repair is None else dict(row.repair))


@pytest.mark.anyio
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
async def test_every_rule_is_answered_to_its_id(rule):
    answered = await explained(f"rule {rule.id}")
    assert answered["status"] == "explained"
    error = answered["error"]
    assert error["code"] == rule.id
    assert rule.why in error["cause"]
    source = {"POL": "policy"}.get(
        rule.id[:3], "guardrail" if error["reference"].endswith(f"/rules/{rule.id}") else "input"
    )
    assert (error["source"], error["outcome"]) == (source, "not_sent")


@pytest.mark.anyio
async def test_our_own_answer_pasted_back_leads_to_the_rule_that_it_was_about(service: Service):
    blocked = await answer_of(
        CreateCommand(service.workflow), VALID | {"command_content": "rm -rf /etc\n"}
    )
    assert blocked.structured["error"]["code"] == "Blocked"
    for pasted in (json.dumps(blocked.structured), blocked.text.rpartition("\n")[0]):
        answered = await explained(pasted)
        assert answered["status"] == "explained"
        assert answered["error"]["code"] == "DES001"
        assert answered["error"]["reference"] == "cloud-assistant://rules/DES001"


@pytest.mark.anyio
async def test_several_codes_are_told_and_the_first_is_explained():
    answered = await explained("Code: CmdName.ExceedLimit ... then ErrorCode: Throttling.User")
    error = answered.pop("error")
    assert error["code"] == "CmdName.ExceedLimit"
    assert answered == {
        "status": "unclear",
        "candidates": ["CmdName.ExceedLimit", "Throttling.User"],
        "next_step": "The text names several; error explains the first. Ask for another one by "
        "name.",
    }


@pytest.mark.anyio
async def test_a_slip_is_no_answer_but_a_candidate():
    assert await explained("Throtling.User") == {
        "status": "unclear",
        "candidates": ["Throttling.User", "Throttling"],
        "next_step": "Nothing is sure. If one of candidates is meant, call explain_error with it.",
    }


@pytest.mark.anyio
async def test_a_code_that_nobody_knows_is_said_to_be_unknown():
    answered = await explained(f"Code: Brand.NewThing RequestId: {REQUEST_ID}")
    assert answered["status"] == "unknown"
    assert answered["error"]["code"] == "Brand.NewThing"
    assert answered["error"]["request_id"] == REQUEST_ID
    assert "does not know" in answered["error"]["message"]


@pytest.mark.anyio
async def test_a_text_that_says_nothing_is_not_guessed_at():
    assert await explained("It does not work, and nobody knows why.") == {
        "status": "unknown",
        "next_step": "Give the whole error text, with Code, Message and RequestId, or look in "
        "cloud-assistant://errors. If it is in neither, show it to the user; do not guess.",
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "error is missing."),
        ({"error": ""}, "error is empty."),
        ({"error": KEY_SECRET * 400}, "error is longer than 8192 characters."),
        ({"error": {"code": KEY_SECRET}}, "error is not text."),
        ({"error": None}, "error is not text."),
        ({"error": f"{KEY_SECRET}\ud83c"}, "error is not text."),
        (
            {"text": KEY_SECRET},
            "error is missing. There is an argument that this tool does not have.",
        ),
    ],
)
async def test_what_is_no_error_text_is_refused_without_a_value(arguments, message):
    answer = await answer_of(ExplainError(), arguments)
    _check(answer)
    assert answer.structured["status"] == "invalid"
    assert answer.structured["error"]["code"] == "InvalidArguments"
    assert answer.structured["error"]["message"] == message


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_a_client_of_either_era_gets_structure_and_text(era):
    async with Client(build_server([ExplainError()]), mode=era) as client:
        result = await client.call_tool("explain_error", {"error": "CmdName.ExceedLimit"})
        refused = await client.call_tool("explain_error", {"error": 7})
    assert isinstance(result, CallToolResult)
    assert result.structured_content is not None
    assert isinstance(result.content[0], TextContent)
    assert result.structured_content["error"]["code"] == "CmdName.ExceedLimit"
    assert result.content[0].text.startswith("Explained: CmdName.ExceedLimit\n")
    assert (result.is_error, refused.is_error) == (False, True)


def test_a_bug_is_an_answer_that_says_nothing_was_sent():
    answer = ExplainError().crashed({"error": PASSWORD})
    _check(answer)
    assert answer.structured["status"] == "failed"
    assert answer.structured["error"]["outcome"] == "not_sent"


_SECRET = st.one_of(
    st.sampled_from([KEY_ID, KEY_SECRET, TOKEN, PASSWORD]),
    st.text("0123456789abcdef", min_size=32, max_size=32).filter(lambda s: not s.isdigit()),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=30)
    .filter(lambda s: any(c.isdigit() for c in s))
    .map(lambda s: s[:64]),
)
_BEFORE = st.sampled_from(
    ["Code: ", '"Code":"', "Error: ", "code=", "Code: Forbidden.", "RequestId: ", "Message: ", "",
     "StatusCode: 400 ", "ecs.", "region: ", "ecs:", "\n", "Code: InvalidParameter.", "<Code>"]
)  # fmt: skip


_AFTER = st.sampled_from(["", '"', " code: 4", " : x", "\n"])


@given(st.lists(st.tuples(_BEFORE, _SECRET, _AFTER), max_size=6))
def test_no_secret_comes_back_wherever_it_stood(pieces):
    told = diagnose("".join(map("".join, pieces))).model_dump_json()
    assert [secret for _, secret, _ in pieces if secret in told] == []


@given(st.text(max_size=8192))
def test_any_text_gets_an_answer(text):
    answered = diagnose(text)
    assert (answered.error is None) <= (answered.next_step is not None)
