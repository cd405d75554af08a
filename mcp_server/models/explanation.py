"""Why a request did not lead to a command, and how to put it right."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from mcp_server.models.finding import Repair


class Source(StrEnum):
    """Who refused."""

    INPUT = "input"
    GUARDRAIL = "guardrail"
    POLICY = "policy"
    CONFIRMATION = "confirmation"
    CREDENTIALS = "credentials"
    NETWORK = "network"
    ECS = "ecs"
    SERVER = "server"


class Retry(StrEnum):
    """Whether the same call can succeed when it is repeated."""

    NO = "no"
    AFTER_FIX = "after_fix"
    SAME_TOKEN = "same_token"  # noqa: S105 - a word, not a secret
    NEW_TOKEN = "new_token"  # noqa: S105 - a word, not a secret
    LATER = "later"


class Outcome(StrEnum):
    """What is known of the command after a failure."""

    NOT_SENT = "not_sent"
    """No request left this server."""
    NOT_CREATED = "not_created"
    """The endpoint answered, and said no."""
    NOT_DONE = "not_done"
    """The same, of a call that does not create."""
    UNKNOWN = "unknown"
    """A request left and no answer came: repeat it with the same client_token to find out."""


class Explanation(BaseModel):
    """The structured answer to a failure."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    code: str
    """The API's own code, or one of ours for what never reached the API."""
    source: Source
    field: str | None = None
    """The argument to change, by the name callers use."""
    message: str
    cause: str
    fix: str
    repair: Repair | None = None
    """Arguments to change; applying them makes this fault go away."""
    retry: Retry
    outcome: Outcome
    http_status: int | None = None
    request_id: str | None = None
    reference: str | None = None
    """A page of the vendor's that explains the code."""
