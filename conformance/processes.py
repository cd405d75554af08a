"""The programs of a conformance run: installing them, running them, and leaving none behind."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MODULES = HERE / "node_modules"
NODE = MODULES / "node/bin/node"
SERVE = (sys.executable, "-m", "mcp_server", "serve", "--local")

INSTALL_SECONDS, START_SECONDS, STOP_SECONDS, TOOL_SECONDS = 600, 30, 10, 60


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    code: int
    out: str
    err: str

    @property
    def last_words(self) -> str:
        """The last line it wrote, for a report of one line."""
        lines = f"{self.out}\n{self.err}".split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no output")


def clean_environment(home: Path) -> dict[str, str]:
    """All that the server and the tools see: enough to run, nothing of the caller's."""
    return {
        "PATH": os.pathsep.join([str(NODE.parent), os.defpath]),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "CI": "1",
        "NO_COLOR": "1",
        "BROWSER": "none",
        "DO_NOT_TRACK": "1",
        "MCP_INSPECTOR_SECRET_STORE": "memory",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextlib.contextmanager
def started(
    command: Sequence[str],
    *,
    env: dict[str, str] | None,
    cwd: Path,
    out: int | IO[str] = subprocess.PIPE,
) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a process group of its own, and leave nothing of that group behind."""
    with subprocess.Popen(  # noqa: S603  (every command line is written in this folder)
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        env=env,
        cwd=cwd,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def run(
    command: Sequence[str], seconds: float, *, env: dict[str, str] | None, cwd: Path
) -> Finished:
    """Run a program to its end, or stop it when its time is up."""
    with started(command, env=env, cwd=cwd) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return Finished(124, "", f"no answer within {seconds:g} s")
        return Finished(process.returncode, out, err)


def run_tool(script: str, arguments: Sequence[str], scratch: Path) -> Finished:
    """Run a tool from `node_modules` with the Node from there."""
    command = [str(NODE), str(MODULES / script), *arguments]
    return run(command, TOOL_SECONDS, env=clean_environment(scratch), cwd=scratch)


def install() -> None:
    """Install Node and the tools, unless what the lock file names is already there."""
    lock, stamp = HERE / "package-lock.json", MODULES / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not on PATH; it brings Node and the conformance tools")
    done = run([npm, "ci", "--loglevel=error"], INSTALL_SECONDS, env=None, cwd=HERE)
    if done.code != 0 or not NODE.exists():
        sys.exit(f"npm ci failed ({done.code}):\n{done.out}{done.err}")
    shutil.copyfile(lock, stamp)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_open(port: int, server: subprocess.Popen[str]) -> bool:
    """Wait until the server accepts connections; False when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def serving(scratch: Path) -> Iterator[str]:
    """Run the HTTP server for as long as it is needed, and give its address."""
    port, log = free_port(), scratch / "server.log"
    command = [*SERVE, "--http", "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("w", encoding="utf-8") as out,
        started(command, env=clean_environment(scratch), cwd=ROOT, out=out) as server,
    ):
        if not wait_until_open(port, server):
            sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")
        yield f"http://127.0.0.1:{port}/mcp"
        if server.poll() is not None:
            sys.exit(f"the server died on the way:\n{log.read_text(encoding='utf-8')}")
