"""The answer of create_command and preview_command: one flat object for every status."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcp_server.models.equivalent import Equivalent
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

    model_config = ConfigDict(defer_build=True, frozen=True)

    field: str
    size: int
    limit: int
    unit: str


class Parameter(BaseModel):
    """One placeholder that is filled in when the command is run."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    name: str
    """As it is spelled first."""
    kind: str
    """custom, builtin, oos or oos-secret."""
    line: int
    """Where it is used first."""
    lines: tuple[int, ...] = ()
    """Each line that it is used in."""
    spellings: tuple[str, ...] = ()
    """Other spellings of the same parameter, which differ only in case."""
    places: tuple[str, ...] = ()
    """Where it stands: `command name`, `within quotes`, `without quotes`, `other text`."""
    agent_linux: str | None = None
    """The oldest agent version that fills it in."""
    agent_windows: str | None = None


class Default(BaseModel):
    """What will apply because the caller did not say."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    field: str
    value: str
    note: str


class Rendered(BaseModel):
    """The script with sample values filled in, as it would run with them."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    script: str
    diff: str
    """From the template to it, as a unified diff."""
    verdict: str
    """ok, advice, confirm or block: of this script, by the same rules."""
    findings: tuple[Finding, ...]
    """Those that the template does not have."""
    unfilled: tuple[str, ...] = ()
    """Custom parameters without a sample."""
    unused: tuple[str, ...] = ()
    """Samples of parameters that the script does not have."""


class Permission(BaseModel):
    """What the caller's RAM identity must be allowed."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    action: str
    resource: str
    policy: dict[str, Any]
    """The least policy that allows it, as RAM takes it."""
    quota: str


class Preview(BaseModel):
    """Exactly what would be sent, and what follows from it."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    request: dict[str, Any]
    """API names and values; CommandContent is shown decoded."""
    endpoint: str
    script: str
    sizes: tuple[Size, ...]
    parameters: tuple[Parameter, ...]
    defaults: tuple[Default, ...]
    digest: str
    """SHA-256 of the canonical request, without the ClientToken: `sha256:` and 64 hex digits."""
    preview_token: str | None = None
    """Binds create_command to this preview, for ten minutes; absent when it would be refused."""
    verdict: Verdict
    policy: tuple[str, ...]
    """What of the operator's policy bears on it: consent, waivers, weights."""
    url_bytes: int
    """Length of the request's URL, which carries the script."""
    permission: Permission
    rendered: Rendered | None = None
    equivalents: tuple[Equivalent, ...] | None = None
    """Only when asked for."""


class LiveCheck(BaseModel):
    """One thing that was looked up before the call."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    check: str
    """region, name, quota, resource_group, caller or permission."""
    state: Literal["ok", "note", "problem", "not_checked"]
    told: str
    """What was seen, or why it was not checked."""
    diff: str | None = None
    """From the script of the command that has the name to this one, as a unified diff."""


class Result(BaseModel):
    """What a tool answers; what does not apply is left out."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    status: Status
    backend: Backend
    command_id: str | None = None
    request_id: str | None = None
    client_token: str | None = None
    """Repeat a call whose outcome is unknown with this token: it cannot create twice."""
    next_step: str | None = None
    preview: Preview | None = None
    checks: tuple[LiveCheck, ...] | None = None
    """What was looked up in the cloud, where that was asked for."""
    findings: tuple[Finding, ...] = Field(default=())
    error: Explanation | None = None
