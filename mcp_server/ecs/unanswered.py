"""Calls without a usable reply: what is known of them, in the catalogue's codes."""

from collections.abc import Iterator
from typing import Final

import requests
from urllib3 import exceptions as urllib3_errors

from mcp_server.ecs.bounded_reply import TooLongError
from mcp_server.ecs.error_catalogue.lookup import settles

_TOO_LARGE: Final = frozenset(
    {requests.codes.request_uri_too_large, requests.codes.header_fields_too_large}
)
_REFUSALS: Final = range(300, 500)
"""Whoever answers so has not carried the request out, unless the status settles nothing."""
_OF_PROXIES: Final = (
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidProxyURL,
    urllib3_errors.ProxyError,
)


class NoAnswer(Exception):  # noqa: N818 - a fact about the call
    """No reply came; `code` is a row of the error catalogue."""

    def __init__(self, code: str, *, sent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.sent = sent
        """Whether the endpoint may have the request."""


class UnusableAnswer(Exception):  # noqa: N818 - a fact about the call
    """A reply came that is not a JSON object."""

    def __init__(self, code: str, status: int, request_id: str | None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.request_id = request_id


def code_of_status(status: int, *, empty: bool = False) -> str:
    """The catalogue's code for an answer that has no code of the API's."""
    if status in _TOO_LARGE:
        return "RequestLineTooLong"
    if status in _REFUSALS and settles(status):
        return "Intercepted"
    return "EmptyResponse" if empty else "BadResponse"


def explain_silence(error: BaseException, *, direct: bool, sent: bool) -> str:
    """Why no usable reply came.

    Only the connection itself knows whether the request was sent: urllib3 calls it a failure of
    the proxy, too, when a request is lost that the proxy passed on. `direct` means a local
    endpoint.
    """
    causes = tuple(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if sent:
        if has(TooLongError):
            return "BadResponse"
        timeout = has(requests.exceptions.Timeout, urllib3_errors.TimeoutError, TimeoutError)
        return "Timeout" if timeout else "ConnectionLost"
    if direct and has(ConnectionRefusedError):
        return "LocalEndpointUnreachable"
    if has(*_OF_PROXIES):
        return "ProxyFailed"
    if has(urllib3_errors.NameResolutionError, urllib3_errors.LocationValueError):
        return "DnsFailed"
    if has(urllib3_errors.NewConnectionError, urllib3_errors.ConnectTimeoutError):
        return "ConnectFailed"
    tls = has(
        requests.exceptions.SSLError, urllib3_errors.SSLError, urllib3_errors.ReadTimeoutError
    )
    return "TlsFailed" if tls else "ConnectFailed"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error with everything it came from, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        waiting += current.args
