"""Every resource that a server publishes.

A page is made when it is read, and what it is made from is imported then: a start reads none.
"""

from mcp_server.guardrails.policy.model import Policy
from mcp_server.settings import Settings
from mcp_server.tools.resource import Page, Pages, Resource

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
            _create_command_page,
        ),
        Page(
            "limits",
            f"{_SCHEME}limits",
            "Every limit of a request, with its unit and who says so.",
            _limits_page,
        ),
        Pages(
            "rules",
            f"{_SCHEME}rules",
            "rule_id",
            "Every rule that scripts are judged by: id, severity, what it flags. Under it each "
            "rule with its reason, the way out, when it is right after all, and examples.",
            _rules_index,
            _rule_ids,
            _rule_page,
        ),
        Pages(
            "errors",
            f"{_SCHEME}errors",
            "code",
            "Every error code with its meaning. Under it each code with cause, fix and repair, "
            "and whether a retry helps.",
            _errors_index,
            _codes,
            _error_page,
        ),
        Page(
            "policy",
            f"{_SCHEME}policy",
            "What the operator of this server allows, requires and forbids, and which rules "
            "weigh otherwise or are waived until when.",
            lambda: _policy_page(settings, policy),
        ),
        Pages(
            "examples",
            f"{_SCHEME}examples",
            "name",
            "Scripts that are good to create as they are, for Linux and Windows. Under it each "
            "with its arguments as JSON.",
            _examples_index,
            _example_names,
            _example_page,
        ),
    )


# ruff: noqa: PLC0415


def _create_command_page() -> str:
    from mcp_server.tools.resources.create_command import create_command_page

    return create_command_page()


def _limits_page() -> str:
    from mcp_server.tools.resources.limits import limits_page

    return limits_page()


def _rules_index() -> str:
    from mcp_server.guardrails.rule_pages import rules_index

    return rules_index()


def _rule_ids() -> tuple[str, ...]:
    from mcp_server.guardrails.rule_pages import rule_ids

    return rule_ids()


def _rule_page(rule_id: str) -> str:
    from mcp_server.guardrails.rule_pages import rule_page

    return rule_page(rule_id)


def _errors_index() -> str:
    from mcp_server.tools.resources.errors import errors_index

    return errors_index()


def _codes() -> tuple[str, ...]:
    from mcp_server.tools.resources.errors import codes

    return codes()


def _error_page(code: str) -> str:
    from mcp_server.tools.resources.errors import error_page

    return error_page(code)


def _policy_page(settings: Settings, policy: Policy) -> str:
    from mcp_server.tools.resources.policy import policy_page

    return policy_page(settings, policy)


def _examples_index() -> str:
    from mcp_server.tools.resources.examples import examples_index

    return examples_index()


def _example_names() -> tuple[str, ...]:
    from mcp_server.tools.resources.examples import example_names

    return example_names()


def _example_page(name: str) -> str:
    from mcp_server.tools.resources.examples import example_page

    return example_page(name)
