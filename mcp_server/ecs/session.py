"""The HTTP session under the SDK. Costs 0.1 s to import: never import it on start-up.

The SDK's own session follows redirects with the signed headers and the security token, sends a
loopback call to a proxy, and loses the status of a reply that is not JSON; and its errors carry
the URL, which holds the script. This one takes its place in the SDK's table of sessions.
"""

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

import requests
from darabonba.core import DEFAULT_POOL_MAXSIZE, DaraCore
from urllib3 import exceptions as urllib3_errors

_DARA_PORT: Final = 80
"""What the SDK calls the port of every request; it means: none in the URL."""

_TOO_LARGE: Final = frozenset(
    {requests.codes.request_uri_too_large, requests.codes.header_fields_too_large}
)
_XML_OF_THE_SDK: Final = "text/xml;charset=utf-8"
"""The one type of answer that the SDK reads as an XML error, spelled as it compares it."""
_REFUSALS: Final = range(300, 500)
"""Whoever answers so has not carried the request out."""


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


class GuardedSession(requests.Session):
    """One host's pool of connections: no redirects, own errors, no proxy when `direct`."""

    def __init__(self, *, direct: bool) -> None:
        super().__init__()
        self._direct = direct
        self.trust_env = not direct
        if not direct:
            self.mount("https://", DaraCore.get_adapter("https", "TLSv1.2"))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as in requests
        """Send once.

        Raises:
            NoAnswer: no reply.
            UnusableAnswer: a reply that the SDK could not read.
        """
        kwargs["allow_redirects"] = False
        if self._direct:
            kwargs["proxies"] = {}
        try:
            response = super().send(request, **kwargs)
        except (OSError, ValueError, urllib3_errors.HTTPError) as error:
            code, sent = explain_silence(error)
            raise NoAnswer(code, sent=sent) from None
        _require_object(response)
        return response


def guard(protocol: str, host: str) -> None:
    """See to it that the SDK finds our session for a host; cheap when it is there."""
    key = _key(protocol, host)
    if not isinstance(DaraCore._sessions.get(key), GuardedSession):
        DaraCore._sessions[key] = GuardedSession(direct=protocol == "http")


def remove(protocol: str, host: str) -> None:
    """Close a host's connections, and forget the session."""
    if session := DaraCore._sessions.pop(_key(protocol, host), None):
        session.close()


def _key(protocol: str, host: str) -> str:
    return f"{protocol}://{host}:{_DARA_PORT}:pool={DEFAULT_POOL_MAXSIZE}"


def _require_object(response: requests.Response) -> None:
    if response.headers.get("content-type") == _XML_OF_THE_SDK:
        return
    try:
        usable = isinstance(json.loads(response.content), dict)
    except ValueError:
        usable = False
    if usable and not response.is_redirect:
        return
    status = response.status_code
    empty = not response.content
    raise UnusableAnswer(
        code_of_status(status, empty=empty), status, response.headers.get("x-acs-request-id")
    )


def code_of_status(status: int, *, empty: bool = False) -> str:
    """The catalogue's code for an answer that has no code of the API's."""
    if status in _TOO_LARGE:
        return "RequestLineTooLong"
    if status in _REFUSALS:
        return "Intercepted"
    return "EmptyResponse" if empty else "BadResponse"


def explain_silence(error: BaseException) -> tuple[str, bool]:
    """Why no reply came, and whether the request may have arrived.

    It did not when the failure is of the kind that comes before sending, or happened inside the
    connecting code; in every other case it may have.
    """
    causes = tuple(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    connecting = any(_was_connecting(cause.__traceback__) for cause in causes)
    if has(requests.exceptions.ProxyError, urllib3_errors.ProxyError):
        return "ProxyFailed", False
    if has(urllib3_errors.NameResolutionError, urllib3_errors.LocationValueError):
        return "DnsFailed", False
    if has(urllib3_errors.NewConnectionError, urllib3_errors.ConnectTimeoutError):
        return "ConnectFailed", False
    if connecting:
        tls = has(requests.exceptions.SSLError, urllib3_errors.SSLError) or has(
            urllib3_errors.ReadTimeoutError
        )
        return ("TlsFailed" if tls else "ConnectFailed"), False
    if has(requests.exceptions.Timeout, urllib3_errors.TimeoutError, TimeoutError):
        return "Timeout", True
    return "ConnectionLost", True


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


def _was_connecting(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        frame = traceback.tb_frame
        if (
            frame.f_globals.get("__name__") == "urllib3.connection"
            and frame.f_code.co_name == "connect"
        ):
            return True
        traceback = traceback.tb_next
    return False
