"""What would be created, and what the caller brings for it: a preview, an answer, a token."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mcp_server.creation.consent import Decision, Reply
from mcp_server.creation.preview_token import Previewed
from mcp_server.creation.seal import Broken
from mcp_server.ecs.wire import digest
from mcp_server.models.finding import Finding
from mcp_server.models.request import CreateCommandRequest


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """A person's answer, and the request that it was about."""

    digest: str
    client_token: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Proposal:
    """One creation before it is agreed to."""

    parameters: dict[str, Any]
    """The API request, without its ClientToken: what a person agrees to is what is sent."""
    digest: str
    client_token: str
    binding: tuple[Finding, ...]
    """What keeps it from being the one that was previewed."""
    is_previewed: bool
    reply: Reply | None
    """A person's answer that came with this call, to a question about just this."""


def proposal(
    request: CreateCommandRequest,
    parameters: dict[str, Any],
    *,
    previewed: Previewed | None,
    binding: tuple[Finding, ...],
    answered: EarlierAnswer | Broken | None,
    left_behind: Callable[[str], str | None],
    new_token: Callable[[], str],
) -> Proposal:
    """Put together what is known of a creation.

    The token of the call is the one that was promised first, so that a preview, an answer or a
    call without an end lead to one command however often they are used.
    """
    parameters = {name: value for name, value in parameters.items() if name != "ClientToken"}
    request_digest = digest(parameters)
    reply: Reply | None = None
    promised = request.client_token or (previewed and previewed.client_token)
    if answered is Broken.EXPIRED:
        reply = Reply(Decision.NO_ANSWER)
    elif isinstance(answered, EarlierAnswer) and answered.digest == request_digest:
        reply = answered.reply
        promised = answered.client_token
    return Proposal(
        parameters,
        request_digest,
        promised or left_behind(request_digest) or new_token(),
        binding,
        is_previewed=previewed is not None,
        reply=reply,
    )
