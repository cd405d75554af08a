"""The operator's policy in words, as it is in force today."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from pydantic_core import to_json

from mcp_server.guardrails.policy.model import NO_POLICY, Policy
from mcp_server.guardrails.policy.weighing import utc_today
from mcp_server.guardrails.rule_book import RULES
from mcp_server.models.limits import CONTENT, DEFAULT_TIMEOUT
from mcp_server.settings import Settings
from mcp_server.tools.visible import visible

_RULES: Final = {rule.id: rule for rule in RULES}
_HEAD: Final = """\
# The operator's policy

What holds on this server beside the API's limits (cloud-assistant://limits) and the rules about \
scripts (cloud-assistant://rules). Only the operator can change it.

"""
_NOTHING: Final = "The operator has set no policy: everything below is the default.\n\n"


def policy_page(settings: Settings, policy: Policy, today: Callable[[], date] = utc_today) -> str:
    """Everything that the operator ruled, and what is default; no secret, and no path of a file.

    Args:
        settings: of the operator.
        policy: the operator's.
        today: in UTC; waivers end.
    """
    said = [
        *_of_requests(policy),
        *_of_settings(settings),
        *_of_rules(policy, today()),
        *_of_consent(policy),
        *_of_the_rest(policy),
    ]
    lines = "".join("- " + visible(line).replace("\n", " ") + "\n" for line in said)
    return f"{_HEAD}{_NOTHING * (policy == NO_POLICY)}{lines}"


def _of_requests(policy: Policy) -> Iterator[str]:
    yield _choice("region_id", "any region", policy.regions.allowed, policy.regions.denied)
    yield _choice("type", "any type", policy.types.allowed, policy.types.denied)
    groups = policy.resource_groups
    named = " One of them has to be named." * (groups.allowed is not None)
    yield _choice("resource_group_id", "any or none", groups.allowed, groups.denied) + named
    folders = policy.working_directories
    named = " One has to be named." * (folders.allowed is not None)
    under = " A folder stands for all under it." * bool(folders.allowed or folders.denied)
    yield _choice("working_dir", "any or none", folders.allowed, folders.denied) + under + named
    for key, pattern in policy.tags.required.items():
        yield f"`tags`: required: `{key}`, whose whole value fits `{pattern}`."
    if not policy.tags.required:
        yield "`tags`: none is required (default)."
    name = policy.name.pattern
    yield f"`name`: the whole name fits `{name}`." if name else "`name`: any (default)."
    largest = policy.timeout.largest
    yield (
        "`timeout`: as long as the API takes (default)."
        if largest is None
        else f"`timeout`: at most {largest} seconds; {DEFAULT_TIMEOUT} when it is left out."
    )


def _choice(
    argument: str, default: str, allowed: tuple[str, ...] | None, denied: tuple[str, ...]
) -> str:
    if allowed is None and not denied:
        return f"`{argument}`: {default} (default)."
    only = [f"only {_listed(allowed)}"] if allowed is not None else []
    never = [f"never {_listed(denied)}"] if denied else []
    return f"`{argument}`: {'; '.join(only + never)}."


def _of_settings(settings: Settings) -> Iterator[str]:
    default = " (default)" * (settings.content_limit == CONTENT.maximum)
    yield f"`command_content`: at most {settings.content_limit} bytes after Base64{default}."
    if settings.extra_regions:
        yield f"Regions beside the published ones: {_listed(settings.extra_regions)}."


def _of_rules(policy: Policy, today: date) -> Iterator[str]:
    hosts = policy.trusted_hosts
    yield (
        f"Trusted for downloads, with their subdomains: {_listed(hosts)}."
        if hosts
        else "Trusted for downloads: no host (default)."
    )
    for rule_id, severity in policy.severities.items():
        yield f"{_rule(rule_id)} weighs {severity} instead of {_RULES[rule_id].severity}."
    if not policy.severities:
        yield "Severities: each rule's own (default)."
    for waiver in policy.waivers:
        over = " This waiver is over, and the rule counts again." * (today > waiver.until)
        yield (
            f"{_rule(waiver.rule)} is waived through {waiver.until} (UTC): {waiver.reason}{over}"
        )
    if not policy.waivers:
        yield "Waivers: none (default)."
    if policy.never_lowered:
        yield f"Nothing lowers: {', '.join(map(_rule, policy.never_lowered))}."


_CONFIRMATION: Final = {
    "ask": "a person is asked about what weighs confirm (default)",
    "always": "a person is asked about every command",
    "handoff": "a valid preview_token counts as the consent of the person who saw the preview; "
    "without one a person is asked about what weighs confirm",
    "never": "nobody is asked, and every answer says so",
}


def _of_consent(policy: Policy) -> Iterator[str]:
    yield f"Consent: {_CONFIRMATION[policy.confirmation]}."
    yield (
        "`preview_token`: required; nothing is created that was not previewed."
        if policy.require_preview
        else "`preview_token`: not required (default)."
    )


def _of_the_rest(policy: Policy) -> Iterator[str]:
    """What has no sentence of its own here: better as data than left out."""
    for name, field in type(policy).model_fields.items():
        if name not in _TOLD:
            value: Any = getattr(policy, name)
            default = " (default)" * (value == field.get_default(call_default_factory=True))
            yield f"{name}: `{to_json(value).decode()}`{default}."


def _rule(rule_id: str) -> str:
    return f"{rule_id} {_RULES[rule_id].name}"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values) or "none"


_TOLD: Final = frozenset(
    {"regions", "types", "resource_groups", "working_directories", "tags", "name", "timeout"}
    | {"trusted_hosts", "severities", "never_lowered", "waivers", "confirmation", "require_preview"}
)
