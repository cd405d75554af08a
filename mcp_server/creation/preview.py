"""The preview: exactly what would be sent, and what follows from it."""

from collections.abc import Iterator
from typing import Any, Final

from mcp_server.ecs.wire import ENCODING, digest
from mcp_server.guardrails.content import Content
from mcp_server.guardrails.inspection import Inspection
from mcp_server.guardrails.parameters import BUILT_INS, Placeholder
from mcp_server.models import limits
from mcp_server.models.finding import Severity
from mcp_server.models.limits import DEFAULT_TIMEOUT
from mcp_server.models.request import CommandRequest
from mcp_server.models.result import Default, Parameter, Preview, Size, Verdict

_WINDOWS_DIR: Final = "the agent's own folder, such as C:\\Windows\\System32"


def build_preview(
    inspection: Inspection,
    content: Content,
    parameters: dict[str, Any],
    endpoint: str,
    content_limit: int,
) -> Preview:
    """What would be sent.

    Args:
        inspection: of a request that is whole.
        content: its script.
        parameters: the API request, CommandContent in Base64.
        endpoint: the host it would go to.
        content_limit: bytes after Base64.
    """
    request = inspection.request
    return Preview(
        request=parameters | {"CommandContent": content.text},
        endpoint=endpoint,
        script=content.text,
        sizes=tuple(_sizes(request, content, inspection.placeholders, content_limit)),
        parameters=tuple(_parameters(request, inspection.placeholders)),
        defaults=tuple(_defaults(request)),
        digest=digest(parameters),
        verdict=verdict(inspection),
    )


def verdict(inspection: Inspection) -> Verdict:
    """What create_command would do with this request: the heaviest finding decides."""
    if inspection.has(Severity.INVALID):
        return Verdict.WOULD_BE_REFUSED
    if inspection.has(Severity.BLOCK):
        return Verdict.WOULD_BE_BLOCKED
    if inspection.has(Severity.CONFIRM):
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


def _parameters(
    request: CommandRequest, placeholders: tuple[Placeholder, ...]
) -> Iterator[Parameter]:
    """Each parameter once, where it is used first."""
    if not request.enable_parameter:
        return
    seen: set[str] = set()
    for placeholder in placeholders:
        key = placeholder.name.lower()
        if key in seen:
            continue
        seen.add(key)
        built_in = BUILT_INS.get(key)
        yield Parameter(
            name=placeholder.name,
            kind=placeholder.kind,
            line=placeholder.line,
            agent_linux=built_in.agent_linux if built_in else None,
            agent_windows=built_in.agent_windows if built_in else None,
        )


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
