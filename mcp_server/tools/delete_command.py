"""The tool delete_command."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mcp_server.creation.consent import Caller, Question
from mcp_server.creation.refusal import server_error
from mcp_server.inventory.deletions import Deletions
from mcp_server.models.explanation import Outcome
from mcp_server.models.query import DeleteCommandRequest
from mcp_server.models.schema import input_schema, output_schema
from mcp_server.models.stored import Deletion, Standing
from mcp_server.tools.stored_text import deletion_answer
from mcp_server.tools.tool import Answer, Traits


class DeleteCommand:
    """Deletes one command once a person agrees."""

    name = "delete_command"
    title = "Delete a command"
    description = (
        "Delete one of the account's commands; a person is asked. The answer's undo has the "
        "arguments that create it again. One that is gone already is no error."
    )
    traits = Traits(read_only=False, destructive=True, idempotent=True, open_world=True)

    def __init__(self, deletions: Deletions) -> None:
        self._deletions = deletions

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """From the request model."""
        return input_schema(DeleteCommandRequest)

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """From the answer's model."""
        return output_schema(Deletion, bare={"error", "findings"})

    async def handle(self, arguments: Mapping[str, Any], caller: Caller) -> Answer | Question:
        """Delete a command, or ask about it."""
        result = await self._deletions.deletion(arguments, caller)
        return result if isinstance(result, Question) else deletion_answer(result)

    def crashed(self, _: Mapping[str, Any]) -> Answer:
        """The answer to a call that met a bug, perhaps after the request was sent."""
        error = server_error(Outcome.UNKNOWN, creates=False)
        failed = Deletion(status=Standing.FAILED, backend=self._deletions.backend, error=error)
        return deletion_answer(failed)
