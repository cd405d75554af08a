"""What is known of one attempt that failed, free of anything of the SDK's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcp_server.models.explanation import Outcome


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt's failure. Everything but `code` and `detail` may come from the endpoint."""

    code: str
    """A row of the error catalogue, or a code that it does not know."""
    outcome: Outcome | None = None
    """Only where more is known than the code's row says."""
    detail: str = ""
    """Our own words for `<detail>` in the row; never a value."""
    http_status: int | None = None
    request_id: str | None = None
    message: str = field(default="", repr=False)
    """The endpoint's own text, raw: not to be trusted, not to be logged."""
    recommendation: str = field(default="", repr=False)
    access_denied: Mapping[str, object] = field(default_factory=dict, repr=False)
    retry_after: float | None = None
    """Seconds that the endpoint asks to wait."""


_CERTAINTY = (Outcome.NOT_SENT, Outcome.NOT_CREATED, Outcome.NOT_DONE, Outcome.UNKNOWN)


def worse(one: Outcome, other: Outcome) -> Outcome:
    """What is known after both: an attempt that may have created something outweighs the rest."""
    return max(one, other, key=_CERTAINTY.index)
