"""What a policy says of a request's arguments."""

import ntpath
import posixpath
from collections.abc import Iterator

from mcp_server.guardrails.draft import Draft
from mcp_server.guardrails.policy import rules
from mcp_server.guardrails.policy.model import Policy, fits
from mcp_server.guardrails.texts import shown
from mcp_server.models.finding import Finding
from mcp_server.models.limits import DEFAULT_TIMEOUT
from mcp_server.models.request import CommandRequest


def check_policy(examined: Draft[CommandRequest], policy: Policy) -> Iterator[Finding]:
    """Findings on what the policy does not permit; only on arguments that are valid."""
    request = examined.request
    if examined.has("region_id"):
        yield from check_region_policy(request.region_id, policy)
    if examined.has("type"):
        yield from _type(request, policy)
    if examined.has("resource_group_id"):
        yield from _resource_group(request, policy)
    if examined.has("tags"):
        yield from _tags(request, policy)
    if examined.has("name"):
        yield from _name(request, policy)
    if examined.has("timeout"):
        yield from _timeout(request, policy)
    if examined.has("working_dir", "type"):
        yield from _working_dir(request, policy)


def _permits(allowed: tuple[str, ...] | None, denied: tuple[str, ...], value: str | None) -> bool:
    return value not in denied and (allowed is None or value in allowed)


def _choices(allowed: tuple[str, ...] | None) -> str:
    return f" Permitted: {', '.join(allowed)}." if allowed else ""


def check_region_policy(region_id: str, policy: Policy) -> Iterator[Finding]:
    """Whether the policy permits that something is changed in a region."""
    ruled = policy.regions
    if not _permits(ruled.allowed, ruled.denied, region_id):
        yield rules.REGION.finding(
            "region_id",
            f"The operator's policy does not permit the region {shown(region_id)}.",
            f"Use a permitted region.{_choices(ruled.allowed)}",
        )


def _type(request: CommandRequest, policy: Policy) -> Iterator[Finding]:
    ruled = policy.types
    if not _permits(ruled.allowed, ruled.denied, request.type):
        yield rules.TYPE.finding(
            "type",
            f"The operator's policy does not permit commands of the type {request.type}.",
            f"Use a permitted type.{_choices(ruled.allowed)}",
        )


def _resource_group(request: CommandRequest, policy: Policy) -> Iterator[Finding]:
    ruled = policy.resource_groups
    group = request.resource_group_id
    if not _permits(ruled.allowed, ruled.denied, group):
        yield rules.RESOURCE_GROUP.finding(
            "resource_group_id",
            f"The operator's policy does not permit the resource group {shown(group)}."
            if group
            else "The operator's policy wants a resource group to be named.",
            f"Use a permitted resource group.{_choices(ruled.allowed)}",
            repair={"resource_group_id": ruled.allowed[0]}
            if ruled.allowed and len(ruled.allowed) == 1
            else None,
        )


def _tags(request: CommandRequest, policy: Policy) -> Iterator[Finding]:
    given = {tag.key: tag.value for tag in request.tags}
    for key, pattern in policy.tags.required.items():
        value = given.get(key)
        if value is None or not fits(pattern, value):
            yield rules.TAG.finding(
                "tags",
                f"The operator's policy wants the tag {key}."
                if value is None
                else f"The tag {key} has a value that the operator's policy does not permit.",
                f"Give the tag {key} a value that fits the pattern {pattern}",
            )


def _name(request: CommandRequest, policy: Policy) -> Iterator[Finding]:
    pattern = policy.name.pattern
    if pattern is not None and not fits(pattern, request.name):
        yield rules.NAME.finding(
            "name",
            "The operator's policy does not permit this name.",
            f"Use a name that fits the pattern {pattern}",
        )


def _timeout(request: CommandRequest, policy: Policy) -> Iterator[Finding]:
    largest = policy.timeout.largest
    timeout = DEFAULT_TIMEOUT if request.timeout is None else request.timeout
    if largest is not None and timeout > largest:
        yield rules.TIMEOUT.finding(
            "timeout",
            f"A timeout of {timeout} seconds; the operator's policy permits {largest} at most.",
            f"Use a timeout of {largest} or less, and split work that takes longer.",
            repair={"timeout": largest},
        )


def _working_dir(request: CommandRequest, policy: Policy) -> Iterator[Finding]:
    ruled = policy.working_directories
    if request.working_dir is None:
        permitted = ruled.allowed is None
    else:
        folder = _normal(request.working_dir, request)
        permitted = (
            ruled.allowed is None
            or any(_is_under(folder, _normal(top, request)) for top in ruled.allowed)
        ) and not any(_is_under(folder, _normal(top, request)) for top in ruled.denied)
    if not permitted:
        yield rules.WORKING_DIR.finding(
            "working_dir",
            "The operator's policy wants a working directory to be named."
            if request.working_dir is None
            else "The operator's policy does not permit this working directory.",
            f"Use a permitted working directory.{_choices(ruled.allowed)}",
        )


def _normal(path: str, request: CommandRequest) -> str:
    """The path in the spelling of the system that the command is for, ending with a separator."""
    if request.type == "RunShellScript":
        return posixpath.normpath("/" + path.lstrip("/") if path.startswith("/") else path) + "/"
    return ntpath.normcase(ntpath.normpath(path)).rstrip("\\") + "\\"


def _is_under(folder: str, top: str) -> bool:
    return folder.startswith(top if top != "//" else "/")
