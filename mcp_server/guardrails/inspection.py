"""Everything that is checked about a request, in one pass with one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from mcp_server.guardrails.content import Content
from mcp_server.guardrails.draft import Draft, draft
from mcp_server.guardrails.encoding import read_content
from mcp_server.guardrails.limits import check_limits, check_long_work
from mcp_server.guardrails.parameters import Placeholder, check_parameters, placeholders
from mcp_server.guardrails.policy.model import NO_POLICY, Policy
from mcp_server.guardrails.policy.request_checks import check_policy
from mcp_server.guardrails.policy.weighing import utc_today, weighed
from mcp_server.guardrails.region import check_region
from mcp_server.guardrails.request_rules import MISSING_ARGUMENT
from mcp_server.guardrails.script.model import Language, Script
from mcp_server.guardrails.spelling import renamed
from mcp_server.guardrails.tags import check_tags
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.regions import is_region_syntax
from mcp_server.models.request import CommandRequest
from mcp_server.settings import Settings

if TYPE_CHECKING:
    from mcp_server.guardrails.judgement import Judge, ScriptJudgement
    from mcp_server.guardrails.script.shell.shfmt import ShellParser

LANGUAGES: Final = {
    "RunShellScript": Language.SHELL,
    "RunPowerShellScript": Language.POWERSHELL,
    "RunBatScript": Language.BAT,
}
"""The language of each type of command."""
_ROUNDS = 4
"""Of repairs; no chain of problems is known to be longer."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a request before anything is sent."""

    draft: Draft[CommandRequest]
    content: Content | None
    """None when the script could not be read at all."""
    placeholders: tuple[Placeholder, ...]
    findings: tuple[Finding, ...]
    """The heaviest first."""
    script: Script | None = None
    """As it was understood; None when it was not looked at."""

    @property
    def request(self) -> CommandRequest:
        """The request; whole only when nothing was found to be invalid."""
        return self.draft.request

    @property
    def is_whole(self) -> bool:
        """Whether every argument may be read and the region may become part of a host name."""
        return self.draft.has(*type(self.request).model_fields) and is_region_syntax(
            self.request.region_id
        )

    def has(self, severity: Severity) -> bool:
        """Whether anything of that weight was found."""
        return any(finding.severity is severity for finding in self.findings)


