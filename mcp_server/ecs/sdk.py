"""The calls through the vendor's SDK. Costs half a second and 70 MB to import: in a thread only.

Everything untyped and everything secret of the SDK stays in here: its exceptions hold the signed
headers and the script, so they are turned into a `Failure` and dropped.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from mcp_server.ecs.credentials import Account
from mcp_server.ecs.error_catalogue.lookup import is_listed, is_local
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.replies import echoes
from mcp_server.ecs.sdk_logging import silence_sdk
from mcp_server.ecs.services import CENTRAL_ACTIONS, VERSIONS
from mcp_server.ecs.session import guard_sdk
from mcp_server.ecs.unanswered import NoAnswer, UnusableAnswer, code_of_status
from mcp_server.models.explanation import Outcome

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,99}\Z")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9\-]{1,64}\Z")
_LONGEST_WAIT: Final = 3_600_000
"""Milliseconds that an endpoint may ask for; more is no request that anybody could follow."""
_SHOWN: Final = ("CommandId", "RequestId")
"""What a reply says that goes into answers and logs as it is."""
_USER_AGENT: Final = "cloud-assistant-mcp"
_REQUESTS: Final[Mapping[str, Any]] = {
    "CreateCommand": models.CreateCommandRequest,
    "DeleteCommand": models.DeleteCommandRequest,
    "DescribeCommands": models.DescribeCommandsRequest,
    "DescribeRegions": models.DescribeRegionsRequest,
}
_METHODS: Final[Mapping[str, str]] = {
    "CreateCommand": "create_command_with_options",
    "DeleteCommand": "delete_command_with_options",
    "DescribeCommands": "describe_commands_with_options",
    "DescribeRegions": "describe_regions_with_options",
}


def open_client(protocol: str, host: str, region_id: str, account: Account) -> Client:
    """A client for one region and account; it keeps them for good, and nothing is sent."""
    silence_sdk()
    guard_sdk()
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
    withheld: Sequence[str],
) -> dict[str, Any] | Failure:
    """One attempt, in `session.used`. Blocks until the line is cut, at the longest.

    Args:
        client: of the region and account.
        action: of the API.
        request: its parameters, in API spelling.
        connect_timeout: seconds to wait for the connection.
        read_timeout: seconds to wait for each part of the reply.
        withheld: what no code and no id of the endpoint's may repeat.

    Returns:
        The reply in API spelling, or why there is none.
    """
    send = _sending(client, action, request)
    runtime = RuntimeOptions(
        connect_timeout=max(1, int(connect_timeout * 1000)),
        read_timeout=max(1, int(read_timeout * 1000)),
    )
    try:
        return _without_echoes(send(runtime), withheld)
    except Exception as error:  # noqa: BLE001 - the border: the SDK wraps anything in its own
        return _failure(error, withheld)


def _sending(
    client: Client, action: str, request: Mapping[str, object]
) -> Callable[[RuntimeOptions], dict[str, Any]]:
    """What sends the request and gives the body of the reply."""
    service = CENTRAL_ACTIONS.get(action)
    if service is not None:
        return partial(_generic, client, action, VERSIONS[service], request)
    model = _REQUESTS[action]().from_map(dict(request))
    if not request.keys() <= model.to_map().keys():
        raise ValueError(f"{action} has a parameter that the SDK would not send")

    def send(runtime: RuntimeOptions) -> dict[str, Any]:
        body: dict[str, Any] = getattr(client, _METHODS[action])(model, runtime).body.to_map()
        return body

    return send


def _generic(
    client: Client,
    action: str,
    version: str,
    request: Mapping[str, object],
    runtime: RuntimeOptions,
) -> dict[str, Any]:
    """An action of a service whose own SDK would be a dependency for one call."""
    params = Params(
        action=action,
        version=version,
        protocol="HTTPS",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    query = {name: str(value) for name, value in request.items()}
    body: dict[str, Any] = client.call_api(params, OpenApiRequest(query=query), runtime)["body"]
    return body


def _without_echoes(body: dict[str, Any], withheld: Sequence[str]) -> dict[str, Any]:
    shown = {name: value for name in _SHOWN if isinstance(value := body.get(name), str)}
    # Together first: they hardly ever are, and each search goes through the whole script.
    if not echoes("".join(shown.values()), withheld):
        return body
    echoing = {name for name, value in shown.items() if echoes(value, withheld)}
    return {name: value for name, value in body.items() if name not in echoing}


def _failure(error: Exception, withheld: Sequence[str]) -> Failure:
    try:
        return _read(error, withheld)
    except Exception:  # noqa: BLE001 - the endpoint decides what is in there
        return Failure("BadResponse", Outcome.UNKNOWN)


def _read(error: Exception, withheld: Sequence[str]) -> Failure:
    cause = getattr(error, "inner_exception", error)
    if isinstance(cause, NoAnswer):
        return Failure(cause.code, Outcome.UNKNOWN if cause.sent else Outcome.NOT_SENT)
    if isinstance(cause, UnusableAnswer):
        return Failure(
            cause.code,
            http_status=cause.status,
            request_id=_request_id(cause.request_id, withheld),
        )
    if isinstance(error, AlibabaCloudException):
        return _refusal(error, withheld)
    return Failure("BadResponse", Outcome.UNKNOWN)


def _refusal(error: Any, withheld: Sequence[str]) -> Failure:  # noqa: ANN401 - the SDK is untyped
    data = error.data if isinstance(error.data, dict) else {}
    denied = getattr(error, "access_denied_detail", None)
    status = error.status_code
    code = str(error.code)
    if not _is_code(code) or (status is not None and not _is_of_the_api(code, withheld)):
        code = code_of_status(status)
    return Failure(
        code,
        http_status=status,
        request_id=_request_id(error.request_id, withheld),
        message=str(data.get("Message") or data.get("message") or ""),
        recommendation=str(data.get("Recommend") or ""),
        access_denied=denied if isinstance(denied, dict) else {},
        retry_after=_seconds(error.retry_after),
    )


def _is_code(code: str) -> bool:
    return code != "None" and bool(_CODE.match(code))  # "None" is what the SDK makes of no code


def _is_of_the_api(code: str, withheld: Sequence[str]) -> bool:
    """Whether an endpoint's code may be shown, and is not one of ours.

    Those speak of what never reached an endpoint, which no endpoint can know.
    """
    return not is_local(code) and (is_listed(code) or not echoes(code, withheld))


def _request_id(value: object, withheld: Sequence[str]) -> str | None:
    if not isinstance(value, str) or value == "None" or not _REQUEST_ID.match(value):
        return None
    return None if echoes(value, withheld) else value


def _seconds(milliseconds: object) -> float | None:
    fits = isinstance(milliseconds, int) and 0 < milliseconds <= _LONGEST_WAIT
    return milliseconds / 1000 if isinstance(milliseconds, int) and fits else None
