"""The parameters of a script in a preview: where they stand, and the script with samples in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.guardrails.parameters import BUILT_INS, Placeholder, placeholders
from mcp_server.guardrails.script.model import HOLE, PARAMETER, Script
from mcp_server.models.request import PreviewCommandRequest
from mcp_server.models.result import Parameter, Rendered


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
    filling = _Filling(values if request.enable_parameter else {})
    for line in template.split("\n"):  # no name of a parameter has a line feed in it
        filling.add(line)
    script = "\n".join(filling.script)
    judgement = inspector.judged(request, script)
    known = {(finding.rule_id, finding.line) for finding in inspection.findings}
    return Rendered(
        script=script,
        diff="\n".join(filling.diff),
        verdict=judgement.verdict,
        findings=tuple(
            finding
            for finding in judgement.findings
            if (finding.rule_id, filling.origin(finding.line)) not in known
        ),
        unfilled=tuple(filling.unfilled),
        unused=tuple(
            s.name for s in request.sample_parameters if s.name.lower() not in filling.used
        ),
    )


@dataclass(slots=True)
class _Filling:
    """A script being filled in, line by line."""

    values: dict[str, str]
    script: list[str] = field(default_factory=list)
    diff: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    unfilled: dict[str, None] = field(default_factory=dict)
    _origins: list[int] = field(default_factory=list)
    """The line of the template of each line of the script, from 1."""
    _line: int = 1

    def add(self, template: str) -> None:
        """Fill in the next line of the template."""
        filled = self._filled(template)
        if filled != template:
            self.diff.append(f"@@ line {self._line} @@")
            self.diff.append(f"-{template}")
            self.diff += [f"+{line}" for line in filled.split("\n")]
        self._origins += [self._line] * (filled.count("\n") + 1)
        self._line += 1
        self.script.append(filled)

    def origin(self, line: int | None) -> int | None:
        """The line of the template that a line of the script comes from."""
        return None if line is None else self._origins[min(line, len(self._origins)) - 1]

    def _filled(self, template: str) -> str:
        pieces: list[str] = []
        at = 0
        for placeholder in placeholders(template):
            name = placeholder.name.lower()
            value = self.values.get(name)
            if value is not None:
                self.used.add(name)
                pieces += [template[at : placeholder.start], value]
                at = placeholder.end
            elif placeholder.kind == "custom":
                self.unfilled[placeholder.name] = None
        return "".join([*pieces, template[at:]])
