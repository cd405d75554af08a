import base64
import json
from typing import Any

import pytest

from mcp_server.creation.consent import NOBODY, Decision, Question, Reply
from mcp_server.creation.seal import LIFE, Sealer
from mcp_server.ecs.gateway import Gateway
from mcp_server.emulator import Fault
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import Policy
from mcp_server.inventory.deletions import HOW_TO_UNDO, HOW_TO_UNDO_NOT, Deletions
from mcp_server.inventory.inventory import HOW_TO_FIND
from mcp_server.models.explanation import Outcome, Retry
from mcp_server.models.result import Backend, Status
from mcp_server.models.stored import Deletion, Standing
from tests.conftest import SETTINGS, Service
from tests.creation.callers import Beside, Later
from tests.ecs.fixed_backend import FixedBackend
from tests.ecs.hostile import endpoint, http

pytestmark = pytest.mark.anyio
HERE = {"region_id": "cn-hangzhou"}
YES = Reply(Decision.DELETE)
WHOLE: dict[str, Any] = {
    "region_id": "cn-hangzhou",
    "name": "greeting",
    "type": "RunShellScript",
    "command_content": "echo '{{who}}'\n",
    "description": "says hello",
    "working_dir": "/opt",
    "timeout": 600,
    "enable_parameter": True,
    "launcher": "bash -u {{ACS::ScriptFileName}}",
    "resource_group_id": "rg-local",
    "tags": [{"key": "team", "value": "sre"}, {"key": "tier", "value": ""}],
}


def deleted(service: Service) -> list[str]:
    return [r.outcome for r in service.emulator.requests if r.action == "DeleteCommand"]


async def test_a_yes_deletes_and_the_answer_has_what_undoes_it(
    service: Service, deletions: Deletions, create
) -> None:
    stored, person = await create(**WHOLE), Beside(YES)
    result = await deletions.deletion(HERE | {"command_id": stored.command_id}, person)
    assert isinstance(result, Deletion)
    assert result == Deletion(
        status=Standing.DELETED,
        backend=Backend.LOCAL,
        command_id=stored.command_id,
        name="greeting",
        digest=result.digest,
        request_id=result.request_id,
        undo=WHOLE,
        next_step=HOW_TO_UNDO,
    )
    assert service.emulator.commands() == []
    again = await service.workflow.create(result.undo or {})
    assert again.status is Status.CREATED
    (restored,) = service.emulator.commands()
    for name in ("name", "type", "content", "description", "working_dir", "timeout", "launcher"):
        assert getattr(restored, name) == getattr(stored, name)
    assert (restored.tags, restored.resource_group_id) == (stored.tags, stored.resource_group_id)


async def test_the_question_shows_name_and_digest_of_what_goes(
    deletions: Deletions, create
) -> None:
    stored, person = await create(name="a\u202eb'"), Beside(Reply(Decision.DECLINE))
    result = await deletions.deletion(HERE | {"command_id": stored.command_id}, person)
    assert isinstance(result, Deletion)
    (question,) = person.asked
    assert question.wanted is Decision.DELETE
    assert question.message.split("\n") == [
        'Delete the command "a\N{REPLACEMENT CHARACTER}b\'" (RunShellScript, 8 bytes, of '
        f"{stored.creation_time}) in cn-hangzhou?",
        "Whoever runs it by its id can do so no longer. The answer to the agent has all that it "
        "takes to make it again, under another id.",
        f"CommandId: {stored.command_id}",
        f"Digest: {result.digest}",
    ]


@pytest.mark.parametrize(
    ("reply", "standing", "code"),
    [
        (Reply(Decision.DECLINE, "still needed"), Standing.DECLINED, "Declined"),
        (Reply(Decision.CREATE), Standing.DECLINED, "Declined"),
        (Reply(Decision.CANCEL), Standing.DECLINED, "ConfirmationCancelled"),
        (Reply(Decision.NO_ANSWER), Standing.NEEDS_CONFIRMATION, "ConfirmationTimedOut"),
        (Reply(Decision.UNAVAILABLE), Standing.NEEDS_CONFIRMATION, "ConfirmationUnavailable"),
    ],
)
async def test_without_a_yes_to_just_this_nothing_is_deleted(
    service: Service, deletions: Deletions, create, reply: Reply, standing: Standing, code: str
) -> None:
    stored = await create()
    result = await deletions.deletion(HERE | {"command_id": stored.command_id}, Beside(reply))
    assert isinstance(result, Deletion)
    assert result.error is not None
    assert (result.status, result.error.code) == (standing, code)
    assert result.error.outcome is Outcome.NOT_SENT
    assert reply.reason in result.error.message
    assert (len(service.emulator.commands()), deleted(service)) == (1, [])


