"""Server processes under test, spoken to in raw JSON-RPC."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZE: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}


@dataclass(frozen=True)
class Served:
    """A running server; one that gets stuck is killed after five minutes, which fails the test."""

    process: subprocess.Popen[bytes]
    errors: Path

    def send(self, message: dict[str, Any] | bytes) -> None:
        """Write one line."""
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def request(self, call: int | str, method: str, **params: Any) -> None:
        """Write one 2026-07-28 request."""
        params["_meta"] = ENVELOPE
        self.send({"jsonrpc": "2.0", "id": call, "method": method, "params": params})

    def call(self, call: int | str, tool: str, **arguments: Any) -> None:
        """Write one 2026-07-28 tool call."""
        self.request(call, "tools/call", name=tool, arguments=arguments)

    def receive(self) -> Any:
        """Read one line, which is JSON."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def url(self) -> str:
        """Read the line in which the HTTP server says where it is."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()

    def rest(self) -> list[Any]:
        """Close stdin and read every line until the process ends."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        return [json.loads(line) for line in self.process.stdout]

    def stop(self, signal: int | None = None) -> int:
        """Close stdin or send a signal; print how long it takes to exit."""
        began = time.perf_counter()
        if signal is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
        else:
            self.process.send_signal(signal)
        code = self.process.wait(timeout=5)
        sys.stdout.write(f"stopped in {time.perf_counter() - began:.3f} s\n")
        return code

    def log(self) -> str:
        """What has been written to stderr."""
        return self.errors.read_text(encoding="utf-8")


@contextmanager
def serving(directory: Path, *arguments: str) -> Iterator[Served]:
    """Start `tests.served_tools`."""
    errors = directory / "stderr.txt"
    command = [sys.executable, "-m", "tests.served_tools", *arguments]
    # Without it, output waits in buffers, as it does for most of those who run a server.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        ) as process,
    ):
        watchdog = threading.Timer(300, process.kill)
        watchdog.start()
        try:
            yield Served(process, errors)
        finally:
            process.terminate()  # and not killed, so that its coverage is kept
            process.wait()
            watchdog.cancel()
