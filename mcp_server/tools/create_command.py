"""The tool create_command."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mcp_server.creation.consent import Caller, Question
from mcp_server.creation.workflow import Workflow
from mcp_server.models.explanation import Outcome
from mcp_server.models.request import CreateCommandRequest
from mcp_server.models.result import Result
from mcp_server.models.schema import input_schema, output_schema
from mcp_server.tools.rendering import answer
from mcp_server.tools.tool import Answer, Traits


class CreateCommand:
    """Stores a script as a Cloud Assistant command. Never runs it."""

    name = "create_command"
    title = "Create a command"
    description = (
        "Store a script as an Alibaba Cloud ECS Cloud Assistant command, to be run later as root "
        "or SYSTEM. Creates, never runs. Answers the CommandId, or each problem with cause, fix "
        "and repair: arguments to merge in (null: leave out) before calling again. Use "
        "preview_command first."
    )
    traits = Traits(read_only=False, destructive=False, idempotent=True, open_world=True)

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """From the request model."""
        return input_schema(CreateCommandRequest)

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """From the result model."""
        return output_schema(Result, bare={"preview", "checks"})

    async def handle(self, arguments: Mapping[str, Any], caller: Caller) -> Answer | Question:
        """Create a command, or preview it when dry_run is true."""
        result = await self._workflow.create(arguments, caller)
        if isinstance(result, Question):
            return result
        return answer(result, previewing=arguments.get("dry_run") is True)

    def crashed(self, arguments: Mapping[str, Any]) -> Answer:
        """The answer to a call that met a bug, perhaps after the request was sent."""
        outcome = Outcome.NOT_SENT if arguments.get("dry_run") is True else Outcome.UNKNOWN
        return answer(self._workflow.crashed(outcome))