async def test_nobody_to_ask_means_no(service: Service, deletions: Deletions, create) -> None:
    stored = await create()
    result = await deletions.deletion(HERE | {"command_id": stored.command_id}, NOBODY)
    assert isinstance(result, Deletion)
    assert result.status is Standing.NEEDS_CONFIRMATION
    assert deleted(service) == []


async def test_an_answer_of_the_next_call_deletes_what_was_asked_about_once(
    service: Service, deletions: Deletions, create
) -> None:
    stored, caller = await create(), Later()
    asked = HERE | {"command_id": stored.command_id}
    question = await deletions.deletion(asked, caller)
    assert isinstance(question, Question)
    assert deleted(service) == []
    answering = caller.answering(question, Decision.DELETE)
    first = await deletions.deletion(asked, answering)
    second = await deletions.deletion(asked, answering)
    assert isinstance(first, Deletion)
    assert isinstance(second, Deletion)
    assert (first.status, second.status) == (Standing.DELETED, Standing.GONE)


async def test_a_yes_about_another_command_or_another_state_asks_anew(
    service: Service, deletions: Deletions, create
) -> None:
    one, other, caller = await create(name="one"), await create(name="other"), Later()
    question = await deletions.deletion(HERE | {"command_id": one.command_id}, caller)
    assert isinstance(question, Question)
    answering = caller.answering(question, Decision.DELETE)
    again = await deletions.deletion(HERE | {"command_id": other.command_id}, answering)
    assert isinstance(again, Question)
    assert again.about != question.about
    assert len(service.emulator.commands()) == 2


@pytest.mark.parametrize("case", ["another person's", "expired", "for a creation", "made up"])
async def test_a_state_that_is_not_of_this_question_deletes_nothing(
    service: Service, create, case: str
) -> None:
    now = [1000.0]
    sealer = Sealer(["k" * 32], lambda: now[0])
    made = Deletions(SETTINGS, service.gateway, Inspector(SETTINGS), sealer)
    stored, caller = await create(), Later("sub:one")
    asked = HERE | {"command_id": stored.command_id}
    question = await made.deletion(asked, caller)
    assert isinstance(question, Question)
    answering = caller.answering(question, Decision.DELETE)
    match case:
        case "another person's":
            answering.principal = "sub:other"
        case "expired":
            now[0] += LIFE + 1
        case "for a creation":
            state = sealer.seal("question", {**question.about, "principal": "sub:one"})
            answering = caller.answering(
                Question("", Decision.DELETE, question.about, state), Decision.DELETE
            )
        case _:
            answering = caller.answering(
                Question("", Decision.DELETE, {}, "e30.AAAA"), Decision.DELETE
            )
    result = await made.deletion(asked, answering)
    assert isinstance(result, Question) or result.status is Standing.NEEDS_CONFIRMATION
    assert deleted(service) == []


async def test_a_command_that_is_gone_already_answers_as_such(deletions: Deletions) -> None:
    asked = HERE | {"command_id": "c-gone"}
    assert await deletions.deletion(asked, Beside(YES)) == Deletion(
        status=Standing.GONE, backend=Backend.LOCAL, command_id="c-gone", next_step=HOW_TO_FIND
    )


async def test_a_command_that_somebody_else_deletes_meanwhile_is_gone(
    service: Service, deletions: Deletions, create
) -> None:
    stored = await create()
    service.emulator.faults.add(
        Fault(code="InvalidCmdId.NotFound", status=404, action="DeleteCommand")
    )
    asked = HERE | {"command_id": stored.command_id}
    result = await deletions.deletion(asked, Beside(YES))
    assert isinstance(result, Deletion)
    assert (result.status, result.error) == (Standing.GONE, None)
    assert result.undo is not None


