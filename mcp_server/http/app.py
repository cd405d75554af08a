"""The ASGI application: MCP at /mcp, for programs on this machine."""

from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from mcp_server.http.bodies import CheckedBodies, restore_lone_surrogates
from mcp_server.wire import MAX_MESSAGE_BYTES

PATH = "/mcp"
_MAX_SESSIONS = 1000
_IDLE_SECONDS = 300.0
"""Long enough for a person's answer; a client that comes back later opens a new session."""
_DEFAULT_PORT = 80


def build_app(server: Server[Any], *, port: int) -> ASGIApp:
    """Build the application that answers on loopback addresses with this port.

    Handshake-era clients get a session and an event stream, because that is the only way in
    which a person can be asked through them; 2026-07-28 knows neither. One server has one
    application.
    """
    names = ["127.0.0.1", "localhost", "[::1]"]
    hosts = [f"{name}:{port}" for name in names] + (names if port == _DEFAULT_PORT else [])
    security = TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts]
    )
    server.middleware.append(restore_lone_surrogates)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=False,
        json_response=False,
        max_request_body_size=MAX_MESSAGE_BYTES,
        max_sessions=_MAX_SESSIONS,
        session_idle_timeout=_IDLE_SECONDS,
        transport_security=security,
    )
    return CheckedBodies(app, path=PATH, security=security)
