"""One create_command of a 1 KB script in local mode, against the raw SDK call to the endpoint.

Both are measured in turn, warm. Our side is everything a caller waits for: the SDK's client, the
server process on stdio, validation, guardrails, gateway, endpoint, and the way back.
"""

import base64
import statistics
import sys
import time
from typing import Any

import anyio
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client as EcsClient
from alibabacloud_tea_openapi.models import Config
from mcp import Client, StdioServerParameters

from mcp_server.emulator import Emulator, EmulatorSettings
from mcp_server.settings import PREFIX

ROUNDS, WARM_UP = 300, 20
FACTOR_BOUND, ADDED_BOUND = 2.0, 0.003
ERAS = {"handshake": "legacy", "2026-07-28": "2026-07-28"}
SCRIPT = "#!/bin/sh\n" + "printf '%s\\n' 'one line of a script of one kilobyte'\n" * 20
ARGUMENTS: dict[str, Any] = {
    "region_id": "cn-hangzhou",
    "name": "benchmark",
    "type": "RunShellScript",
    "command_content": SCRIPT,
    "timeout": 60,
}


def ecs_client(emulator: Emulator) -> EcsClient:
    """The vendor's client, as its documentation has it."""
    return EcsClient(
        Config(
            access_key_id=emulator.account.access_key_id,
            access_key_secret=emulator.account.access_key_secret,
            endpoint=emulator.endpoint,
            protocol="http",
            region_id="cn-hangzhou",
        )
    )


def raw_call(client: EcsClient) -> float:
    """Seconds of one call by the vendor's SDK alone."""
    started = time.perf_counter()
    client.create_command(
        models.CreateCommandRequest(
            region_id="cn-hangzhou",
            name="benchmark",
            type="RunShellScript",
            command_content=base64.b64encode(SCRIPT.encode()).decode(),
            content_encoding="Base64",
            timeout=60,
        )
    )
    return time.perf_counter() - started


async def measure(emulator: Emulator, era: str) -> tuple[float, float]:
    """Medians in seconds: the raw call, and the tool."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "mcp_server", "serve", "--local"],
        env={f"{PREFIX}LOCAL_ENDPOINT": emulator.endpoint},
    )
    raw_client = ecs_client(emulator)
    raw: list[float] = []
    ours: list[float] = []
    async with Client(server, mode=era) as client:
        for _ in range(ROUNDS + WARM_UP):
            raw.append(raw_call(raw_client))
            started = time.perf_counter()
            result = await client.call_tool("create_command", ARGUMENTS)
            ours.append(time.perf_counter() - started)
            if result.is_error:
                raise SystemExit("create_command failed")
    return statistics.median(raw[WARM_UP:]), statistics.median(ours[WARM_UP:])


def main() -> int:
    """Print the table; 1 when a bound is passed."""
    passed = 0
    print(f"create_command of a script of {len(SCRIPT)} bytes")
    with Emulator(EmulatorSettings(command_quota=10**6)) as emulator:
        for name, era in ERAS.items():
            raw, ours = anyio.run(measure, emulator, era)
            bound = FACTOR_BOUND * raw + ADDED_BOUND
            print(
                f"{name:12} raw SDK call {raw * 1000:5.2f} ms, through MCP {ours * 1000:5.2f} ms "
                f"(at most {bound * 1000:.2f})"
            )
            passed |= ours > bound
    return int(passed)


if __name__ == "__main__":
    raise SystemExit(main())
