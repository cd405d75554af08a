"""The emulator as an object: a background thread that serves, and a view of what happened."""

import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from mcp_server.emulator.app import Endpoint
from mcp_server.emulator.authentication import Authenticator
from mcp_server.emulator.call import State
from mcp_server.emulator.closing import Closing
from mcp_server.emulator.control import Control
from mcp_server.emulator.faults import FaultScript
from mcp_server.emulator.http_server import HttpServer
from mcp_server.emulator.listening import listening_socket
from mcp_server.emulator.request_log import RequestLog, RequestRecord
from mcp_server.emulator.settings import Account, EmulatorSettings
from mcp_server.emulator.store import Store, StoredCommand

_START_SECONDS = 10.0
_STOP_SECONDS = 5.0


class Emulator:
    """A local ECS endpoint; a context manager that serves between enter and exit.

    After `stop` (and after the `with` block) data, log and scripted faults are still there, and
    `start` serves them again on the same port.

    Attributes:
        settings: what it was made with.
        faults: the scripted faults to come.
    """

    def __init__(self, settings: EmulatorSettings | None = None) -> None:
        self.settings = settings or EmulatorSettings()
        self.faults = FaultScript()
        self._store = Store(self.settings.data)
        self._endpoint = Endpoint(
            State(self.settings, self._store),
            Authenticator(self.settings.accounts, self.settings.clock),
            self.faults,
            RequestLog(self.settings.request_log_size),
        )
        self._port = self.settings.port
        self._running: tuple[HttpServer, threading.Thread] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """Host and port, such as `127.0.0.1:43121`; the port is 0 until the first start."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"{host}:{self._port}"

    @property
    def account(self) -> Account:
        """The first account, in its present state."""
        return self._endpoint.authenticator.account(self.settings.accounts[0].access_key_id)

    @property
    def requests(self) -> list[RequestRecord]:
        """The requests seen, oldest first."""
        return self._endpoint.requests.records()

    def commands(
        self, region_id: str = "cn-hangzhou", account_id: str | None = None
    ) -> list[StoredCommand]:
        """The commands of an account (the first one by default) in a region, newest first."""
        return self._store.commands(account_id or self.account.account_id, region_id)

    def put_account(self, account: Account) -> None:
        """Add an account, or give the one with the same access key id a new state."""
        self._endpoint.authenticator.put(account)

    def reset(self) -> None:
        """Forget commands, client tokens, faults, nonces and requests; accounts stay."""
        self._endpoint.reset()

    def start(self) -> None:
        """Serve in a background thread; returns when connections are accepted. Idempotent.

        Raises:
            OSError: the port is taken.
            RuntimeError: the server did not start.
        """
        if self._running is not None:
            return
        listening = listening_socket(self.settings.host, self._port)
        self._port = listening.getsockname()[1]
        closing = Closing()
        control = Control(self._endpoint).routes() if self.settings.control else []
        server = HttpServer(self._endpoint.app(closing, control), closing)
        thread = threading.Thread(
            target=server.run, args=([listening],), name="ecs-emulator", daemon=True
        )
        thread.start()
        if not server.accepting.wait(_START_SECONDS):
            listening.close()
            raise RuntimeError("the emulator did not start")
        self._running = server, thread

    def stop(self) -> None:
        """Stop serving; requests under way see their connection close. Idempotent."""
        if self._running is None:
            return
        server, thread = self._running
        self._running = None
        server.request_stop()
        thread.join(_STOP_SECONDS)

    def close(self) -> None:
        """Stop and close the data; afterwards the emulator is of no more use."""
        self.stop()
        self._store.close()

    def serve(self, announce: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGINT or SIGTERM, then return; for the main thread only.

        `announce` is called once connections are accepted and signals are handled.
        """
        stopped = threading.Event()
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, lambda *_: stopped.set()) for number in signals}
        try:
            with self:
                announce()
                # With a time-out, because Windows does not interrupt an endless wait.
                while not stopped.wait(0.5):
                    pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
