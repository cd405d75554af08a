"""How well and how fast scripts are judged: python -m benchmarks.guardrails [LABELLED.jsonl].

Labelled rows have {id, source, language, text, expected, category}; `expected` is block,
block|confirm, confirm, confirm|ok or ok, a pair meaning that either is right. Beside the engine
runs a list of naive regular expressions, on the same rows. The judge is set up as in a server.
Shell times are ratios to the parser in the same run; PowerShell and Bat times are milliseconds,
since their parsers run in this process.
"""

import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.regex_baseline import regex_verdict
from mcp_server.cli.serve import collect_garbage_rarely
from mcp_server.guardrails.judgement import Judge
from mcp_server.guardrails.script.model import Language
from mcp_server.guardrails.script.shell.shfmt import ShellParser, program

Row = dict[str, Any]
STOPPING: Final = frozenset({"confirm", "block"})
LIMIT: Final = 13_824
"""Bytes of a script at the size limit, 18 KB after Base64."""
ROUNDS: Final = 30

SHELL: Final = """#!/bin/sh
set -eu
for service in nginx redis app; do
  if ! systemctl is-active --quiet "$service"; then
    echo "$service is down" >&2
    systemctl restart "$service"
  fi
done
df -h / | awk 'NR == 2 {print $5}' > "/tmp/usage.$$"
if [ "$(tr -d '%' < "/tmp/usage.$$")" -gt 90 ]; then
  find /opt/app/log -name '*.gz' -mtime +30 -delete
fi
rm -f "/tmp/usage.$$"
"""
POWERSHELL: Final = """$limit = 90
foreach ($name in 'W3SVC', 'Spooler') {
  $service = Get-Service -Name $name -ErrorAction SilentlyContinue
  if ($service -and $service.Status -ne 'Running') {
    Write-Output "$name is down"
    Start-Service -Name $name
  }
}
$disk = Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='C:'"
$used = [math]::Round(100 - 100 * $disk.FreeSpace / $disk.Size)
if ($used -gt $limit) { Get-ChildItem C:\\app\\log -Filter *.gz | Sort-Object Length }
"""
BAT: Final = """@echo off
setlocal
set LIMIT=90
for %%s in (W3SVC Spooler) do (
  sc query %%s | find "RUNNING" > nul
  if errorlevel 1 (
    echo %%s is down
    net start %%s
  )
)
if exist C:\\app\\log\\*.old del /q C:\\app\\log\\*.old
for /f "tokens=2" %%f in ('dir C:\\ ^| find "bytes free"') do echo %%f
"""
HOSTILE: Final = {
    "nested $(": "echo " + "$(" * 3000,
    "one-letter words": "a " * 9000,
    "braces": "{" * LIMIT,
    "backslashes": "\\" * LIMIT,
    "quotes": '"' * (LIMIT - 1),
    "carets": "^" * LIMIT,
    "here-documents": "cat <<A\n" * (LIMIT // 8),
    "one command's words": "rm " * (LIMIT // 3),
    "another command's words": "del a " * (LIMIT // 6),
}


def main() -> int:
    """Print the tables; 1 when a bound is passed."""
    failed = 0
    parser = ShellParser(ahead=True)
    judge = Judge(parser=parser)
    if len(sys.argv) > 1:
        rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
        failed |= quality(rows, judge)
    else:
        print("no labelled rows given: only times")
    judge.judge(SHELL, Language.SHELL)  # the rules come in with the first script
    collect_garbage_rarely()
    failed |= times(judge) | hostile(judge)
    parser.close()
    return failed


# -- quality


def quality(rows: Sequence[Row], judge: Judge) -> int:
    """Recall and false alarms, ours and the baseline's, against the bounds."""
    ours = {id(row): judge.judge(row["text"], Language(row["language"])).verdict for row in rows}
    theirs = {id(row): regex_verdict(row["text"]) for row in rows}
    print(f"{'':28}{'rows':>6} {'engine':>24} {'naive regexes':>24}")
    for language in Language:
        mine = [row for row in rows if row["language"] == language]
        _recall_line(f"{language}: stopped", _harmful(mine), ours, theirs)
        _block_line(f"{language}: blocked", mine, ours, theirs)
        _alarm_line(f"{language}: false alarms", _harmless(mine), ours, theirs)
    for category in sorted({row["category"] for row in rows}):
        mine = [row for row in rows if row["category"] == category]
        _recall_line(f"{category}: stopped", _harmful(mine), ours, theirs)
    _recall_line("all: stopped", _harmful(rows), ours, theirs)
    _block_line("all: blocked", rows, ours, theirs)
    _alarm_line("all: false alarms", _harmless(rows), ours, theirs)
    return _bounds(rows, ours)


def _harmful(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if "ok" not in row["expected"]]


def _harmless(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["expected"] == "ok"]


def _rate(rows: Sequence[Row], verdicts: dict[int, Any], wanted: frozenset[str]) -> float:
    return sum(verdicts[id(row)] in wanted for row in rows) / len(rows) if rows else 0.0


def _recall_line(
    name: str, rows: Sequence[Row], ours: dict[int, Any], theirs: dict[int, Any]
) -> None:
    if rows:
        mine, regexes = _rate(rows, ours, STOPPING), _rate(rows, theirs, STOPPING)
        print(f"{name:28}{len(rows):6} {mine:24.1%} {regexes:24.1%}")


def _block_line(
    name: str, rows: Sequence[Row], ours: dict[int, Any], theirs: dict[int, Any]
) -> None:
    blocked = frozenset({"block"})
    wanted = [row for row in rows if row["expected"] == "block"]
    if wanted:
        mine, regexes = _rate(wanted, ours, blocked), _rate(wanted, theirs, blocked)
        print(f"{name:28}{len(wanted):6} {mine:24.1%} {regexes:24.1%}")


def _alarm_line(
    name: str, rows: Sequence[Row], ours: dict[int, Any], theirs: dict[int, Any]
) -> None:
    def told(verdicts: dict[int, Any]) -> str:
        counts = Counter(verdicts[id(row)] for row in rows)
        share = {key: counts[key] / len(rows) for key in ("block", "confirm")}
        return f"{share['block']:.1%} block, {share['confirm']:.1%} confirm"

    if rows:
        print(f"{name:28}{len(rows):6} {told(ours):>24} {told(theirs):>24}")


def _bounds(rows: Sequence[Row], ours: dict[int, Any]) -> int:
    harmful, harmless = _harmful(rows), _harmless(rows)
    negatives = [row for row in harmless if row["source"] == "core" and row["category"] == "none"]
    blocks = [row for row in rows if row["expected"] == "block"]
    blocked, confirm = frozenset({"block"}), frozenset({"confirm"})
    checks: list[tuple[str, float, float, bool]] = [
        ("stopped, all", _rate(harmful, ours, STOPPING), 0.95, True),
        *(
            (
                f"stopped, {lang}",
                _rate([r for r in harmful if r["language"] == lang], ours, STOPPING),
                0.9,
                True,
            )
            for lang in Language
        ),
        ("blocked", _rate(blocks, ours, blocked), 0.85, True),
        ("ok rows blocked", _rate(harmless, ours, blocked), 0.003, False),
        ("ok rows asked about", _rate(harmless, ours, confirm), 0.03, False),
        ("hard negatives stopped", _rate(negatives, ours, STOPPING), 0.01, False),
    ]
    return _told(checks)


def _told(checks: Sequence[tuple[str, float, float, bool]]) -> int:
    failed = 0
    print()
    for name, value, bound, at_least in checks:
        good = value >= bound if at_least else value <= bound
        word = "at least" if at_least else "at most"
        print(f"{'ok  ' if good else 'FAIL'} {name}: {value:.4g} ({word} {bound:g})")
        failed |= not good
    return failed


# -- times


def median_of(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds, the median."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def sized(text: str, size: int) -> str:
    """A script of about this many bytes, whole repetitions of another."""
    return text * max(1, round(size / len(text)))


def times(judge: Judge) -> int:
    """Judging against the parser alone, and growth with size."""
    checks: list[tuple[str, float, float, bool]] = []
    for size, bound in ((1024, 1.5), (LIMIT, 2.0)):
        script = sized(SHELL, size)
        parser, ours = _in_turn(
            partial(_shfmt, script),
            partial(judge.judge, script, Language.SHELL),
        )
        print(
            f"shell {len(script):6} bytes: shfmt {parser * 1e3:.2f} ms, judged {ours * 1e3:.2f} ms"
        )
        checks.append((f"shell of {size} bytes, times shfmt alone", ours / parser, bound, False))
    for language, text in ((Language.POWERSHELL, POWERSHELL), (Language.BAT, BAT)):
        script = sized(text, LIMIT)
        seconds = median_of(partial(judge.judge, script, language))
        checks.append((f"{language} at the limit, ms", seconds * 1e3, 40.0, False))
    for language, text in (
        (Language.SHELL, SHELL),
        (Language.POWERSHELL, POWERSHELL),
        (Language.BAT, BAT),
    ):
        per_byte = [
            median_of(partial(judge.judge, script, language), 10) / len(script)
            for script in (sized(text, 2048), sized(text, LIMIT))
        ]
        checks.append(
            (f"{language}: cost a byte at 13.5 KB to 2 KB", per_byte[1] / per_byte[0], 1.5, False)
        )
    return _told(checks)


def _in_turn(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for action, into in ((first, found[0]), (second, found[1])):
            started = time.perf_counter()
            action()
            into.append(time.perf_counter() - started)
    return statistics.median(found[0]), statistics.median(found[1])


def _shfmt(script: str) -> None:
    path = program()
    if path is None:
        raise SystemExit("there is no shfmt on this machine")
    subprocess.run([path, "--to-json"], input=script.encode(), capture_output=True, check=True)


def hostile(judge: Judge) -> int:
    """What is made to be slow ends in time, and what does not parse never reads as clean."""
    checks: list[tuple[str, float, float, bool]] = []
    for name, script in HOSTILE.items():
        for language in Language:
            # For cmd `$(` is text like any other; its own brackets are these.
            text = script.replace("$(", "(") if language is Language.BAT else script
            text = text.removeprefix("echo ") if language is Language.BAT else text
            started = time.perf_counter()
            verdict = judge.judge(text, language).verdict
            seconds = time.perf_counter() - started
            checks.append((f"{name} as {language} ({verdict}), seconds", seconds, 2.0, False))
            checks.append((f"{name} as {language} read as clean", float(verdict == "ok"), 0, False))
    return _told(checks)


if __name__ == "__main__":
    raise SystemExit(main())
