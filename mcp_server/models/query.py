"""What callers send to list_commands, get_command and delete_command."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mcp_server.models import limits
from mcp_server.models.request import RegionId, ScriptType, Tag

CommandId = Annotated[
    str,
    Field(
        min_length=limits.COMMAND_ID.minimum,
        max_length=limits.COMMAND_ID.maximum,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="At most 64 of A-Z a-z 0-9 . _ -, e.g. c-hz01a2b3c4d5e6f",
    ),
]


class CommandQuery(BaseModel):
    """A question about the commands of a region."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    region_id: RegionId


class ListCommandsRequest(CommandQuery):
    """Arguments of list_commands."""

    name: Annotated[
        str | None,
        Field(
            max_length=limits.NAME.maximum,
            description="Only this name; * stands for any text, e.g. disk*",
        ),
    ] = None
    description: Annotated[
        str | None,
        Field(
            max_length=limits.DESCRIPTION.maximum,
            description="Only this description; * stands for any text, e.g. *backup*",
        ),
    ] = None
    type: Annotated[
        ScriptType | None,
        Field(description="Only this type: RunShellScript, RunPowerShellScript or RunBatScript"),
    ] = None
    tags: Annotated[
        list[Tag],
        Field(
            max_length=limits.TAGS.maximum,
            description="Only commands with all of these, at most 20; an empty value means any",
        ),
    ] = []
    resource_group_id: Annotated[
        str | None,
        Field(
            max_length=limits.RESOURCE_GROUP_ID.maximum,
            description="Only of this group, e.g. rg-aekz1234",
        ),
    ] = None
    provider: Annotated[
        str | None,
        Field(
            max_length=limits.PROVIDER.maximum,
            description="Instead of your own the vendor's public commands, e.g. AlibabaCloud",
        ),
    ] = None
    max_results: Annotated[
        int | None,
        Field(
            ge=limits.MAX_RESULTS.minimum,
            le=limits.MAX_RESULTS.maximum,
            description="Commands in one answer, 1 to 50; 10 if left out",
        ),
    ] = None
    next_token: Annotated[
        str | None,
        Field(
            max_length=limits.NEXT_TOKEN.maximum,
            description="From the answer before, with the same arguments, for what follows it",
        ),
    ] = None
    include_content: Annotated[
        bool,
        Field(description="true: also the scripts"),
    ] = False


class GetCommandRequest(CommandQuery):
    """Arguments of get_command."""

    command_id: CommandId
    check: Annotated[
        bool,
        Field(description="true: review it by the rules that new commands meet"),
    ] = False


class DeleteCommandRequest(CommandQuery):
    """Arguments of delete_command."""

    command_id: CommandId
