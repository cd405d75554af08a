"""What `check` prints: for people, as JSON, as SARIF for code scanning."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.models.finding import Finding, Severity
from mcp_server.server import installed_version
from mcp_server.tools.visible import visible

if TYPE_CHECKING:
    from mcp_server.cli.check import CheckedFile

_LEVELS: Final = {
    Severity.INVALID: "error",
    Severity.BLOCK: "error",
    Severity.CONFIRM: "warning",
    Severity.ADVICE: "note",
}
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def text_report(files: Sequence[CheckedFile]) -> str:
    """Findings with the line and a caret under the place, and a count at the end."""
    lines: list[str] = []
    for file in files:
        source = file.text.replace("\r\n", "\n").split("\n")
        for finding in file.judgement.findings:
            lines += _lines_of(file, finding, source)
    counts = {
        severity: sum(f.severity is severity for file in files for f in file.judgement.findings)
        for severity in (Severity.BLOCK, Severity.CONFIRM, Severity.ADVICE)
    }
    told = ", ".join(f"{count} {severity}" for severity, count in counts.items())
    lines.append(f"{len(files)} file{'s' * (len(files) != 1)}: {told}")
    return "\n".join(lines) + "\n"


def _lines_of(file: CheckedFile, finding: Finding, source: Sequence[str]) -> list[str]:
    number = finding.line or 1
    shown = visible(source[number - 1]) if number <= len(source) else ""
    # The excerpt has its secrets masked; where the line shows them, only the excerpt is shown.
    excerpt = finding.excerpt or ""
    start = shown.find(excerpt.rstrip("…")) if excerpt else -1
    line = shown if start >= 0 else excerpt
    column = max(start, 0)
    width = max(1, min(len(excerpt.rstrip("…")), len(line) - column))
    margin = f"{number:>5} | "
    return [
        f"{file.path}:{number}:{column + 1}: {finding.severity}: {finding.message} "
        f"[{finding.rule_id} {finding.rule}]",
        margin + line,
        " " * (len(margin) + column) + "^" + "~" * (width - 1),
        f"      why: {finding.why}",
        f"      fix: {finding.fix}",
        "",
    ]


def json_report(files: Sequence[CheckedFile]) -> str:
    """One object a file."""
    told = [
        {
            "path": str(file.path),
            "verdict": file.judgement.verdict,
            "findings": [
                finding.model_dump(mode="json", exclude_none=True)
                for finding in file.judgement.findings
            ],
        }
        for file in files
    ]
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def sarif_report(files: Sequence[CheckedFile]) -> str:
    """SARIF 2.1.0, as code scanning services read it."""
    used = {finding.rule_id for file in files for finding in file.judgement.findings}
    rules = [
        {
            "id": rule.id,
            "name": rule.name,
            "shortDescription": {"text": rule.what},
            "fullDescription": {"text": rule.why},
            "help": {"text": f"{rule.instead}\nRight when: {rule.right_when}"},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in ALL_RULES
        if rule.id in used
    ]
    results = [_result(file, finding) for file in files for finding in file.judgement.findings]
    driver = {"name": "cloud-assistant-mcp", "version": installed_version(), "rules": rules}
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(file: CheckedFile, finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule_id,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file.path.as_posix()},
                    "region": {"startLine": finding.line or 1},
                }
            }
        ],
    }


REPORTS: Final[dict[str, Callable[[Sequence[CheckedFile]], str]]] = {
    "text": text_report,
    "json": json_report,
    "sarif": sarif_report,
}
