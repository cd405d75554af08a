"""A command in the API's own spelling: the only place that knows it."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import rfc8785

from mcp_server.models.request import CommandRequest

ACTION: Final = "CreateCommand"
VERSION: Final = "2014-05-26"
ENCODING: Final = "Base64"
"""Always said explicitly: the operation takes it for granted, RunCommand does not."""

_OPTIONAL: Final = {
    "description": "Description",
    "working_dir": "WorkingDir",
    "timeout": "Timeout",
    "launcher": "Launcher",
    "resource_group_id": "ResourceGroupId",
    "client_token": "ClientToken",
}
API_NAMES: Final = {
    "region_id": "RegionId",
    "name": "Name",
    "type": "Type",
    "command_content": "CommandContent",
    "content_encoding": "ContentEncoding",
    **_OPTIONAL,
    "enable_parameter": "EnableParameter",
    "tags": "Tag",
    "tags.key": "Tag.N.Key",
    "tags.value": "Tag.N.Value",
}
"""By the names that callers use."""

_ARGUMENTS: Final = {
    api_name: name
    for name, api_name in API_NAMES.items()
    if name not in {"client_token", "content_encoding"}
}
"""What makes a command, by the API's names; a ClientToken says which call it is."""
_SHORT: Final = 16
"""Hex digits: to tell by accident of none which field is another one; not to rely on."""


def api_request(request: CommandRequest, encoded_content: str) -> dict[str, Any]:
    """The parameters of CreateCommand; what the caller left out stays out.

    Args:
        request: a valid request.
        encoded_content: the script in standard Base64.
    """
    parameters: dict[str, Any] = {
        "RegionId": request.region_id,
        "Name": request.name,
        "Type": request.type,
        "CommandContent": encoded_content,
        "ContentEncoding": ENCODING,
    }
    for name, api_name in _OPTIONAL.items():
        if (value := getattr(request, name)) is not None:
            parameters[api_name] = value
    if request.enable_parameter:
        parameters["EnableParameter"] = True
    if request.tags:
        parameters["Tag"] = [{"Key": tag.key, "Value": tag.value} for tag in request.tags]
    return parameters


def field_digests(parameters: dict[str, Any]) -> dict[str, str]:
    """A short digest of each argument's value, by the name that callers use."""
    return {
        _ARGUMENTS[name]: hashlib.sha256(rfc8785.dumps(value)).hexdigest()[:_SHORT]
        for name, value in parameters.items()
        if name in _ARGUMENTS
    }


def query_parameters(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values as they go over the wire, lists numbered from 1."""
    for name, value in parameters.items():
        match value:
            case list():
                for number, item in enumerate(value, 1):
                    for part, text in item.items():
                        yield f"{name}.{number}.{part}", text
            case bool():
                yield name, str(value).lower()
            case _:
                yield name, str(value)


def url_bytes(parameters: Mapping[str, Any], endpoint: str) -> int:
    """The length of the request's URL: the SDK sends every parameter in the query string."""
    return len(f"https://{endpoint}/?{urlencode([*query_parameters(parameters)])}")


def digest(parameters: dict[str, Any]) -> str:
    """`sha256:` and the hash of the request in canonical JSON (RFC 8785), without ClientToken.

    The token says which call it is, not what is created: a repeated call has the same digest.
    """
    content = {name: value for name, value in parameters.items() if name != "ClientToken"}
    canonical = rfc8785.dumps({"Action": ACTION, "Version": VERSION, "Parameters": content})
    return f"sha256:{hashlib.sha256(canonical).hexdigest()}"
