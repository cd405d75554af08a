"""Process start to answered tools/list on stdio, and resident memory then, against the floor.

The two servers are started in turn, so that a machine that slows down slows both.
"""

import json
import statistics
import subprocess
import sys
import time

import psutil

ROUNDS = 21
TIME_BOUND, MEMORY_BOUND = 1.15, 1.20
_SERVERS = {
    "bare": [sys.executable, "-m", "benchmarks.bare_server"],
    "cloud-assistant-mcp": [sys.executable, "-m", "mcp_server", "--local"],
}
_MESSAGES = (
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "benchmark", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
)


def measure(command: list[str]) -> tuple[float, float]:
    """One start: seconds until tools/list is answered, and MiB resident at that moment."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - for the type checker
        assert process.stdout is not None  # noqa: S101
        process.stdin.write("".join(json.dumps(m) + "\n" for m in _MESSAGES).encode())
        process.stdin.flush()
        while json.loads(process.stdout.readline()).get("id") != 2:
            pass
        seconds = time.perf_counter() - started
        resident = psutil.Process(process.pid).memory_info().rss / 2**20
        process.stdin.close()
    return seconds, resident


def main() -> int:
    """Print the table; 1 when a bound is passed."""
    for command in _SERVERS.values():
        measure(command)  # byte code and page cache
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in _SERVERS}
    for _ in range(ROUNDS):
        for name, command in _SERVERS.items():
            figures[name].append(measure(command))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in figures.items()
    }
    for name, (seconds, resident) in medians.items():
        print(f"{name:20} {seconds * 1000:7.0f} ms {resident:7.1f} MiB")
    (floor_time, floor_memory), (our_time, our_memory) = medians.values()
    time_ratio, memory_ratio = our_time / floor_time, our_memory / floor_memory
    print(f"start to tools/list  {time_ratio:.3f} (at most {TIME_BOUND})")
    print(f"resident memory      {memory_ratio:.3f} (at most {MEMORY_BOUND})")
    return int(time_ratio > TIME_BOUND or memory_ratio > MEMORY_BOUND)


if __name__ == "__main__":
    raise SystemExit(main())
