"""Everything that is checked about a request, in one pass with one answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_server.guardrails.content import Content
from mcp_server.guardrails.draft import Draft, draft
from mcp_server.guardrails.encoding import read_content
from mcp_server.guardrails.limits import check_limits, check_long_work
from mcp_server.guardrails.parameters import Placeholder, check_parameters, placeholders
from mcp_server.guardrails.region import check_region
from mcp_server.guardrails.tags import check_tags
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.regions import is_region_syntax
from mcp_server.models.request import CommandRequest
from mcp_server.settings import Settings

_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a request before anything is sent."""

    draft: Draft
    content: Content | None
    """None when the script could not be read at all."""
    placeholders: tuple[Placeholder, ...]
    findings: tuple[Finding, ...]
    """The heaviest first."""

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


def inspect(
    arguments: Mapping[str, Any], model: type[CommandRequest], settings: Settings
) -> Inspection:
    """Check a caller's arguments against every rule; never raises for what a caller sends."""
    examined = draft(arguments, model)
    findings = [*examined.findings]
    findings += check_region(examined.arguments.get("region_id"), settings.extra_regions)
    findings += check_tags(examined.arguments.get("tags"))
    findings += check_limits(examined)
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
    findings.sort(key=lambda finding: _WEIGHT[finding.severity])
    return Inspection(examined, content, found, tuple(findings))


def _script_findings(
    examined: Draft, content: Content, found: tuple[Placeholder, ...]
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