async def test_a_lost_answer_is_repeated_and_the_deletion_is_told(
    service: Service, deletions: Deletions, create
) -> None:
    stored = await create()
    service.emulator.faults.add(Fault(drop=True, commit=True, action="DeleteCommand"))
    asked = HERE | {"command_id": stored.command_id}
    result = await deletions.deletion(asked, Beside(YES))
    assert isinstance(result, Deletion)
    assert (result.status, result.request_id) == (Standing.DELETED, None)
    assert service.emulator.commands() == []


async def test_where_nobody_knows_the_answer_says_so_and_keeps_the_definition(
    service: Service, deletions: Deletions, create
) -> None:
    stored = await create()
    service.emulator.faults.add(
        Fault(code="InternalError", status=500, action="DeleteCommand", times=99)
    )
    asked = HERE | {"command_id": stored.command_id}
    result = await deletions.deletion(asked, Beside(YES))
    assert isinstance(result, Deletion)
    assert result.error is not None
    assert (result.status, result.error.outcome, result.error.retry) == (
        Standing.FAILED,
        Outcome.UNKNOWN,
        Retry.LATER,
    )
    assert result.undo is not None
    assert "client_token" not in result.error.fix


async def test_a_command_of_the_vendors_is_refused_before_anybody_is_asked(
    service: Service, deletions: Deletions, inventory
) -> None:
    public = await inventory.listing(HERE | {"provider": "AlibabaCloud"})
    person = Beside(YES)
    asked = HERE | {"command_id": public.commands[0].command_id}
    result = await deletions.deletion(asked, person)
    assert isinstance(result, Deletion)
    assert result.error is not None
    assert (result.status, result.error.code) == (Standing.BLOCKED, "ProvidedByVendor")
    assert (person.asked, deleted(service)) == ([], [])


async def test_the_policy_says_where_nothing_may_be_deleted(service: Service, create) -> None:
    stored, person = await create(), Beside(YES)
    policy = Policy.model_validate({"regions": {"denied": ["cn-hangzhou"]}})
    made = Deletions(SETTINGS, service.gateway, Inspector(SETTINGS, policy))
    result = await made.deletion(HERE | {"command_id": stored.command_id}, person)
    assert isinstance(result, Deletion)
    assert result.status is Standing.BLOCKED
    assert [finding.rule_id for finding in result.findings] == ["POL001"]
    assert (person.asked, deleted(service)) == ([], [])


async def test_a_person_is_asked_whatever_was_agreed_of_creations(service: Service, create) -> None:
    stored, person = await create(), Beside(Reply(Decision.DECLINE))
    made = Deletions(SETTINGS, service.gateway, Inspector(SETTINGS, Policy(confirmation="never")))
    result = await made.deletion(HERE | {"command_id": stored.command_id}, person)
    assert isinstance(result, Deletion)
    assert (result.status, len(person.asked)) == (Standing.DECLINED, 1)


async def test_a_command_of_a_group_that_the_policy_denies_stays(service: Service, create) -> None:
    stored, person = await create(resource_group_id="rg-local"), Beside(YES)
    policy = Policy.model_validate({"resource_groups": {"denied": ["rg-local"]}})
    made = Deletions(SETTINGS, service.gateway, Inspector(SETTINGS, policy))
    result = await made.deletion(HERE | {"command_id": stored.command_id}, person)
    assert isinstance(result, Deletion)
    assert (result.status, person.asked, deleted(service)) == (Standing.BLOCKED, [], [])


async def test_a_refusal_before_a_404_does_not_make_the_deletion_ours(
    service: Service, deletions: Deletions, create
) -> None:
    stored = await create()
    service.emulator.faults.add(
        Fault(code="Throttling.User", status=400, action="DeleteCommand"),
        Fault(code="InvalidCmdId.NotFound", status=404, action="DeleteCommand"),
    )
    result = await deletions.deletion(HERE | {"command_id": stored.command_id}, Beside(YES))
    assert isinstance(result, Deletion)
    assert result.status is Standing.GONE


