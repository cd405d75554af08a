"""Texts to copy that create the very same command without this server."""

from collections.abc import Mapping
from typing import Any

from mcp_server.creation.equivalents import aliyun_cli, python_sdk, terraform
from mcp_server.creation.equivalents.source import Source
from mcp_server.models.equivalent import Equivalent


def equivalents(
    parameters: Mapping[str, Any], script: str, endpoint: str
) -> tuple[Equivalent, ...]:
    """The request for the aliyun CLI, for Terraform and for the vendor's Python SDK.

    No text has a credential, or more than the parameters: a client token only if there is one.

    Args:
        parameters: the API request, CommandContent in Base64; valid, so no text in it has a NUL.
        script: what CommandContent decodes to, as text.
        endpoint: the host that the request would go to.
    """
    source = Source.of(parameters, script, endpoint)
    return (
        aliyun_cli.equivalent(source),
        terraform.equivalent(source),
        python_sdk.equivalent(source),
    )
