"""What the server writes to standard error when it is told to write everything."""

import base64
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from mcp import Client
from mcp.client.stdio import stdio_client

from mcp_server.emulator import Emulator, Fault
from tests.end_to_end.serving import UPTIME, WAYS, Deployment, call

CANARY = "canary/7f3a★"
EVERYTHING = {
    "CLOUD_ASSISTANT_LOG_LEVEL": "DEBUG",
    "DEBUG": "sdk",
    "CLOUD_ASSISTANT_MAX_ATTEMPTS": "2",  # the second is a retry as any other
}
ARGUMENTS: dict[str, Any] = {
    **UPTIME,
    "name": f"name {CANARY}",
    "description": f"description {CANARY}",
    "command_content": f"echo script {CANARY} {{{{parameter}}}}\n",
    "enable_parameter": True,
    "tags": [{"key": f"key {CANARY}", "value": f"tag {CANARY}"}],
}


@asynccontextmanager
async def client(
    deployment: Deployment, transport: str, era: str, errors: Path
) -> AsyncIterator[Client]:
    """A client of a server whose standard error goes to a file, to the last byte."""
    if transport == "stdio":
        with errors.open("w") as stderr:
            async with Client(stdio_client(deployment.stdio(), stderr), mode=era) as opened:
                yield opened
        return
    with subprocess.Popen(
        [sys.executable, "-m", "mcp_server", "serve", "--http", "--port", "0"],
        env=deployment.variables(),
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline()]
        while b"Serving MCP on " not in lines[-1]:
            assert lines[-1], "the server ended"
            lines.append(process.stderr.readline())
        address = lines[-1].split()[-1].decode()
        # A full pipe would stop the server.
        reader = threading.Thread(target=lines.extend, args=(process.stderr,))
        reader.start()
        try:
            async with Client(address, mode=era) as opened:
                yield opened
        finally:
            process.terminate()
            reader.join()
            errors.write_bytes(b"".join(lines))


def shapes(text: str) -> list[str]:
    """The text, and what of it stays the same in Base64 wherever in a script it is."""
    data = text.encode()
    encoded = [base64.b64encode(b"?" * shift + data).decode() for shift in range(3)]
    ascii_part = text.encode("ascii", "ignore").decode()  # what follows may be escaped in any way
    plain = [ascii_part, *(part[4:-4] for part in encoded)]
    return plain + [quote(shape, safe="") for shape in plain]


@pytest.mark.anyio
@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_the_log_tells_what_was_decided_and_quotes_nothing_of_a_command(
    deployment: Deployment, emulator: Emulator, tmp_path: Path, transport: str, era: str
) -> None:
    errors = tmp_path / "stderr.txt"
    talkative = deployment.with_environment(**EVERYTHING)
    async with client(talkative, transport, era, errors) as opened:
        for arguments in (
            ARGUMENTS,
            ARGUMENTS | {"region_id": f"region {CANARY}", CANARY: CANARY, "timeout": CANARY},
            ARGUMENTS | {"command_content": f"{CANARY}\n" * 3000},
        ):
            await call(opened, "preview_command", arguments)
            await call(opened, "create_command", arguments)
        for fault in (
            Fault(body="malformed_json", times=2),
            Fault(action="CreateCommand", code="InvalidParameter.Name", status=400),
            Fault(action="CreateCommand", code="Throttling", status=400, times=2),
        ):
            emulator.reset()
            emulator.faults.add(fault)
            await call(opened, "create_command", ARGUMENTS)
    told = errors.read_text("utf-8", "replace")
    assert " INFO mcp_server.creation.workflow: create: created" in told
    assert " INFO mcp_server.creation.workflow: dry run: " in told
    assert [shape for shape in shapes(CANARY) if shape in told] == []


def test_the_shapes_of_a_text_are_found_wherever_it_is() -> None:
    for shift in range(3):
        encoded = base64.b64encode(f"{'x' * shift}{CANARY} and more".encode()).decode()
        assert any(shape in encoded for shape in shapes(CANARY))
