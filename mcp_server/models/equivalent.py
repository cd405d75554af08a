"""The same request for another tool."""

from pydantic import BaseModel, ConfigDict


class Equivalent(BaseModel):
    """A text to copy that creates the very same command with another tool."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    tool: str
    """The tool's name, such as `aliyun CLI`."""
    text: str
    """Printable characters and line feeds only: what is shown is what is copied."""
    note: str | None = None
    """What the text cannot say of the request, and what else to know before using it."""
