"""A result as Markdown: for people first, and complete for clients that show nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic.main import IncEx

from mcp_server.markdown import fenced
from mcp_server.models.explanation import Explanation, Source
from mcp_server.models.result import LiveCheck, Result, Status
from mcp_server.tools.preview_text import finding_lines, preview_lines
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
_TOLD_BY_FINDINGS: Final = frozenset({Source.INPUT, Source.GUARDRAIL, Source.POLICY})
_FAILURES: Final = frozenset({Status.FAILED})
_ERRORS: Final = _FAILURES | {Status.INVALID, Status.BLOCKED}
_OF_PREVIEW: Final[Mapping[str, IncEx | bool]] = {
    "script": True,
    "request": {"CommandContent"},
    "rendered": {"script"},
    "equivalents": True,
}
"""What its JSON line leaves out: the scripts, which are long, and stand above."""


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
    yield f"**{_headline(result)}** (backend: {result.backend})"
    yield ""
    if result.error:
        yield from error_lines(result.error, told=bool(result.findings))
    if result.preview:
        yield from preview_lines(result.preview)
    if result.checks:
        yield from ("", "Looked up:", "")
        yield from _check_lines(result.checks)
    if result.findings:
        yield from ("", "Findings:", "")
        yield from finding_lines(result.findings)
    if result.next_step and not result.error:  # the explanation has its own fix
        yield from ("", result.next_step)
    if result.client_token and result.status is Status.FAILED:
        yield f"client_token of this call: {result.client_token}"
    yield compact_json(result)


def _check_lines(checks: Iterable[LiveCheck]) -> Iterator[str]:
    for check in checks:
        yield f"- {check.check}: {check.state.replace('_', ' ')}. {visible(check.told)}"
        if check.diff:
            yield fenced(visible(check.diff), "diff")


def compact_json(result: Result) -> str:
    """The whole result but the scripts, on one line."""
    return escaped(result.model_dump_json(exclude_none=True, exclude={"preview": _OF_PREVIEW}))


def _headline(result: Result) -> str:
    headline = _HEADLINES[result.status]
    if result.command_id:
        return f"{headline} {result.command_id}"
    return (
        f"{headline}: {result.error.code}"
        if result.status is Status.FAILED and result.error
        else headline
    )


def error_lines(error: Explanation, *, told: bool) -> Iterator[str]:
    """The explanation; what the findings below tell one by one is not told twice."""
    if not told or error.source not in _TOLD_BY_FINDINGS:
        yield error.message
        yield f"Cause: {error.cause}"
    yield f"Fix: {error.fix}"
    yield f"Outcome: {error.outcome}. Retry: {error.retry}."
    if error.reference:
        yield f"See: {error.reference}"
