"""A stored command in our own words: for people, for reviews, and to make it again."""

from dataclasses import replace
from typing import Any

from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.ecs.wire import api_request, digest
from mcp_server.guardrails.content import Content, is_base64_of_text, is_utf8
from mcp_server.models.limits import DEFAULT_TIMEOUT
from mcp_server.models.request import CommandRequest, Tag
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


def arguments(command: StoredCommand, region_id: str) -> dict[str, Any]:
    """The arguments of create_command that make the same command; what is the default is left out.

    The script is plain text where that is read as it is meant, and else Base64.
    """
    script = _text(command.content)
    plain = script is not None and "\0" not in script and not is_base64_of_text(script)
    made: dict[str, Any] = {
        "region_id": region_id,
        "name": command.name,
        "type": command.type,
        "command_content": script if plain else Content(command.content).encoded,
    }
    if not plain:
        made["content_encoding"] = "Base64"
    optional = {
        "description": command.description,
        "working_dir": command.working_dir,
        "timeout": None if command.timeout == DEFAULT_TIMEOUT else command.timeout,
        "enable_parameter": command.enable_parameter,
        "launcher": command.launcher,
        "resource_group_id": command.resource_group_id,
        "tags": [{"key": key, "value": value} for key, value in command.tags],
    }
    return made | {name: value for name, value in optional.items() if value}


def digest_of(command: StoredCommand, region_id: str) -> str:
    """The digest that a preview of the same command has, where it leaves the defaults out."""
    made = arguments(command, region_id)
    made["tags"] = [Tag.model_construct(key=key, value=value) for key, value in command.tags]
    # Not validated: what is stored may be older than a rule of ours.
    request = CommandRequest.model_construct(**made)
    return digest(api_request(request, Content(command.content).encoded))


def fingerprint(command: StoredCommand, region_id: str) -> str:
    """The same for the same command, in whatever order its tags come: none is promised."""
    return digest_of(replace(command, tags=tuple(sorted(command.tags))), region_id)


def _row(command: StoredCommand, *, with_content: bool) -> dict[str, Any]:
    script = _text(command.content)
    content: dict[str, Any] = {}
    if with_content and script is not None:
        content = {"script": script}
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


def _text(content: bytes) -> str | None:
    return content.decode("utf-8") if is_utf8(content) else None
