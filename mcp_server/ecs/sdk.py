"""The calls through the vendor's SDK. Costs half a second and 70 MB to import: in a thread only.

Everything untyped and everything secret of the SDK stays in here: its exceptions hold the signed
headers and the script, so they are turned into a `Failure` and dropped.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions

from mcp_server.ecs.credentials import Account
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.sdk_logging import silence_sdk
from mcp_server.ecs.session import NoAnswer, UnusableAnswer, code_of_status
from mcp_server.models.explanation import Outcome

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,99}\Z")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9\-]{1,64}\Z")
_USER_AGENT: Final = "cloud-assistant-mcp"
_REQUESTS: Final[Mapping[str, Any]] = {
    "CreateCommand": models.CreateCommandRequest,
    "DescribeCommands": models.DescribeCommandsRequest,
    "DescribeRegions": models.DescribeRegionsRequest,
}
_METHODS: Final[Mapping[str, str]] = {
    "CreateCommand": "create_command_with_options",
    "DescribeCommands": "describe_commands_with_options",
    "DescribeRegions": "describe_regions_with_options",
}


def open_client(protocol: str, host: str, region_id: str, account: Account) -> Client:
    """A client for one region and account; it keeps them for good, and nothing is sent."""
    silence_sdk()
    return Client(
        Config(
            access_key_id=account.access_key_id,
            access_key_secret=account.access_key_secret,
            security_token=account.security_token,
            region_id=region_id,
            endpoint=host,
            protocol=protocol,
            user_agent=_USER_AGENT,
        )
    )


def call(
    client: Client,
    action: str,
    request: Mapping[str, object],
    connect_timeout: float,
    read_timeout: float,
) -> dict[str, Any] | Failure:
    """One attempt. Blocks up to both timeouts (seconds).

    Returns:
        The reply in API spelling, or why there is none.
    """
    model = _REQUESTS[action]().from_map(dict(request))
    if not request.keys() <= model.to_map().keys():
        raise ValueError(f"{action} has a parameter that the SDK would not send")
    runtime = RuntimeOptions(
        connect_timeout=max(1, int(connect_timeout * 1000)),
        read_timeout=max(1, int(read_timeout * 1000)),
    )
    try:
        reply = getattr(client, _METHODS[action])(model, runtime)
        body: dict[str, Any] = reply.body.to_map()
    except Exception as error:  # noqa: BLE001 - the border: the SDK wraps anything in its own
        return _failure(error)
    return body


def _failure(error: Exception) -> Failure:
    cause = getattr(error, "inner_exception", error)
    if isinstance(cause, NoAnswer):
        return Failure(cause.code, Outcome.UNKNOWN if cause.sent else Outcome.NOT_SENT)
    if isinstance(cause, UnusableAnswer):
        return Failure(
            cause.code,
            http_status=cause.status,
            request_id=_request_id(cause.request_id),
        )
    if isinstance(error, AlibabaCloudException):
        return _refusal(error)
    return Failure("BadResponse", Outcome.UNKNOWN)


def _refusal(error: Any) -> Failure:  # noqa: ANN401 - the SDK is untyped
    data = error.data if isinstance(error.data, dict) else {}
    denied = getattr(error, "access_denied_detail", None)
    status = error.status_code
    code = str(error.code)
    if code == "None" or not _CODE.match(code):  # "None" is what the SDK makes of no code
        code = code_of_status(status)
    return Failure(
        code,
        http_status=status,
        request_id=_request_id(error.request_id),
        message=str(data.get("Message") or data.get("message") or ""),
        recommendation=str(data.get("Recommend") or ""),
        access_denied=denied if isinstance(denied, dict) else {},
        retry_after=error.retry_after / 1000 if error.retry_after else None,
    )


def _request_id(value: object) -> str | None:
    return (
        value if isinstance(value, str) and value != "None" and _REQUEST_ID.match(value) else None
    )
