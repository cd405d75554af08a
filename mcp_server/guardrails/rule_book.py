"""Every rule there is, of requests, policies and scripts, by its id."""

from mcp_server.guardrails.policy.rules import POLICY_RULES
from mcp_server.guardrails.request_rules import REQUEST_RULES
from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.models.finding import Severity


def weights() -> dict[str, Severity]:
    """Each rule's own severity, by id."""
    return {rule.id: rule.severity for rule in (*REQUEST_RULES, *POLICY_RULES, *ALL_RULES)}
