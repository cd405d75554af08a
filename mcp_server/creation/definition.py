"""A stored command as a request that makes it again: to undo, to compare and to review."""

from dataclasses import replace
from typing import Any

from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.ecs.wire import api_request, digest
from mcp_server.guardrails.content import Content, is_base64_of_text, is_utf8
from mcp_server.models.limits import DEFAULT_TIMEOUT
from mcp_server.models.request import CommandRequest, Tag


def arguments(command: StoredCommand, region_id: str) -> dict[str, Any]:
    """The arguments of create_command that make the same command; what is the default is left out.

    The script is plain text where that is read as it is meant, and else Base64.
    """
    script = Content(command.content).text
    plain = is_utf8(command.content) and "\0" not in script and not is_base64_of_text(script)
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


def parameters(command: StoredCommand, region_id: str) -> dict[str, Any]:
    """The API request that makes the same command; what is the default is left out."""
    made = arguments(command, region_id)
    made["tags"] = [Tag.model_construct(key=key, value=value) for key, value in command.tags]
    # Not validated: what is stored may be older than a rule of ours.
    request = CommandRequest.model_construct(**made)
    return api_request(request, Content(command.content).encoded)


def digest_of(command: StoredCommand, region_id: str) -> str:
    """The digest that a preview of the same command has, where it leaves the defaults out."""
    return digest(parameters(command, region_id))


def fingerprint(command: StoredCommand, region_id: str) -> str:
    """The same for the same command, in whatever order its tags come: none is promised."""
    return digest_of(replace(command, tags=tuple(sorted(command.tags))), region_id)
