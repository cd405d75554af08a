"""Stored commands as rows and in detail, for answers."""

from typing import Any

from mcp_server.creation.definition import digest_of
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.guardrails.content import Content, is_utf8
from mcp_server.models.stored import CommandRow, StoredDetail, TagShown


def row(command: StoredCommand, *, with_content: bool) -> CommandRow:
    """A command as a line of a list."""
    return CommandRow(**_row(command, with_content=with_content))


def detail(command: StoredCommand, region_id: str) -> StoredDetail:
    """Everything of a command."""
    return StoredDetail(
        **_row(command, with_content=True),
        working_dir=command.working_dir or None,
        timeout=command.timeout,
        enable_parameter=command.enable_parameter,
        launcher=command.launcher or None,
        resource_group_id=command.resource_group_id or None,
        category=command.category or None,
        digest=digest_of(command, region_id),
    )


def _row(command: StoredCommand, *, with_content: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if with_content and is_utf8(command.content):
        content = {"script": Content(command.content).text}
    elif with_content:
        content = {"content_base64": Content(command.content).encoded}
    return {
        "command_id": command.command_id,
        "name": command.name,
        "type": command.type,
        "created_at": command.created_at,
        "size": len(command.content),
        "parameters": command.parameter_names,
        "tags": tuple(TagShown(key=key, value=value) for key, value in command.tags),
        "description": command.description or None,
        "provider": command.provider or None,
        "version": command.version if command.provider else None,
        **content,
    }
