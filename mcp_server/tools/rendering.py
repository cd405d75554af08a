"""A result as text: for people first, and complete for clients that show nothing else."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic_core import to_json

from mcp_server.models.explanation import Explanation, Source
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.result import Preview, Result, Status
from mcp_server.tools.tool import Answer
from mcp_server.tools.visible import escaped, visible

_HEADLINES: Final = {
    Status.CREATED: "Created",
    Status.PREVIEW: "Preview: nothing was created",
    Status.NEEDS_CONFIRMATION: "Not created: a person has to agree",
    Status.DECLINED: "Not created: declined",
    Status.BLOCKED: "Not created: blocked",
    Status.INVALID: "Not created: the arguments need a change",
    Status.FAILED: "Failed",
}
_SHOWN_WHOLE, _SHOWN_HEAD, _SHOWN_TAIL = 60, 40, 10
"""Lines of a script in the text."""
_TOLD_BY_FINDINGS: Final = frozenset(
    {Source.INPUT, Source.GUARDRAIL, Source.POLICY, Source.CONFIRMATION}
)
_FAILURES: Final = frozenset({Status.FAILED})
_ERRORS: Final = _FAILURES | {Status.INVALID, Status.BLOCKED}


def answer(result: Result, *, previewing: bool = False) -> Answer:
    """The answer to a tool call.

    What a preview finds is what it was asked for, so that findings are no error of it: some
    agent frameworks end the run at the second one.
    """
    return Answer(
        structured=result.model_dump(mode="json", exclude_none=True),
        text="\n".join(_lines(result)),
        is_error=result.status in (_FAILURES if previewing else _ERRORS),
    )


def _lines(result: Result) -> Iterator[str]:
    yield f"{_headline(result)} (backend: {result.backend})"
    if result.error:
        yield from _error_lines(result.error, told=bool(result.findings))
    if result.preview:
        yield from _preview_lines(result.preview)
    for finding in result.findings:
        yield _finding_line(finding)
    if result.next_step and not result.error:  # the explanation has its own fix
        yield result.next_step
    if result.client_token and result.status is Status.FAILED:
        yield f"client_token of this call: {result.client_token}"
    yield compact_json(result)


def compact_json(result: Result) -> str:
    """The whole result but the script, on one line."""
    data = result.model_dump(mode="json", exclude_none=True)
    preview: dict[str, Any] | None = data.get("preview")
    if preview is not None:
        del preview["script"]
        del preview["request"]["CommandContent"]
    return escaped(to_json(data).decode())


def _headline(result: Result) -> str:
    headline = _HEADLINES[result.status]
    if result.command_id:
        return f"{headline} {result.command_id}"
    return (
        f"{headline}: {result.error.code}"
        if result.status is Status.FAILED and result.error
        else headline
    )


def _error_lines(error: Explanation, *, told: bool) -> Iterator[str]:
    """The explanation; what the findings below tell one by one is not told twice."""
    if not told or error.source not in _TOLD_BY_FINDINGS:
        yield error.message
        yield f"Cause: {error.cause}"
    yield f"Fix: {error.fix}"
    yield f"Outcome: {error.outcome}. Retry: {error.retry}."
    if error.reference:
        yield f"See: {error.reference}"


def _preview_lines(preview: Preview) -> Iterator[str]:
    yield f"Verdict: {preview.verdict}"
    yield f"Endpoint: {preview.endpoint}"
    for name, value in preview.request.items():
        if name != "CommandContent":
            as_it_is = isinstance(value, str) and value.isprintable()
            yield f"  {name}: {value if as_it_is else escaped(to_json(value).decode())}"
    yield "Sizes: " + ", ".join(f"{s.field} {s.size}/{s.limit} {s.unit}" for s in preview.sizes)
    if preview.parameters:
        yield "Parameters: " + ", ".join(
            f"{p.name} ({p.kind}"
            + (
                f", agents from Linux {p.agent_linux}, Windows {p.agent_windows}"
                if p.agent_linux
                else ""
            )
            + ")"
            for p in preview.parameters
        )
    for default in preview.defaults:
        yield f"Default: {default.field} = {default.value}. {default.note}"
    yield f"Digest: {preview.digest}"
    yield "Script:"
    yield from _numbered(preview.script)


def _numbered(script: str) -> Iterator[str]:
    """The script with line numbers, shortened in the middle; the structure has it whole."""
    # Findings count line feeds only, so nothing else may start a line here.
    text = visible(script.removesuffix("\n"))
    lines = [f"{number:>4}  {line}" for number, line in enumerate(text.split("\n"), 1)]
    if len(lines) <= _SHOWN_WHOLE:
        yield from lines
        return
    left_out = len(lines) - _SHOWN_HEAD - _SHOWN_TAIL
    yield from lines[:_SHOWN_HEAD]
    yield f"      … {left_out} lines left out here; preview.script has them …"
    yield from lines[-_SHOWN_TAIL:]


def _finding_line(finding: Finding) -> str:
    place = finding.field + (f", line {finding.line}" if finding.line else "")
    if finding.excerpt:
        place += f": {visible(finding.excerpt)}"
    repair = f" Repair: {escaped(to_json(finding.repair).decode())}" if finding.repair else ""
    why = "" if finding.severity is Severity.INVALID else f" {finding.why}"
    told = f"{finding.message}{why} {finding.fix}{repair}"
    return f"[{finding.severity}] {finding.rule} ({place}): {told}"
