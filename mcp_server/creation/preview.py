"""The preview: exactly what would be sent, and what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mcp_server.creation.permission import permission
from mcp_server.creation.preview_parameters import preview_parameters, rendered
from mcp_server.ecs.wire import ENCODING, digest, url_bytes
from mcp_server.guardrails.content import Content
from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.guardrails.parameters import Placeholder
from mcp_server.guardrails.policy.model import NO_POLICY, Confirmation, Policy
from mcp_server.models import limits
from mcp_server.models.equivalent import Equivalent
from mcp_server.models.finding import Severity
from mcp_server.models.limits import DEFAULT_TIMEOUT
from mcp_server.models.request import CommandRequest, PreviewCommandRequest
from mcp_server.models.result import Default, Preview, Size, Verdict

_WINDOWS_DIR: Final = "the agent's own folder, such as C:\\Windows\\System32"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it would leave this server."""

    parameters: dict[str, Any]
    """Of the API, CommandContent in Base64."""
    client_token: str
    """That it is sent with."""
    endpoint: str
    limit: int
    """Of the script, in bytes after Base64."""


def build_preview(
    inspection: Inspection,
    content: Content,
    outgoing: Outgoing,
    inspector: Inspector,
    *,
    decision: Verdict,
    token: str | None,
) -> Preview:
    """What would be sent.

    Args:
        inspection: of a request that is whole.
        content: its script.
        outgoing: what would leave this server.
        inspector: judges the script with sample values in it.
        decision: what create_command would do with it.
        token: that binds a creation to this preview; None when it would be refused.
    """
    request, parameters, endpoint = inspection.request, outgoing.parameters, outgoing.endpoint
    return Preview(
        request=parameters | {"CommandContent": content.text},
        endpoint=endpoint,
        script=content.text,
        sizes=tuple(_sizes(request, content, inspection.placeholders, outgoing.limit)),
        parameters=tuple(preview_parameters(inspection)),
        defaults=tuple(_defaults(request)),
        digest=digest(parameters),
        preview_token=token,
        verdict=decision,
        policy=tuple(_policy_lines(inspection, inspector.policy)),
        url_bytes=url_bytes(parameters | {"ClientToken": outgoing.client_token}, endpoint),
        permission=permission(request.region_id),
        rendered=rendered(inspection, content.text, inspector),
        equivalents=_equivalents(request, content, outgoing),
    )


def _policy_lines(inspection: Inspection, policy: Policy) -> Iterator[str]:
    """What of the policy bears on a request; the findings themselves say what was lowered."""
    if policy == NO_POLICY:
        return
    yield f"confirmation is {policy.confirmation}"
    if policy.require_preview:
        yield "a preview_token is required"
    for rule_id in dict.fromkeys(finding.rule_id for finding in inspection.findings):
        waiver = policy.waived.get(rule_id)
        if waiver is not None:
            yield f"{rule_id} is waived through {waiver.until}: {waiver.reason}"
        elif rule_id in policy.severities:
            yield f"{rule_id} weighs {policy.severities[rule_id]}"


def _equivalents(
    request: CommandRequest, content: Content, outgoing: Outgoing
) -> tuple[Equivalent, ...] | None:
    """Where they were asked for: long texts, which most callers have no use for."""
    if not isinstance(request, PreviewCommandRequest) or not request.include_equivalents:
        return None
    from mcp_server.creation.equivalents import equivalents  # noqa: PLC0415 - rarely

    return equivalents(outgoing.parameters, content.text, outgoing.endpoint)


def verdict(inspection: Inspection, confirmation: Confirmation) -> Verdict:
    """What create_command would do with this request: the heaviest finding decides.

    Args:
        inspection: of the request.
        confirmation: the policy's word on asking a person.
    """
    if inspection.has(Severity.INVALID):
        return Verdict.WOULD_BE_REFUSED
    if inspection.has(Severity.BLOCK):
        return Verdict.WOULD_BE_BLOCKED
    if confirmation == "always" or (confirmation != "never" and inspection.has(Severity.CONFIRM)):
        return Verdict.NEEDS_CONFIRMATION
    return Verdict.WOULD_BE_CREATED


def _sizes(
    request: CommandRequest,
    content: Content,
    placeholders: tuple[Placeholder, ...],
    content_limit: int,
) -> Iterator[Size]:
    yield Size(
        field="command_content", size=content.encoded_size, limit=content_limit, unit="bytes"
    )
    for limit, text in (
        (limits.NAME, request.name),
        (limits.DESCRIPTION, request.description),
        (limits.WORKING_DIR, request.working_dir),
    ):
        if text:
            yield _size(limit, len(text))
    if request.launcher:
        yield _size(limits.LAUNCHER, len(request.launcher.encode()))
    if request.tags:
        yield _size(limits.TAGS, len(request.tags))
    if request.enable_parameter:
        names = {p.name.lower() for p in placeholders if p.kind == "custom"}
        yield _size(limits.PARAMETERS, len(names))


def _size(limit: limits.Limit, size: int) -> Size:
    return Size(field=limit.field, size=size, limit=limit.maximum, unit=limit.unit)


def _defaults(request: CommandRequest) -> Iterator[Default]:
    yield Default(
        field="ContentEncoding",
        value=ENCODING,
        note="The script is sent as Base64, byte for byte.",
    )
    if request.timeout is None:
        yield Default(
            field="timeout",
            value=str(DEFAULT_TIMEOUT),
            note="Seconds; then the process is killed. Updates, installations and copies often "
            "take longer: set timeout for them.",
        )
    if request.working_dir is None:
        linux = request.type == "RunShellScript"
        yield Default(
            field="working_dir",
            value="/root" if linux else _WINDOWS_DIR,
            note="Where the script runs.",
        )
