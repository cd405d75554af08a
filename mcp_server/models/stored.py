"""Commands that exist, and what list_commands, get_command and delete_command answer."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcp_server.models.explanation import Explanation
from mcp_server.models.finding import Finding
from mcp_server.models.result import Backend


class TagShown(BaseModel):
    """A tag as it is stored, whatever is in it."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    key: str
    value: str = ""


class CommandRow(BaseModel):
    """A command in a list. Its texts are those of whoever created it."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    command_id: str
    name: str
    type: str
    created_at: str
    """ISO 8601, UTC."""
    size: int
    """Bytes of the script."""
    parameters: tuple[str, ...] = ()
    tags: tuple[TagShown, ...] = ()
    description: str | None = None
    provider: str | None = None
    """Of a public command."""
    version: int | None = None
    script: str | None = None
    """Only when asked for, and when it is UTF-8 text."""
    content_base64: str | None = None
    """The script where it is no UTF-8 text."""


class StoredDetail(CommandRow):
    """Everything of one command."""

    working_dir: str | None = None
    timeout: int | None = None
    """Seconds."""
    enable_parameter: bool = False
    launcher: str | None = None
    resource_group_id: str | None = None
    category: str | None = None
    digest: str
    """As in the preview of a command that is the same."""


class Standing(StrEnum):
    """What became of a call about commands that exist."""

    LISTED = "listed"
    FOUND = "found"
    DELETED = "deleted"
    GONE = "gone"
    """There is no such command; for delete_command that is success."""
    NEEDS_CONFIRMATION = "needs_confirmation"
    DECLINED = "declined"
    BLOCKED = "blocked"
    INVALID = "invalid"
    FAILED = "failed"


class Listing(BaseModel):
    """The answer of list_commands; what does not apply is left out."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    status: Literal[Standing.LISTED, Standing.INVALID, Standing.FAILED]
    backend: Backend
    commands: tuple[CommandRow, ...] = Field(default=())
    """The newest first."""
    next_token: str | None = None
    """Give it with the same arguments for those that follow; absent after the last."""
    total: int | None = None
    """Of all that fit, where the endpoint counts them."""
    next_step: str | None = None
    findings: tuple[Finding, ...] = Field(default=())
    error: Explanation | None = None


class Found(BaseModel):
    """The answer of get_command; what does not apply is left out."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    status: Literal[Standing.FOUND, Standing.GONE, Standing.INVALID, Standing.FAILED]
    backend: Backend
    command: StoredDetail | None = None
    verdict: str | None = None
    """ok, advice, confirm, block or invalid: by the rules that new commands meet; only when
    asked for."""
    next_step: str | None = None
    findings: tuple[Finding, ...] = Field(default=())
    error: Explanation | None = None


class Deletion(BaseModel):
    """The answer of delete_command; what does not apply is left out."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    status: Literal[
        Standing.DELETED,
        Standing.GONE,
        Standing.NEEDS_CONFIRMATION,
        Standing.DECLINED,
        Standing.BLOCKED,
        Standing.INVALID,
        Standing.FAILED,
    ]
    backend: Backend
    command_id: str | None = None
    name: str | None = None
    digest: str | None = None
    request_id: str | None = None
    undo: dict[str, Any] | None = None
    """Arguments of create_command that make the same command again, under a new id."""
    next_step: str | None = None
    findings: tuple[Finding, ...] = Field(default=())
    error: Explanation | None = None
