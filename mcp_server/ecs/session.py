"""The HTTP session under the SDK. Costs 0.1 s to import: never import it on start-up.

The SDK's own session follows redirects with the signed headers and the security token, sends a
loopback call to a proxy, reads replies of any size for any time, and loses the status of a reply
that is not JSON; and its errors carry the URL, which holds the script. The SDK is made to use
this one for our calls.
"""

import http.client
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Literal

import requests
from darabonba.core import DaraCore
from urllib3 import exceptions as urllib3_errors

from mcp_server.ecs.call import Line
from mcp_server.ecs.error_catalogue.lookup import settles

_LONGEST_REPLY: Final = 1024 * 1024
"""Bytes on the wire, with every header and interim reply."""
_PIECE: Final = 64 * 1024
_TOO_LARGE: Final = frozenset(
    {requests.codes.request_uri_too_large, requests.codes.header_fields_too_large}
)
_XML_OF_THE_SDK: Final = "text/xml;charset=utf-8"
"""The one type of answer that the SDK reads as an XML error, spelled as it compares it."""
_SUCCESSES: Final = range(200, 300)
_REFUSALS: Final = range(300, 500)
"""Whoever answers so has not carried the request out, unless the status settles nothing."""
_ERRORS: Final = range(400, 600)
"""What the SDK reads as an error of the API's."""


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


class _TooLongError(http.client.HTTPException):
    """A reply is longer than any that the API gives."""


class _BoundedStream(io.RawIOBase):
    """What arrives from a socket, up to the bound."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._left = _LONGEST_REPLY

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any buffer
        count: int | None = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise _TooLongError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedReply(http.client.HTTPResponse):
    """Bounds all of a reply: a body's own bound would not see headers, trailers and `100`s."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in http.client
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_BoundedStream(self.fp.detach()))


class _Connection:
    """Tells its line when it is made and when a request leaves, so that the line can cut it."""

    response_class = _BoundedReply
    line: Line | None = None
    sock: Any

    def connect(self) -> None:
        _thread.line.connect(self)
        super().connect()  # type: ignore[misc]  # of urllib3's class, which is the next base

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in urllib3
        if self.sock is None:
            self.connect()
        if not _thread.line.may_send(self):
            raise ConnectionAbortedError("nobody waits any more")
        super().request(*args, **kwargs)  # type: ignore[misc]  # as above


@cache
def _watched(kind: type) -> type:
    return kind if issubclass(kind, _Connection) else type(kind.__name__, (_Connection, kind), {})


def _watching(adapter: Any) -> Any:  # noqa: ANN401 - the SDK is untyped, and its adapter private
    """The adapter, whose every pool makes connections that tell their line."""
    pool_for = adapter.get_connection_with_tls_context

    def watched_pool_for(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in requests
        pool = pool_for(*args, **kwargs)
        pool.ConnectionCls = _watched(pool.ConnectionCls)
        return pool

    adapter.get_connection_with_tls_context = watched_pool_for
    return adapter


class GuardedSession(requests.Session):
    """One host's pool of connections.

    No redirects, no cookies, bounded replies, own errors, and no proxy when `direct`.
    """

    def __init__(self, *, direct: bool) -> None:
        super().__init__()
        self._direct = direct
        self.trust_env = not direct
        if direct:
            self.mount("http://", _watching(requests.adapters.HTTPAdapter()))
        else:
            self.mount("https://", _watching(DaraCore.get_adapter("https", "TLSv1.2")))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as in requests
        """Send once.

        Raises:
            NoAnswer: no reply.
            UnusableAnswer: a reply that the SDK could not read.
        """
        line: Line = _thread.line
        line.begin()
        how: dict[str, Any] = {
            "verify": kwargs.get("verify", True),
            "cert": kwargs.get("cert"),
            "proxies": {} if self._direct else kwargs.get("proxies"),
        }
        try:
            # The adapter's, not Session.send, which reads bodies whole and stores cookies.
            response = self.get_adapter(request.url or "").send(
                request, stream=True, timeout=kwargs.get("timeout"), **how
            )
            _read(response)
        except (OSError, ValueError, urllib3_errors.HTTPError) as error:
            code = explain_silence(error, direct=self._direct, sent=line.sent)
            raise NoAnswer(code, sent=line.sent) from None
        _require_object(response)
        return response


_thread = threading.local()
"""`session` and `line` of the call that this thread is at."""
_sessions: Final[dict[tuple[str, str], GuardedSession]] = {}
_sessions_lock: Final = threading.Lock()
_session_of_the_sdk: Final = DaraCore._get_session


def _get_session(*args: Any, **kwargs: Any) -> requests.Session:  # noqa: ANN401 - as in the SDK
    """Our session for our own calls, whatever has become of it; no other user of the SDK's is."""
    own: GuardedSession | None = getattr(_thread, "session", None)
    return own if own is not None else _session_of_the_sdk(*args, **kwargs)


DaraCore._get_session = staticmethod(_get_session)


def guarded(protocol: Literal["https", "http"], host: str) -> GuardedSession:
    """The session for a host; cheap when it is there."""
    with _sessions_lock:
        session = _sessions.get((protocol, host))
        if session is None:
            session = _sessions[protocol, host] = GuardedSession(direct=protocol == "http")
        return session


@contextmanager
def used(session: GuardedSession, line: Line) -> Iterator[None]:
    """What this thread sends through the SDK goes through this session, and the line can cut it."""
    _thread.session, _thread.line = session, line
    try:
        yield
    finally:
        _thread.session = _thread.line = None
        line.end()


def remove(protocol: str, host: str) -> None:
    """Close a host's connections, and forget the session."""
    with _sessions_lock:
        session = _sessions.pop((protocol, host), None)
    if session:
        session.close()


def _read(response: requests.Response) -> None:
    """Read the body as it arrives, or close the connection."""
    try:
        _require_plain(response)
        # In pieces, lest a false length sets aside memory for all of it.
        response._content = b"".join(response.raw.stream(_PIECE, decode_content=False))
    except BaseException:
        response.close()
        raise


def _require_plain(response: requests.Response) -> None:
    """Nobody asked for an encoded reply, and a small one could unfold to any size."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnusableAnswer("BadResponse", response.status_code, _header_id(response))


def _require_object(response: requests.Response) -> None:
    status, content = response.status_code, response.content
    if status in _ERRORS and response.headers.get("content-type") == _XML_OF_THE_SDK:
        return
    try:
        usable = isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        usable = False
    if usable and (status in _SUCCESSES or status in _ERRORS):
        return
    code = code_of_status(status, empty=not content)
    raise UnusableAnswer(code, status, _header_id(response))


def _header_id(response: requests.Response) -> str | None:
    return response.headers.get("x-acs-request-id")


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
        if has(_TooLongError):
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
