"""Every resource that a server publishes. A page is made when it is read."""

from mcp_server.guardrails.policy.model import Policy
from mcp_server.settings import Settings
from mcp_server.tools.resource import Page, Pages, Resource
from mcp_server.tools.resources.create_command import create_command_page
from mcp_server.tools.resources.errors import codes, error_page, errors_index
from mcp_server.tools.resources.examples import example_names, example_page, examples_index
from mcp_server.tools.resources.limits import limits_page

_SCHEME = "cloud-assistant://"


def resources(settings: Settings, policy: Policy) -> tuple[Resource, ...]:
    """The pages, from the same tables as the code.

    Args:
        settings: of the operator; what the policy's page says of them is no secret and no path.
        policy: the operator's.
    """
    return (
        Page(
            "create-command",
            f"{_SCHEME}reference/create-command",
            "Every argument of create_command: meaning, type, limits, default, name in the API.",
            create_command_page,
        ),
        Page(
            "limits",
            f"{_SCHEME}limits",
            "Every limit of a request, with its unit and who says so.",
            limits_page,
        ),
        Pages(
            "rules",
            f"{_SCHEME}rules",
            "rule_id",
            "Every rule that scripts are judged by: id, severity, what it flags. Under it each "
            "rule with its reason, the way out, when it is right after all, and examples.",
            _rules_index,
            _rule_ids,
            _rule,
        ),
        Pages(
            "errors",
            f"{_SCHEME}errors",
            "code",
            "Every error code with its meaning. Under it each code with cause, fix and repair, "
            "and whether a retry helps.",
            errors_index,
            codes,
            error_page,
        ),
        Page(
            "policy",
            f"{_SCHEME}policy",
            "What the operator of this server allows, requires and forbids, and which rules "
            "weigh otherwise or are waived until when.",
            lambda: _policy(settings, policy),
        ),
        Pages(
            "examples",
            f"{_SCHEME}examples",
            "name",
            "Scripts that are good to create as they are, for Linux and Windows. Under it each "
            "with its arguments as JSON.",
            examples_index,
            example_names,
            example_page,
        ),
    )


def _rules_index() -> str:
    from mcp_server.guardrails.rule_pages import rules_index  # noqa: PLC0415 - costs a start 0.1 s

    return rules_index()


def _rule_ids() -> tuple[str, ...]:
    from mcp_server.guardrails.rule_pages import rule_ids  # noqa: PLC0415 - as above

    return rule_ids()


def _rule(rule_id: str) -> str:
    from mcp_server.guardrails.rule_pages import rule_page  # noqa: PLC0415 - as above

    return rule_page(rule_id)


def _policy(settings: Settings, policy: Policy) -> str:
    from mcp_server.tools.resources.policy import policy_page  # noqa: PLC0415 - names of rules

    return policy_page(settings, policy)
