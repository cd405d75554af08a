"""The HTTP session under the SDK. Costs 0.1 s to import: never import it on start-up.

The SDK's own session follows redirects with the signed headers and the security token, sends a
loopback call to a proxy, reads replies of any size for any time, and loses the status of a reply
that is not JSON; and its errors carry the URL, which holds the script. The SDK is made to use
this one for our calls.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import requests
from darabonba.core import DaraCore
from urllib3 import exceptions as urllib3_errors

from mcp_server.ecs.bounded_reply import BoundedReply
from mcp_server.ecs.call import Line
from mcp_server.ecs.unanswered import NoAnswer, UnusableAnswer, code_of_status, explain_silence

_PIECE: Final = 64 * 1024
_XML_OF_THE_SDK: Final = "text/xml;charset=utf-8"
"""The one type of answer that the SDK reads as an XML error, spelled as it compares it."""
_SUCCESSES: Final = range(200, 300)
_ERRORS: Final = range(400, 600)
"""What the SDK reads as an error of the API's."""


class _Connection:
    """Tells its line when it is made and when a request leaves, so that the line can cut it."""

    response_class = BoundedReply
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
"""`session` and `line` of the call that this thread is at: the SDK takes neither as an argument."""
_session_of_the_sdk: Final = DaraCore._get_session


def _get_session(*args: Any, **kwargs: Any) -> requests.Session:  # noqa: ANN401 - as in the SDK
    """Our session for our own calls, whatever has become of it; no other user of the SDK's is."""
    own: GuardedSession | None = getattr(_thread, "session", None)
    return own if own is not None else _session_of_the_sdk(*args, **kwargs)


def guard_sdk() -> None:
    """Have the SDK ask here for its session. Idempotent, and seen by our own calls only."""
    DaraCore._get_session = staticmethod(_get_session)


@contextmanager
def used(session: GuardedSession, line: Line) -> Iterator[None]:
    """What this thread sends through the SDK goes through this session, and the line can cut it."""
    _thread.session, _thread.line = session, line
    try:
        yield
    finally:
        _thread.session = _thread.line = None
        line.end()


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
