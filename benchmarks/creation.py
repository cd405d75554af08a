"""One create_command of a 1 KB script in local mode, against the raw SDK call to the endpoint.

All are measured in turn, warm. Our side is everything a caller waits for: the SDK's client, the
server process on stdio, validation, guardrails, gateway, endpoint, and the way back. What judging
the script takes by itself has its own bound, in benchmarks.guardrails; the bound here is for all
the rest.
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
from mcp_server.guardrails.judgement import Judge
from mcp_server.guardrails.script.model import Language
from mcp_server.guardrails.script.shell.shfmt import ShellParser
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


def judging(judge: Judge) -> float:
    """Seconds of judging the script alone."""
    started = time.perf_counter()
    judge.judge(SCRIPT, Language.SHELL)
    return time.perf_counter() - started


async def measure(emulator: Emulator, era: str, judge: Judge) -> tuple[float, float, float]:
    """Medians in seconds: the raw call, judging alone, and the tool."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "mcp_server", "serve", "--local"],
        env={
            f"{PREFIX}LOCAL_ENDPOINT": emulator.endpoint,
            f"{PREFIX}LIVE_CHECKS": "false",  # of their own, and not of creating
        },
    )
    raw_client = ecs_client(emulator)
    raw: list[float] = []
    judged: list[float] = []
    ours: list[float] = []
    async with Client(server, mode=era) as client:
        for _ in range(ROUNDS + WARM_UP):
            raw.append(raw_call(raw_client))
            judged.append(judging(judge))
            started = time.perf_counter()
            result = await client.call_tool("create_command", ARGUMENTS)
            ours.append(time.perf_counter() - started)
            if result.is_error:
                raise SystemExit("create_command failed")
    medians = [statistics.median(times[WARM_UP:]) for times in (raw, judged, ours)]
    return medians[0], medians[1], medians[2]


def main() -> int:
    """Print the table; 1 when a bound is passed."""
    passed = 0
    print(f"create_command of a script of {len(SCRIPT)} bytes")
    parser = ShellParser(ahead=True)
    with Emulator(EmulatorSettings(command_quota=10**6)) as emulator:
        for name, era in ERAS.items():
            raw, judged, ours = anyio.run(measure, emulator, era, Judge(parser=parser))
            bound = FACTOR_BOUND * raw + ADDED_BOUND
            print(
                f"{name:12} raw SDK call {raw * 1000:5.2f} ms, through MCP {ours * 1000:5.2f} ms, "
                f"of which judging {judged * 1000:5.2f}: the rest {(ours - judged) * 1000:5.2f} ms "
                f"(at most {bound * 1000:.2f})"
            )
            passed |= ours - judged > bound
    parser.close()
    return int(passed)


if __name__ == "__main__":
    raise SystemExit(main())
