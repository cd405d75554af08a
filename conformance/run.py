"""The protocol's own conformance suite, and the Inspector, against the real server.

`make conformance` runs this with the project's Python; `--only WORD` picks checks by their line.
Node and the tools come from npm, at the versions of `package-lock.json`, into `node_modules` here.
The server uses the local endpoint, and it and the tools see none of the caller's environment: no
credentials, no settings, no proxy. Everything else they write goes to a temporary folder.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from inspector import CALLS, ERAS, TRANSPORTS, check_call, check_schemas, write_configuration
from processes import install, serving
from suite import SCENARIOS, run_scenario
from verdict import Verdict

MARKS = {True: "pass", False: "FAIL", None: "none"}


def checks(url: str, scratch: Path) -> Iterator[tuple[str, str, Callable[[], Verdict]]]:
    """Give the checks of a run: the transport and version, the title, and what makes the check."""
    for name, versions in SCENARIOS.items():
        for version in versions:
            yield f"http  {version}", name, partial(run_scenario, name, version, url, scratch)
    for transport in TRANSPORTS:
        for version in ERAS:
            place = f"{transport:<5} {version}"
            yield place, "schemas are portable", partial(check_schemas, transport, version, scratch)
            for title in CALLS:
                yield place, title, partial(check_call, title, transport, version, scratch)


def report(line: str) -> None:
    """Write a line at once, so that a slow run shows where it is."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run what was asked for; 0 when something passed and nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", default="", metavar="WORD", help="checks that have it in their line"
    )
    wanted: str = parser.parse_args().only
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began = time.monotonic()
    install()
    count = Counter[bool | None]()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder, serving(Path(folder)) as url:
        write_configuration(url, Path(folder))
        for place, title, check in checks(url, Path(folder)):
            if wanted not in f"{place} {title}":
                continue
            start = time.monotonic()
            verdict = check()
            took = time.monotonic() - start
            count[verdict.passed] += 1
            report(f"{MARKS[verdict.passed]}  {place}  {title:<32} {took:4.1f} s  {verdict.detail}")
    empty = f", {count[None]} with nothing to check" if count[None] else ""
    report(
        f"\n{count[True]} passed, {count[False]} failed{empty}, {time.monotonic() - began:.0f} s"
    )
    return 0 if count[True] and not count[False] else 1


if __name__ == "__main__":
    sys.exit(main())
