"""Scenarios of the protocol's conformance suite, and how their results are read.

The suite leaves with 0 when it skipped a scenario or checked nothing, and with 1 when a check needs
a fixture tool of its own. So verdicts come from the checks it wrote down, not from its exit code.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from processes import Finished, run_tool
from verdict import Verdict

HANDSHAKE = "2025-11-25"  # the last version that opens with `initialize`
MODERN = "2026-07-28"  # no handshake, no sessions
BOTH = (HANDSHAKE, MODERN)
SCENARIOS = {
    "server-initialize": (HANDSHAKE,),
    "server-session-lifecycle": (HANDSHAKE,),
    "ping": (HANDSHAKE,),
    "tools-list": BOTH,
    "resources-list": BOTH,
    "prompts-list": BOTH,
    "dns-rebinding-protection": BOTH,
    "caching": (MODERN,),
    "http-header-validation": (MODERN,),
    "sep-2164-resource-not-found": (MODERN,),
    "server-stateless": (MODERN,),
}
NEEDS_FIXTURE = {  # check -> the suite's own tool that it calls; a real server has no such tool
    "sep-2575-server-rejects-undeclared-capability": "test_missing_capability",
    "sep-2575-missing-capability-http-400": "test_missing_capability",
    "sep-2575-http-server-no-independent-requests-on-stream": "test_streaming_elicitation",
    "sep-2575-server-no-log-without-loglevel": "test_logging_tool",
}
MAY_BE_EMPTY = {"server-session-lifecycle"}  # a server without sessions has nothing to check


def run_scenario(name: str, era: str, url: str, scratch: Path) -> Verdict:
    """Run one scenario in one era of the protocol."""
    results = scratch / f"{name}-{era}"
    asked = ["server", "--url", url, "--scenario", name, "--spec-version", era]
    script = "@modelcontextprotocol/conformance/dist/index.js"
    done = run_tool(script, [*asked, "--output-dir", str(results)], scratch)
    written = next(results.glob("*/checks.json"), None)
    checks = json.loads(written.read_text(encoding="utf-8")) if written else []
    return judge(name, checks, done)


def judge(name: str, checks: list[dict[str, Any]], done: Finished) -> Verdict:
    """Turn a scenario's checks into a verdict; no checks at all is not a pass."""
    count = Counter(check["status"] for check in checks)
    failures = [c for c in checks if c["status"] == "FAILURE" and not is_untestable(c)]
    untestable = count["FAILURE"] - len(failures)
    told = f"{count['SUCCESS']} checks"
    if untestable:
        told += f", {untestable} need a fixture tool"
    if count["WARNING"]:
        told += f", {count['WARNING']} warnings"
    if failures:
        named = "; ".join(f"{check['id']}: {check.get('errorMessage')}" for check in failures)
        return Verdict(False, f"{told}, {len(failures)} failed: {named}")
    if done.code != 0 and not untestable:
        return Verdict(False, f"exit {done.code}: {done.last_words}")
    if count["SUCCESS"]:
        return Verdict(True, told)
    if checks and name in MAY_BE_EMPTY:
        return Verdict(None, str(checks[0]["description"]))
    return Verdict(False, f"nothing was checked: {done.last_words}")


def is_untestable(check: dict[str, Any]) -> bool:
    """Whether a check failed only for want of the suite's fixture tool."""
    tool = NEEDS_FIXTURE.get(check["id"])
    return tool is not None and f"does not list the diagnostic tool '{tool}'" in str(check)
