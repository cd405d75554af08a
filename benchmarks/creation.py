"""One create_command of a 1 KB script in local mode, against the raw SDK call to the endpoint.

Both are measured in turn in one process, warm. The tool's side is everything between the MCP
edge and the endpoint: validation, guardrails, gateway and answer.
"""

import base64
import statistics
import time
from typing import Any

import anyio
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

from mcp_server.cli.application import assemble
from mcp_server.emulator import Emulator, EmulatorSettings
from mcp_server.settings import Settings

ROUNDS = 300
FACTOR_BOUND, ADDED_BOUND = 2.0, 0.003
_SCRIPT = "#!/bin/sh\n" + "printf '%s\\n' 'one line of a script of one kilobyte'\n" * 18
_ARGUMENTS: dict[str, Any] = {
    "region_id": "cn-hangzhou",
    "name": "benchmark",
    "type": "RunShellScript",
    "command_content": _SCRIPT,
    "timeout": 60,
}


def raw_call(client: Client) -> float:
    """Seconds of one call by the vendor's SDK alone."""
    started = time.perf_counter()
    client.create_command(
        models.CreateCommandRequest(
            region_id="cn-hangzhou",
            name="benchmark",
            type="RunShellScript",
            command_content=base64.b64encode(_SCRIPT.encode()).decode(),
            content_encoding="Base64",
            timeout=60,
        )
    )
    return time.perf_counter() - started


async def measure(emulator: Emulator) -> tuple[float, float]:
    """Medians in seconds: the raw call, and the tool."""
    account = emulator.account
    client = Client(
        Config(
            access_key_id=account.access_key_id,
            access_key_secret=account.access_key_secret,
            endpoint=emulator.endpoint,
            protocol="http",
            region_id="cn-hangzhou",
        )
    )
    application = assemble(Settings.load(local=True, local_endpoint=emulator.endpoint))
    tool = next(tool for tool in application.tools if tool.name == "create_command")
    raw: list[float] = []
    ours: list[float] = []
    for round_ in range(ROUNDS + 20):
        raw_seconds = raw_call(client)
        started = time.perf_counter()
        answer = await tool.handle(_ARGUMENTS)
        seconds = time.perf_counter() - started
        if answer.structured["status"] != "created":
            raise SystemExit(answer.text)
        if round_ >= 20:
            raw.append(raw_seconds)
            ours.append(seconds)
    return statistics.median(raw), statistics.median(ours)


def main() -> int:
    """Print the table; 1 when the bound is passed."""
    with Emulator(EmulatorSettings(command_quota=10**6)) as emulator:
        raw, ours = anyio.run(measure, emulator)
    bound = FACTOR_BOUND * raw + ADDED_BOUND
    print(f"raw SDK call         {raw * 1000:7.2f} ms")
    print(f"create_command       {ours * 1000:7.2f} ms (at most {bound * 1000:.2f})")
    return int(ours > bound)


if __name__ == "__main__":
    raise SystemExit(main())
