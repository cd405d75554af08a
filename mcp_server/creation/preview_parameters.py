"""The parameters of a script in a preview: where they stand, and the script with samples in."""

import difflib
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.guardrails.parameters import BUILT_INS, Placeholder, placeholders
from mcp_server.guardrails.script.model import HOLE, PARAMETER, Script
from mcp_server.models.request import PreviewCommandRequest
from mcp_server.models.result import Parameter, Rendered

_MOST_DIFF_LINES: Final = 400


def preview_parameters(inspection: Inspection) -> Iterator[Parameter]:
    """Each parameter once, in the order of its first use."""
    if not inspection.request.enable_parameter:
        return
    by_name: dict[str, list[Placeholder]] = {}
    for placeholder in inspection.placeholders:
        by_name.setdefault(placeholder.name.lower(), []).append(placeholder)
    places = _places(inspection.script)
    for key, uses in by_name.items():
        built_in = BUILT_INS.get(key)
        yield Parameter(
            name=uses[0].name,
            kind=uses[0].kind,
            line=uses[0].line,
            lines=tuple(dict.fromkeys(use.line for use in uses)),
            spellings=tuple(dict.fromkeys(use.name for use in uses if use.name != uses[0].name)),
            places=tuple(places.get(key, ())),
            agent_linux=built_in.agent_linux if built_in else None,
            agent_windows=built_in.agent_windows if built_in else None,
        )


def _places(script: Script | None) -> dict[str, list[str]]:
    """What each parameter stands in, by its name in lower case."""
    if script is None:
        return {}
    found: dict[str, list[str]] = {}
    stretches = [
        *(
            (word.span.start, word.span.end, not index)
            for command in script.commands
            for index, word in enumerate(command.words)
            if PARAMETER in word.text or HOLE in word.text
        ),
        *((one.span.start, one.span.end, False) for one in script.assignments),
    ]
    for placeholder in placeholders(script.text):
        around = [
            (end - start, script.text[start : placeholder.start], is_name)
            for start, end, is_name in stretches
            if start <= placeholder.start and placeholder.end <= end
        ]
        place = "other text"
        if around:
            _, before, is_name = min(around)
            place = "command name" if is_name else _quoting(before)
        known = found.setdefault(placeholder.name.lower(), [])
        if place not in known:
            known.append(place)
    return found


def _quoting(before: str) -> str:
    """By what stands before it in its word."""
    is_quoted = any(before.count(quote) % 2 for quote in "\"'")
    return "within quotes" if is_quoted else "without quotes"


def rendered(inspection: Inspection, template: str, inspector: Inspector) -> Rendered | None:
    """The script with the samples of the request in it, judged; None without samples.

    A custom parameter is found whatever its case, as the service does.
    """
    request = inspection.request
    if not isinstance(request, PreviewCommandRequest) or not request.sample_parameters:
        return None
    values = {sample.name.lower(): sample.value for sample in request.sample_parameters}
    pieces: list[str] = []
    at = 0
    used: set[str] = set()
    unfilled: dict[str, None] = {}
    for placeholder in placeholders(template) if request.enable_parameter else ():
        value = values.get(placeholder.name.lower())
        if value is not None:
            used.add(placeholder.name.lower())
            pieces += [template[at : placeholder.start], value]
            at = placeholder.end
        elif placeholder.kind == "custom":
            unfilled[placeholder.name] = None
    script = "".join([*pieces, template[at:]])
    judgement = inspector.judged(request, script)
    known = {(finding.rule_id, finding.line) for finding in inspection.findings}
    diff = difflib.unified_diff(
        template.splitlines(), script.splitlines(), "template", "with samples", lineterm="", n=1
    )
    lines = [line for _, line in zip(range(_MOST_DIFF_LINES), diff, strict=False)]
    return Rendered(
        script=script,
        diff="\n".join(lines),
        verdict=judgement.verdict,
        findings=tuple(f for f in judgement.findings if (f.rule_id, f.line) not in known),
        unfilled=tuple(unfilled),
        unused=tuple(s.name for s in request.sample_parameters if s.name.lower() not in used),
    )