@pytest.mark.parametrize(
    ("changes", "field"),
    [({}, "command_id"), ({"command_id": ""}, "command_id"), ({"id": "c-1"}, "id")],
)
async def test_wrong_arguments_delete_nothing(
    service: Service, deletions: Deletions, changes: dict[str, Any], field: str
) -> None:
    result = await deletions.deletion(HERE | changes, Beside(YES))
    assert isinstance(result, Deletion)
    assert result.error is not None
    assert (result.status, result.error.field) == (Standing.INVALID, field)
    assert service.emulator.requests == []


async def test_what_could_not_be_made_again_is_told_before_it_goes_and_after(
    service: Service, deletions: Deletions
) -> None:
    created = await service.gateway.create_command(
        {
            "RegionId": "cn-hangzhou",
            "Name": "old",
            "Type": "RunShellScript",
            "CommandContent": base64.b64encode(b"rm -rf /\n").decode(),
            "ContentEncoding": "Base64",
            "ClientToken": "old",
        }
    )
    person = Beside(YES)
    asked = HERE | {"command_id": created.command_id}
    result = await deletions.deletion(asked, person)
    assert isinstance(result, Deletion)
    told = "It could not be made again as it is: DES001 would refuse it."
    assert person.asked[0].message.split("\n")[1].endswith(told)
    assert (result.status, result.next_step) == (
        Standing.DELETED,
        HOW_TO_UNDO_NOT.format("DES001"),
    )
    assert (result.undo or {})["command_content"] == "rm -rf /\n"


async def test_a_command_that_goes_while_the_person_thinks_is_gone(
    service: Service, deletions: Deletions, create
) -> None:
    stored = await create()
    asked = HERE | {"command_id": stored.command_id}

    class Slow(Beside):
        async def ask(self, question: Question) -> Reply | None:
            await service.gateway.delete_command(asked["region_id"], asked["command_id"])
            return await super().ask(question)

    result = await deletions.deletion(asked, Slow(YES))
    assert isinstance(result, Deletion)
    assert (result.status, deleted(service)) == (Standing.GONE, ["OK"])


def described(**changes: Any) -> bytes:
    """An endpoint's answer with one command."""
    row = {"CommandId": "c-1", "Name": "a", "Type": "RunShellScript", "CommandContent": "bHM="}
    reply = {"RequestId": "R-1", "Commands": {"Command": [row | changes]}}
    return http(200, json.dumps(reply).encode())


@pytest.mark.parametrize(
    ("changes", "standing", "code"),
    [
        ({"CommandContent": "bHM7"}, Standing.FAILED, "CommandChanged"),
        ({"Name": "b"}, Standing.FAILED, "CommandChanged"),
        ({"Provider": "AlibabaCloud.X"}, Standing.FAILED, "CommandChanged"),
        ({"Tags": {"Tag": [{"TagKey": "a"}, {"TagKey": "b"}]}}, Standing.DELETED, None),
        ({"CreationTime": "2026-11-25T00:00:00Z"}, Standing.DELETED, None),
    ],
    ids=["script", "name", "provider", "order of tags", "time"],
)
async def test_a_yes_is_not_for_what_the_command_became_while_the_person_thought(
    changes: dict[str, Any], standing: Standing, code: str | None
) -> None:
    first = {"Tags": {"Tag": [{"TagKey": "b"}, {"TagKey": "a"}]}} if "Tags" in changes else {}
    answers = iter([described(**first), described(**changes), http(200, b'{"RequestId":"R-2"}')])
    with endpoint(lambda connection: connection.sendall(next(answers))) as changing:
        gateway = Gateway(SETTINGS, FixedBackend(changing.address))
        made = Deletions(SETTINGS, gateway, Inspector(SETTINGS))
        result = await made.deletion(HERE | {"command_id": "c-1"}, Beside(YES))
        gateway.close()
    assert isinstance(result, Deletion)
    assert (result.status, result.error and result.error.code) == (standing, code)
    sent = [b"x-acs-action: DeleteCommand" in request for request in changing.requests]
    assert sent == [False, False] + [True] * (code is None)
