"""Whether a creation is the one that was previewed."""

from collections.abc import Iterator
from typing import Any, Final

from mcp_server.creation.preview_token import Previewed
from mcp_server.creation.seal import Broken
from mcp_server.guardrails import request_rules as rules
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.request import CreateCommandRequest

FIELD: Final = "preview_token"
_TOLD: Final = {
    "added": "{0} was not in the preview.",
    "left out": "{0} was in the preview and is left out.",
    "other": "{0} is not what was previewed.",
}


def binding_findings(
    request: CreateCommandRequest,
    parameters: dict[str, Any],
    previewed: Previewed | Broken | None,
    *,
    required: bool,
) -> Iterator[Finding]:
    """What keeps a request from being the one that its token is about, a finding a field.

    Args:
        request: as the caller sent it.
        parameters: the API request that it becomes.
        previewed: what its token says; None without one.
        required: whether the policy asks for one.
    """
    repair: Repair | None = None if required else {FIELD: None}
    if previewed is None:
        if required:
            yield rules.PREVIEW_REQUIRED.finding(
                FIELD,
                "There is no preview_token, and the operator's policy requires one.",
                "Call preview_command with the same arguments, and pass on its preview_token.",
            )
    elif isinstance(previewed, Broken):
        yield rules.PREVIEW_TOKEN_NOT_VALID.finding(
            FIELD,
            f"The preview_token is not taken: {previewed}.",
            "Call preview_command with the same arguments, and pass on its new preview_token.",
            repair=repair,
        )
    else:
        changes = previewed.differences(parameters)
        if request.client_token not in {None, previewed.client_token}:
            changes |= {"client_token": "other"}
        for name, change in changes.items():
            yield rules.DIFFERS_FROM_PREVIEW.finding(
                name,
                _TOLD[change].format(name),
                f"Give {name} as it was previewed, or preview these arguments and pass on the new "
                "preview_token.",
                repair=repair,
            )
