"""What is looked up before a command is created, and what that means for it.

Everything is asked at once and answered within three seconds; what fails is told as not checked,
and stops nothing.
"""

import difflib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Final

import anyio
import anyio.to_thread

from mcp_server.creation.definition import parameters
from mcp_server.ecs.error_catalogue import is_denial
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.ecs.replies import CallerIdentity, CommandPage, ResourceGroup
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.ecs.wire import api_request, field_digests
from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.content import Content
from mcp_server.guardrails.texts import shown
from mcp_server.models.explanation import Explanation
from mcp_server.models.finding import Finding
from mcp_server.models.limits import DEFAULT_TIMEOUT, QUOTA, RESOURCE_GROUP_ID
from mcp_server.models.request import CommandRequest
from mcp_server.models.result import LiveCheck

SECONDS: Final = 3.0
"""For all of it."""
MOST_GROUPS: Final = 100
"""That one answer lists."""
_NOT_SERVED: Final = frozenset({"InvalidRegionId.NotFound", "RegionId.ApiNotSupported"})
_PERMISSION: Final = LiveCheck(
    check="permission",
    state="not_checked",
    told="Only the creation shows whether ecs:CreateCommand is permitted.",
)
_GROUPS_SHOWN: Final = 5
_DIFF_LINES: Final = 40
_MOST_COMPARED: Final = 1_000_000
"""Pairs of lines; the worst that was found for so many took a tenth of a second."""
_LONGEST_LINE: Final = 200
_LONGEST_ARN: Final = 200


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was seen."""

    checks: tuple[LiveCheck, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    check: LiveCheck
    finding: Finding | None = None


class LiveChecks:
    """Looks things up for a request that is whole. Holds nothing."""

    def __init__(self, gateway: Gateway, seconds: float = SECONDS) -> None:
        self._gateway = gateway
        self._seconds = seconds

    async def look_up(self, request: CommandRequest, content: Content) -> LookedUp:
        """Ask everything at once; never raises for what the cloud answers."""
        gateway, seconds, group_id = self._gateway, self._seconds, request.resource_group_id
        here = {"RegionId": request.region_id}
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "named": partial(
                gateway.list_commands, here | {"Name": request.name, "MaxResults": 50}, seconds
            ),
            "counted": partial(gateway.list_commands, here | {"MaxResults": 1}, seconds),
            "caller": partial(gateway.caller_identity, seconds),
        }
        if group_id:
            calls["groups"] = partial(gateway.resource_groups, seconds)
        answers = await _together(**calls)
        seen = [
            _region(answers["named"], request.region_id),
            # In a thread: the difference of two long scripts takes a tenth of a second.
            await anyio.to_thread.run_sync(_name, answers["named"], request, content),
            _quota(answers["counted"]),
        ]
        if group_id:
            seen.append(_group(answers["groups"], group_id))
        seen += [_caller(answers["caller"]), _Seen(_PERMISSION)]
        return LookedUp(
            tuple(one.check for one in seen),
            tuple(one.finding for one in seen if one.finding is not None),
        )

    async def of_region(self, region_id: str) -> tuple[LiveCheck, ...]:
        """What can be looked up without a command: quota, resource groups and caller."""
        gateway, seconds = self._gateway, self._seconds
        answers = await _together(
            counted=partial(
                gateway.list_commands, {"RegionId": region_id, "MaxResults": 1}, seconds
            ),
            groups=partial(gateway.resource_groups, seconds),
            caller=partial(gateway.caller_identity, seconds),
        )
        return (
            _quota(answers["counted"]).check,
            _groups(answers["groups"]),
            _caller(answers["caller"]).check,
        )


async def _together(**calls: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    """The answers by name; of a call that failed its explanation."""
    answers: dict[str, Any] = {}

    async def ask(name: str, call: Callable[[], Awaitable[Any]]) -> None:
        try:
            answers[name] = await call()
        except EcsError as error:
            answers[name] = error.explanation

    async with anyio.create_task_group() as group:
        for name, call in calls.items():
            group.start_soon(ask, name, call)
    return answers


def _not_checked(check: str, why: Explanation) -> _Seen:
    return _Seen(LiveCheck(check=check, state="not_checked", told=f"{why.code}: {why.message}"))


def _region(answer: CommandPage | Explanation, region_id: str) -> _Seen:
    if isinstance(answer, Explanation) and answer.code in _NOT_SERVED:
        finding = rules.REGION_NOT_SERVED.finding(
            "region_id", answer.message, f"{answer.cause} {answer.fix}"
        )
        check = LiveCheck(check="region", state="problem", told=answer.message)
        return _Seen(check, finding)
    if isinstance(answer, Explanation) and not is_denial(answer.code):
        return _not_checked("region", answer)
    return _Seen(LiveCheck(check="region", state="ok", told=f"{region_id} takes commands."))


def _name(answer: CommandPage | Explanation, request: CommandRequest, content: Content) -> _Seen:
    if isinstance(answer, Explanation):
        return _not_checked("name", answer)
    # A star in a name is a pattern to the API.
    same = [command for command in answer.commands if command.name == request.name]
    if not same:
        return _Seen(LiveCheck(check="name", state="ok", told="No command has this name."))
    newest = same[0]
    differing = _differences(newest, request, content)
    told = f"{newest.command_id} of {shown(newest.created_at)} has this name"
    told += f", and {len(same) - 1} more" if len(same) > 1 else ""
    told += f"; it differs in {', '.join(differing)}." if differing else "; it is the very same."
    diff = "\n".join(_diff(newest, content)) if "command_content" in differing else None
    finding = rules.NAME_TAKEN.finding(
        "name",
        told,
        "Choose another name, or use the command that is there."
        if differing
        else "Use the command that is there.",
    )
    return _Seen(LiveCheck(check="name", state="note", told=told, diff=diff), finding)


def _differences(stored: StoredCommand, request: CommandRequest, content: Content) -> list[str]:
    """The arguments that a stored command has otherwise, by our names."""
    if request.timeout == DEFAULT_TIMEOUT:
        request = request.model_copy(update={"timeout": None})
    if request.resource_group_id is None:  # it then goes into the default group
        stored = replace(stored, resource_group_id="")
    before = field_digests(parameters(stored, request.region_id))
    after = field_digests(api_request(request, content.encoded))
    return [name for name in (before | after) if before.get(name) != after.get(name)]


def _diff(stored: StoredCommand, content: Content) -> Iterator[str]:
    before, after = Content(stored.content).text.split("\n"), content.text.split("\n")
    if len(before) * len(after) > _MOST_COMPARED:
        yield "Both are too long to be compared line by line."
        return
    lines = difflib.unified_diff(
        before,
        after,
        "the command that is there",
        "this one",
        lineterm="",
        n=1,
    )
    yield from (line[:_LONGEST_LINE] for line in islice(lines, _DIFF_LINES))
    if next(lines, None) is not None:
        yield "…"


def _quota(answer: CommandPage | Explanation) -> _Seen:
    if isinstance(answer, Explanation):
        return _not_checked("quota", answer)
    if answer.total is None:
        told = "The endpoint does not count the commands."
        return _Seen(LiveCheck(check="quota", state="not_checked", told=told))
    least, most = QUOTA[0], QUOTA[-1]
    told = f"{answer.total} commands are here; the quota is between {least} and {most:,}."
    if answer.total < least:
        return _Seen(LiveCheck(check="quota", state="ok", told=told))
    if answer.total < most:
        return _Seen(LiveCheck(check="quota", state="note", told=told))
    finding = rules.QUOTA_USED_UP.finding("region_id", told, "Delete commands that nobody needs.")
    return _Seen(LiveCheck(check="quota", state="problem", told=told), finding)


def _group(answer: tuple[ResourceGroup, ...] | Explanation, group_id: str) -> _Seen:
    if isinstance(answer, Explanation):
        return _not_checked("resource_group", answer)
    by_id = {group.group_id: group for group in answer}
    if group_id in by_id:
        told = f"{group_id} is there: {shown(by_id[group_id].display_name)}."
        return _Seen(LiveCheck(check="resource_group", state="ok", told=told))
    if len(answer) >= MOST_GROUPS:
        told = f"It is not among the first {MOST_GROUPS} groups of the account."
        return _Seen(LiveCheck(check="resource_group", state="not_checked", told=told))
    meant = [
        group.group_id
        for group in answer
        if group.display_name == group_id and len(group.group_id) <= RESOURCE_GROUP_ID.maximum
    ]
    if len(meant) > 1:  # which of them is not guessed
        meant = []
    told = f"The account has no resource group {shown(group_id)!r}."
    finding = rules.NO_SUCH_RESOURCE_GROUP.finding(
        "resource_group_id",
        told,
        f"Use {meant[0]}, which has that name."
        if meant
        else "Use the id of one of its groups, or leave it out for the default group.",
        repair={"resource_group_id": meant[0]} if meant else None,
    )
    return _Seen(LiveCheck(check="resource_group", state="problem", told=told), finding)


def _groups(answer: tuple[ResourceGroup, ...] | Explanation) -> LiveCheck:
    if isinstance(answer, Explanation):
        return _not_checked("resource_group", answer).check
    if not answer:
        return LiveCheck(
            check="resource_group", state="ok", told="The account has no resource groups."
        )
    named = ", ".join(shown(group.group_id) for group in answer[:_GROUPS_SHOWN])
    more = f" and {len(answer) - _GROUPS_SHOWN} more" if len(answer) > _GROUPS_SHOWN else ""
    return LiveCheck(check="resource_group", state="ok", told=f"The account has {named}{more}.")


def _caller(answer: CallerIdentity | Explanation) -> _Seen:
    if isinstance(answer, Explanation):
        return _not_checked("caller", answer)
    told = f"The keys are those of {shown(answer.arn, _LONGEST_ARN)}."
    return _Seen(LiveCheck(check="caller", state="ok", told=told))