class Inspector:
    """Checks requests. Holds the operator's settings and policy, and the rules once needed.

    Args:
        settings: of the operator.
        policy: what the operator rules beside the API's limits.
        today: in UTC; waivers end.
        parser: of shell scripts; whoever gives one closes it.
    """

    def __init__(
        self,
        settings: Settings,
        policy: Policy = NO_POLICY,
        today: Callable[[], date] = utc_today,
        parser: ShellParser | None = None,
    ) -> None:
        self._settings = settings
        self._parser = parser
        self.policy = policy
        self._today = today

    @cached_property
    def _judge(self) -> Judge:
        from mcp_server.guardrails.judgement import Judge  # noqa: PLC0415 - costs start-up 0.1 s

        return Judge(self.policy, self._today, self._parser)

    def inspect(self, arguments: Mapping[str, Any], model: type[CommandRequest]) -> Inspection:
        """Check a caller's arguments against every rule; never raises for what a caller sends.

        A problem can hide another: a zone given as `regionId` is a name to change first. So what
        is refused is checked once more with its own repairs applied, until nothing new comes up.
        The script is parsed once, as it would be sent.
        """
        first = latest = self._inspect_once(arguments, model)
        findings = list(first.findings)
        for _ in range(_ROUNDS):
            mended = _mended(latest, model)
            if mended == latest.draft.arguments or not latest.has(Severity.INVALID):
                break
            latest = self._inspect_once(mended, model)
            seen = {(finding.rule_id, finding.field) for finding in findings}
            findings += [
                _for_caller(finding, arguments)
                for finding in latest.findings
                if finding.severity is not Severity.ADVICE
                and finding.rule_id != MISSING_ARGUMENT.id  # what was taken out was not missing
                and (finding.rule_id, finding.field) not in seen
            ]
        judged = self._judged(latest)
        findings = [*weighed(findings, self.policy, self._today())]
        findings += judged.findings if judged else ()
        findings.sort(key=lambda finding: finding.severity.weight)
        return replace(
            first, findings=tuple(findings), script=None if judged is None else judged.script
        )

    def with_findings(self, inspection: Inspection, findings: Iterable[Finding]) -> Inspection:
        """An inspection and what was found elsewhere, weighed by the policy too."""
        more = weighed([*findings], self.policy, self._today())
        ordered = sorted((*inspection.findings, *more), key=lambda finding: finding.severity.weight)
        return replace(inspection, findings=tuple(ordered))

    def judged(self, request: CommandRequest, script: str) -> ScriptJudgement:
        """What a script does, as the content of a request that is whole."""
        return self._judge.judge(
            script,
            LANGUAGES[request.type],
            parameters=request.enable_parameter,
            launcher=request.launcher or "",
        )

    def _judged(self, inspection: Inspection) -> ScriptJudgement | None:
        """What the script does, where there is one that could be sent."""
        examined, content = inspection.draft, inspection.content
        if content is None or not examined.has("type"):
            return None
        request = examined.request
        return self._judge.judge(
            content.text,
            LANGUAGES[request.type],
            parameters=examined.has("enable_parameter") and request.enable_parameter,
            launcher=request.launcher or "" if examined.has("launcher") else "",
        )

    def _inspect_once(
        self, arguments: Mapping[str, Any], model: type[CommandRequest]
    ) -> Inspection:
        settings = self._settings
        examined = draft(arguments, model)
        findings = [*examined.findings]
        findings += check_region(examined.arguments.get("region_id"), settings.extra_regions)
        findings += check_tags(examined.arguments.get("tags"))
        findings += check_limits(examined)
        findings += check_policy(examined, self.policy)
        content: Content | None = None
        found: tuple[Placeholder, ...] = ()
        if examined.has("command_content", "content_encoding"):
            request = examined.request
            content, content_findings = read_content(
                request.command_content,
                request.content_encoding,
                request.type if examined.has("type") else None,
                mend=examined.has("normalize_content") and request.normalize_content,
                limit=settings.content_limit,
            )
            findings += content_findings
        if content is not None:
            found = placeholders(content.text)
            findings += _script_findings(examined, content, found)
        return Inspection(examined, content, found, tuple(findings))


def _for_caller(finding: Finding, arguments: Mapping[str, Any]) -> Finding:
    """A later round's finding; taking out what the caller did not give is no repair for them."""
    repair = finding.repair
    idle = repair and all(v is None and name not in arguments for name, v in repair.items())
    return finding.model_copy(update={"repair": None}) if idle else finding


def _mended(inspection: Inspection, model: type[CommandRequest]) -> dict[str, Any]:
    """The arguments with every repair of an invalid finding, and only under their own names."""
    known = {**inspection.draft.arguments, **inspection.draft.unreadable}
    arguments = renamed(known, model.model_fields)
    for finding in inspection.findings:
        if finding.severity is Severity.INVALID:
            arguments |= finding.repair or {}
    return {
        name: value
        for name, value in arguments.items()
        if value is not None and name in model.model_fields
    }


def _script_findings(
    examined: Draft[CommandRequest], content: Content, found: tuple[Placeholder, ...]
) -> list[Finding]:
    findings: list[Finding] = []
    if examined.has("enable_parameter"):
        findings += check_parameters(
            found,
            enabled=examined.request.enable_parameter,
            chosen="enable_parameter" in examined.arguments,
        )
    if examined.has("timeout") and examined.request.timeout is None:
        findings += check_long_work(content.text)
    return findings
