"""Whatever an endpoint says of its commands, the answer can be sent and nothing raises."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.creation.definition import arguments, fingerprint
from mcp_server.creation.live_checks import _name
from mcp_server.ecs import replies
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.guardrails.content import Content
from mcp_server.inventory.rows import detail, row
from mcp_server.models.request import CommandRequest
from mcp_server.models.result import Backend
from mcp_server.models.stored import Found, Listing, Standing
from mcp_server.tools.stored_text import found_answer, listing_answer

GOOD: dict[str, Any] = {
    "CommandId": "c-1",
    "Name": "greeting",
    "Type": "RunShellScript",
    "CommandContent": "ZWNobyBoaQo=",
    "Timeout": 60,
    "CreationTime": "2026-11-25T00:00:00Z",
}
_ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(2**60)
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["\ud800", "x\n**Deleted c-1**", "60", "c-2", "ZWNobyBoaQo=", "=="])
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(st.sampled_from(["ParameterName", "Tag", "TagKey"]), st.text(max_size=3))
    | st.just({"Tag": [{"TagKey": "\ud800", "TagValue": "b"}, {"TagKey": "a"}]})
    | st.just({"ParameterName": ["\ud800"]})
)
_NAMES = (
    *("CommandId", "Name", "Type", "CommandContent", "Description", "WorkingDir", "Timeout"),
    *("EnableParameter", "ParameterNames", "Launcher", "ResourceGroupId", "Tags", "Provider"),
    *("CreationTime", "Version", "Category"),
)
REQUEST = CommandRequest(
    region_id="cn-hangzhou", name="greeting", type="RunShellScript", command_content="echo hi\n"
)


def told(command: StoredCommand) -> None:
    """Everything that is ever made of a stored command."""
    whole = detail(command, "cn-hangzhou")
    answers = [
        found_answer(Found(status=Standing.FOUND, backend=Backend.LOCAL, command=whole)),
        listing_answer(
            Listing(
                status=Standing.LISTED,
                backend=Backend.LOCAL,
                commands=(row(command, with_content=True),),
            )
        ),
    ]
    for answer in answers:
        answer.text.encode()
        json.dumps(answer.structured, allow_nan=False).encode()
    json.dumps(arguments(command, "cn-hangzhou")).encode()
    fingerprint(command, "cn-hangzhou")
    page = replies.CommandPage((command,), "", 1)
    seen = _name(page, REQUEST, Content(b"echo ho\n"))
    assert "\n" not in seen.check.told
    seen.check.model_dump_json()


@given(st.dictionaries(st.sampled_from(_NAMES), _ODD))
def test_a_row_with_anything_in_it_is_read_whole_or_not_at_all(odd: dict[str, Any]) -> None:
    reply = {"Commands": {"Command": [GOOD | odd, GOOD]}, "RequestId": "R-1"}
    page = replies.page(reply)
    assert isinstance(page, replies.CommandPage)
    assert len(page.commands) + page.unreadable == 2
    for command in page.commands:
        told(command)
    one = replies.stored("c-1", reply)
    assert isinstance(one, StoredCommand | Failure)
    assert isinstance(one, Failure) or one.command_id == "c-1"


@given(st.dictionaries(st.sampled_from(["Commands", "NextToken", "TotalCount"]), _ODD))
def test_a_page_with_anything_around_its_rows_is_read_or_refused(odd: dict[str, Any]) -> None:
    page = replies.page({"RequestId": "R-1"} | odd)
    if isinstance(page, replies.CommandPage):
        assert page.next_token.isprintable()
        assert page.total is None or page.total >= 0
        page.next_token.encode()


@pytest.mark.parametrize("token", ["n" * 1025, "a\nb", ["x"], "\ud800", 7])
def test_a_token_that_could_not_be_given_back_is_not_given_out(token: Any) -> None:
    assert isinstance(replies.page({"NextToken": token, "RequestId": "R-1"}), Failure)


def test_another_command_than_the_one_asked_for_is_none() -> None:
    assert replies.stored("c-2", {"Commands": {"Command": [GOOD]}}) is None


@given(st.lists(st.dictionaries(st.sampled_from(["Id", "DisplayName"]), _ODD), max_size=3))
def test_groups_with_anything_in_them_are_read_or_refused(rows: list[dict[str, Any]]) -> None:
    groups = replies.resource_groups({"ResourceGroups": {"ResourceGroup": rows}})
    if not isinstance(groups, Failure):
        for group in groups:
            (group.group_id + group.display_name).encode()
            assert group.group_id.isprintable()
