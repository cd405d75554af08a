"""The tool preview_command."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mcp_server.creation.consent import Caller
from mcp_server.creation.workflow import Workflow
from mcp_server.models.explanation import Outcome
from mcp_server.models.request import PreviewCommandRequest
from mcp_server.models.result import Result
from mcp_server.models.schema import input_schema, output_schema
from mcp_server.tools.rendering import answer
from mcp_server.tools.tool import Answer, Traits


class PreviewCommand:
    """Shows what create_command would send, and everything that was found about it."""

    name = "preview_command"
    title = "Preview a command"
    description = (
        "Check a command and show exactly what create_command would send, with every problem, "
        "fix and repair at once. Creates nothing."
    )
    traits = Traits(read_only=True, destructive=False, idempotent=True, open_world=True)

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """From the request model."""
        return input_schema(PreviewCommandRequest)

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """From the result model."""
        return output_schema(Result, bare={"error"})

    async def handle(self, arguments: Mapping[str, Any], caller: Caller) -> Answer:
        """Preview a command."""
        return answer(await self._workflow.preview(arguments, caller), previewing=True)

    def crashed(self, _: Mapping[str, Any]) -> Answer:
        """The answer to a call that met a bug."""
        return answer(self._workflow.crashed(Outcome.NOT_SENT))
