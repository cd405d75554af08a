"""What every tool is: its published face and the function behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mcp_server.creation.consent import Caller, Question


@dataclass(frozen=True, slots=True)
class Traits:
    """What a client may assume before it calls; published as the tool's annotations."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A tool's answer: `structured` fits the published output schema, `text` stands by itself."""

    structured: dict[str, Any]
    text: str
    is_error: bool


class Tool(Protocol):
    """One MCP tool."""

    @property
    def name(self) -> str:
        """The fixed name, such as `create_command`."""

    @property
    def title(self) -> str:
        """For people."""

    @property
    def description(self) -> str:
        """For models: what it does and when to use it."""

    @property
    def traits(self) -> Traits:
        """Published as annotations."""

    @property
    def input_schema(self) -> dict[str, Any]:
        """Portable JSON schema of the arguments."""

    @property
    def output_schema(self) -> dict[str, Any]:
        """Portable JSON schema of `Answer.structured`."""

    async def handle(self, arguments: Mapping[str, Any], caller: Caller) -> Answer | Question:
        """Answer a call. Whatever the arguments are, the failure is an answer, not an exception.

        Returns:
            The answer; or a question to a person, whose answer the next call brings.
        """

    def crashed(self, arguments: Mapping[str, Any]) -> Answer:
        """The answer when `handle` raised after all: a bug, and nothing of it is shown."""
