"""What explain_error takes and answers."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from mcp_server.models.explanation import Explanation

LONGEST_ERROR: Final = 8192
"""Characters of an error text; bounds the work."""


class ExplainErrorRequest(BaseModel):
    """Arguments of explain_error."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    error: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_ERROR,
            description="A code, a rule id, a message, or the whole error text, 1-8192 characters, "
            "e.g. InvalidTimeout.ExceedLimit",
        ),
    ]


class Clarity(StrEnum):
    """How well an error text was understood."""

    EXPLAINED = "explained"
    """`error` is what the text says."""
    UNCLEAR = "unclear"
    """One of `candidates` is meant; `error` is the likeliest where the text names it."""
    UNKNOWN = "unknown"
    """Nothing is known of it, and nothing is guessed."""
    INVALID = "invalid"
    """The argument is not one."""
    FAILED = "failed"
    """This server has a bug."""


class Diagnosis(BaseModel):
    """The answer of explain_error; what does not apply is left out."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    status: Clarity
    error: Explanation | None = None
    candidates: tuple[str, ...] = Field(default=())
    """Codes or rule ids that may be meant."""
    next_step: str | None = None
