"""Arguments of tools that ask about commands: everything that is wrong, in one answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from mcp_server.guardrails.draft import draft
from mcp_server.guardrails.limits import check_texts
from mcp_server.guardrails.region import check_region
from mcp_server.guardrails.request_rules import RESERVED_TAG_KEY, URL_IN_TAG
from mcp_server.guardrails.tags import check_tags
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.query import CommandQuery

_Request = TypeVar("_Request", bound=CommandQuery)

_OF_NEW_TAGS: Final = frozenset({RESERVED_TAG_KEY.id, URL_IN_TAG.id})


@dataclass(frozen=True, slots=True)
class Query(Generic[_Request]):
    """A caller's arguments, checked."""

    request: _Request | None
    """None when they cannot be used."""
    findings: tuple[Finding, ...]
    """The heaviest first."""


def query(
    arguments: Mapping[str, Any], model: type[_Request], extra_regions: Collection[str] = ()
) -> Query[_Request]:
    """Check arguments against every rule; never raises for what a caller sends.

    Args:
        arguments: as given.
        model: what they should be.
        extra_regions: of the operator, beside the published ones.
    """
    examined = draft(arguments, model)
    findings = [*examined.findings]
    known = {n: v for n, v in examined.arguments.items() if n in model.model_fields}
    findings += check_region(known.get("region_id"), extra_regions)
    # What may be looked for is more than what may be given to a new command.
    findings += (tag for tag in check_tags(known.get("tags")) if tag.rule_id not in _OF_NEW_TAGS)
    findings += check_texts(known)
    findings.sort(key=lambda finding: finding.severity.weight)
    refused = any(finding.severity is Severity.INVALID for finding in findings)
    return Query(None if refused else examined.request, tuple(findings))
