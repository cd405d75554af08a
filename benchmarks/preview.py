"""One preview of a 1 KB script through a client in this process, against judging it alone.

Both are measured in turn, warm. The preview has everything: the client's and the server's side of
the protocol, validation, the token, sample values of none, text and structure.
"""

import statistics
import time
from typing import Any, Final

import anyio
from mcp import Client

from benchmarks.creation import ARGUMENTS, SCRIPT, judging
from mcp_server.cli.application import assemble
from mcp_server.cli.serve import collect_garbage_rarely
from mcp_server.guardrails.judgement import Judge
from mcp_server.guardrails.script.shell.shfmt import ShellParser
from mcp_server.server import build_server
from mcp_server.settings import Settings

ROUNDS: Final = 200
WARM_UP: Final = 20
ADDED_BOUND: Final = 0.005
"""Seconds."""
ERAS: Final = {"handshake": "legacy", "2026-07-28": "2026-07-28"}


async def measure(era: str, judge: Judge) -> tuple[float, float]:
    """Medians in seconds: judging alone, and the preview."""
    application = assemble(Settings(local=True, live_checks=False), serves=True)
    judged: list[float] = []
    previewed: list[float] = []
    async with Client(build_server(application.tools), mode=era) as client:
        for round_ in range(ROUNDS + WARM_UP):
            if round_ == WARM_UP:
                collect_garbage_rarely()
            judged.append(judging(judge))
            started = time.perf_counter()
            result: Any = await client.call_tool("preview_command", ARGUMENTS)
            previewed.append(time.perf_counter() - started)
            if result.is_error or result.structured_content["status"] != "preview":
                raise SystemExit("preview_command failed")
    await application.close()
    return statistics.median(judged[WARM_UP:]), statistics.median(previewed[WARM_UP:])


def main() -> int:
    """Print the table; 1 when the bound is passed."""
    passed = 0
    print(f"preview_command of a script of {len(SCRIPT)} bytes, client in this process")
    parser = ShellParser(ahead=True)
    for name, era in ERAS.items():
        judged, previewed = anyio.run(measure, era, Judge(parser=parser))
        added = previewed - judged
        print(
            f"{name:12} judged {judged * 1000:5.2f} ms, previewed {previewed * 1000:5.2f} ms: "
            f"{added * 1000:5.2f} ms more (at most {ADDED_BOUND * 1000:.2f})"
        )
        passed |= added > ADDED_BOUND
    parser.close()
    return int(passed)


if __name__ == "__main__":
    raise SystemExit(main())
