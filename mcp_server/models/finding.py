"""What a check found in a request."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Repair = dict[str, Any]
"""Arguments to change. A null value means: leave that argument out."""


class Severity(StrEnum):
    """How much a finding weighs, the heaviest first."""

    INVALID = "invalid"
    """The API would refuse the request, or store something other than what was meant."""
    BLOCK = "block"
    """Never created, unless the operator's policy waives the rule."""
    CONFIRM = "confirm"
    """Created only when a person agrees."""
    ADVICE = "advice"
    """Never stops anything."""

    @property
    def weight(self) -> int:
        """For ordering: the heaviest is 0."""
        return list(Severity).index(self)


class Finding(BaseModel):
    """One thing that a check found, with the way out."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    rule_id: str
    rule: str
    severity: Severity
    field: str
    line: int | None = Field(default=None, ge=1)
    """Line of the script, from 1, where the finding has one."""
    excerpt: str | None = None
    message: str
    why: str
    fix: str
    repair: Repair | None = None
