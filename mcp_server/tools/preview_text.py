"""A preview as Markdown: everything that a reviewer needs to approve from it alone."""

from collections.abc import Iterable, Iterator

from pydantic_core import to_json

from mcp_server.guardrails.inspection import LANGUAGES
from mcp_server.markdown import code, fenced
from mcp_server.models.finding import Finding
from mcp_server.models.result import Parameter, Preview, Rendered
from mcp_server.tools.visible import escaped, visible

_SHOWN_WHOLE, _SHOWN_HEAD, _SHOWN_TAIL = 60, 40, 10
"""Lines of a text in a fence; the structure has it whole."""


def preview_lines(preview: Preview) -> Iterator[str]:
    """The lines of a preview, from what decides to what is only good to know."""
    request = preview.request
    yield f"Verdict: **{preview.verdict}**"
    yield ""
    yield "The request:"
    yield fenced("\n".join(_request_lines(preview)))
    script = preview.script
    if is_windows := "\r\n" in script and script.count("\r") == script.count("\n"):
        script = script.replace("\r\n", "\n")
    yield "The script, whose lines end with CR LF:" if is_windows else "The script:"
    yield fenced(numbered(script), LANGUAGES[request["Type"]])
    if preview.rendered:
        yield from _rendered_lines(preview.rendered)
    yield ""
    yield from (f"- Parameter {_parameter_line(parameter)}" for parameter in preview.parameters)
    for default in preview.defaults:
        yield f"- Default: {default.field} = {default.value}. {default.note}"
    sizes = ", ".join(f"{s.field} {s.size}/{s.limit} {s.unit}" for s in preview.sizes)
    yield f"- Sizes: {sizes}, URL {preview.url_bytes} bytes"
    permission = preview.permission
    yield f"- Needs: {permission.action} on {permission.resource}. {permission.quota}"
    yield from (f"- Policy: {visible(line)}" for line in preview.policy)
    yield f"- Digest: {preview.digest}"
    if preview.preview_token:
        yield f"- preview_token: {preview.preview_token}"
    for equivalent in preview.equivalents or ():
        yield ""
        yield f"The same by {equivalent.tool}" + f" ({equivalent.note}):" * bool(equivalent.note)
        yield fenced(visible(equivalent.text))


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings as items of a list; what several have the same fix for is told once."""
    told: set[str] = set()
    for finding in findings:
        yield _finding_line(finding, is_told=finding.fix in told)
        told.add(finding.fix)


def _finding_line(finding: Finding, *, is_told: bool) -> str:
    place = finding.field + (f", line {finding.line}" if finding.line else "")
    if finding.excerpt:
        place += f": {in_line(finding.excerpt)}"
    repair = f" Repair: {in_line(to_json(finding.repair).decode())}" if finding.repair else ""
    why = "" if finding.severity == "invalid" else f" {finding.why}"
    fix = "The way out is the same as above." if is_told else finding.fix
    told = f"{finding.message}{why} {fix}{repair}"
    return f"- **{finding.severity}** {finding.rule_id} {finding.rule} ({place}): {told}"


def numbered(script: str) -> str:
    """A script with line numbers, shortened in the middle."""
    return _shortened(numbered_lines(script), "preview.script")


def numbered_lines(script: str) -> list[str]:
    """The lines of a script, each with its number: none can pass for a line of the answer."""
    # Findings count line feeds only, so nothing else may start a line here.
    text = visible(script.removesuffix("\n"))
    return [f"{number:>4}  {line}" for number, line in enumerate(text.split("\n"), 1)]


def _shortened(lines: list[str], whole: str) -> str:
    if len(lines) > _SHOWN_WHOLE:
        left_out = len(lines) - _SHOWN_HEAD - _SHOWN_TAIL
        gap = f"      … {left_out} lines left out here; {whole} has them …"
        lines = [*lines[:_SHOWN_HEAD], gap, *lines[-_SHOWN_TAIL:]]
    return "\n".join(lines)


def _request_lines(preview: Preview) -> Iterator[str]:
    yield f"CreateCommand, to {preview.endpoint}"
    for name, value in preview.request.items():
        if name == "CommandContent":
            yield "  CommandContent: (the script below, in Base64)"
        else:
            as_it_is = isinstance(value, str) and value.isprintable()
            yield f"  {name}: {value if as_it_is else escaped(to_json(value).decode())}"


def _rendered_lines(rendered: Rendered) -> Iterator[str]:
    """What the samples make of the script, as a difference, and what is to be thought of that."""
    yield ""
    yield f"With the sample values the script is judged: **{rendered.verdict}**"
    if rendered.diff:
        diff = visible(rendered.diff).split("\n")
        yield fenced(_shortened(diff, "preview.rendered"), "diff")
    if rendered.unfilled:
        yield f"Without a sample: {', '.join(map(visible, rendered.unfilled))}"
    if rendered.unused:
        yield f"Not a parameter of this script: {', '.join(map(visible, rendered.unused))}"
    if rendered.findings:
        yield from ("", "The values add:", "")
        yield from finding_lines(rendered.findings)


def _parameter_line(parameter: Parameter) -> str:
    told = [parameter.kind]
    if parameter.lines:
        lines = ", ".join(map(str, parameter.lines))
        told.append(f"line{'s' * (len(parameter.lines) > 1)} {lines}")
    if parameter.places:
        told.append(" and ".join(parameter.places))
    if parameter.spellings:
        told.append(f"also spelled {', '.join(parameter.spellings)}")
    if parameter.agent_linux:
        told.append(
            f"needs agents from Linux {parameter.agent_linux}, Windows {parameter.agent_windows}"
        )
    return f"{parameter.name}: {'; '.join(told)}"


def in_line(text: str) -> str:
    """A text as code within a line; no character of it does anything else than show itself."""
    return code(escaped(visible(text)).replace("\n", " "))
