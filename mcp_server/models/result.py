"""The answer of create_command and preview_command: one flat object for every status."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mcp_server.models.explanation import Explanation
from mcp_server.models.finding import Finding


class Status(StrEnum):
    """What became of the request."""

    CREATED = "created"
    PREVIEW = "preview"
    NEEDS_CONFIRMATION = "needs_confirmation"
    DECLINED = "declined"
    BLOCKED = "blocked"
    INVALID = "invalid"
    FAILED = "failed"


class Backend(StrEnum):
    """Where commands go: the cloud, or the endpoint embedded in this program."""

    ALIYUN = "aliyun"
    LOCAL = "local"


class Verdict(StrEnum):
    """What create_command would do with the request of a preview."""

    WOULD_BE_CREATED = "would_be_created"
    NEEDS_CONFIRMATION = "needs_confirmation"
    WOULD_BE_BLOCKED = "would_be_blocked"
    WOULD_BE_REFUSED = "would_be_refused"


class Size(BaseModel):
    """One measured length against its limit."""

    model_config = ConfigDict(frozen=True)

    field: str
    size: int
    limit: int
    unit: str


class Parameter(BaseModel):
    """One placeholder that is filled in when the command is run."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: str
    """custom, builtin, oos or oos-secret."""
    line: int
    agent_linux: str | None = None
    """The oldest agent version that fills it in."""
    agent_windows: str | None = None


class Default(BaseModel):
    """What will apply because the caller did not say."""

    model_config = ConfigDict(frozen=True)

    field: str
    value: str
    note: str


class Preview(BaseModel):
    """Exactly what would be sent, and what follows from it."""

    model_config = ConfigDict(frozen=True)

    request: dict[str, Any]
    """API names and values; CommandContent is shown decoded."""
    endpoint: str
    script: str
    sizes: tuple[Size, ...]
    parameters: tuple[Parameter, ...]
    defaults: tuple[Default, ...]
    digest: str
    """SHA-256 of the canonical request, without the ClientToken: `sha256:` and 64 hex digits."""
    verdict: Verdict


class Result(BaseModel):
    """What a tool answers; what does not apply is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status
    backend: Backend
    command_id: str | None = None
    request_id: str | None = None
    client_token: str | None = None
    """Repeat a call whose outcome is unknown with this token: it cannot create twice."""
    next_step: str | None = None
    preview: Preview | None = None
    findings: tuple[Finding, ...] = Field(default=())
    error: Explanation | None = None
