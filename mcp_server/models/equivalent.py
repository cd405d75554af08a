"""The same creation by other tools."""

from pydantic import BaseModel, ConfigDict


class Equivalent(BaseModel):
    """Text to copy that creates the very same command."""

    model_config = ConfigDict(frozen=True)

    tool: str
    text: str
    note: str | None = None
    """What this tool cannot express of the request."""
