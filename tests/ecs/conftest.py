import base64
import importlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from mcp_server.ecs.backend import LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import Account
from mcp_server.ecs.gateway import Gateway
from mcp_server.emulator import Emulator
from mcp_server.settings import Settings

SCRIPT = "echo hi"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _imported_sdk():
    """So that no test's time limit has to cover the import."""
    importlib.import_module("mcp_server.ecs.sdk")
    importlib.import_module("stamina")


@pytest.fixture(autouse=True)
def _no_outside_world(monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def keys(emulator) -> Account:
    account = emulator.account
    return Account(account.access_key_id, account.access_key_secret, account.security_token)


@pytest.fixture
def open_gateway(emulator, keys) -> Iterator[Callable[..., Gateway]]:
    """Opens a gateway, to the emulator unless told otherwise, that never waits between attempts."""
    opened: list[Gateway] = []

    def open_one(backend: Any = None, backoff: Any = lambda _: 0.0, **changes) -> Gateway:
        backend = backend or LocalBackend(lambda: LocalEndpoint(emulator.endpoint, keys))
        gateway = Gateway(Settings(**changes), backend, backoff=backoff)
        opened.append(gateway)
        return gateway

    yield open_one
    for gateway in opened:
        gateway.close()


@pytest.fixture
def gateway(open_gateway: Callable[..., Gateway]) -> Gateway:
    return open_gateway()


@pytest.fixture(scope="session")
def creation() -> Callable[..., dict[str, Any]]:
    """Makes a request that is accepted, in API spelling; None leaves a parameter out."""

    def request(script: str = SCRIPT, **changes) -> dict[str, Any]:
        made = {
            "RegionId": "cn-hangzhou",
            "Name": "greeting",
            "Type": "RunShellScript",
            "CommandContent": base64.b64encode(script.encode()).decode(),
            "ContentEncoding": "Base64",
            "Timeout": 60,
            "ClientToken": "token-1",
            **changes,
        }
        return {name: value for name, value in made.items() if value is not None}

    return request


@pytest.fixture
def closed_port() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def silent_port() -> Iterator[str]:
    """An address that accepts connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def _answering(answer: bytes, received: list[bytes]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    received.append(connection.recv(65536))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def answering() -> Iterator[Callable[..., tuple[str, list[bytes]]]]:
    """Starts a server that gives every request the same raw answer; its address, what it got."""
    with ExitStack() as stack:

        def start(answer: bytes) -> tuple[str, list[bytes]]:
            received: list[bytes] = []
            return stack.enter_context(_answering(answer, received)), received

        yield start


class Awaited(logging.Handler):
    """A line of the log that is waited for, by words in it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self.message = ""
        self.seen = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self.words in record.getMessage():
            self.message = record.getMessage()
            self.seen.set()


@pytest.fixture
def logged() -> Iterator[Callable[[str], Awaited]]:
    """A line of `mcp_server.ecs` with certain words, once it is logged."""
    logger = logging.getLogger("mcp_server.ecs")
    added: list[Awaited] = []

    def awaited(words: str) -> Awaited:
        handler = Awaited(words)
        logger.addHandler(handler)
        added.append(handler)
        return handler

    yield awaited
    for handler in added:
        logger.removeHandler(handler)
