"""Every rule there is, of requests, policies and scripts, by its id."""

import re
from typing import Final

from mcp_server.guardrails.policy.rules import POLICY_RULES
from mcp_server.guardrails.request_rules import REQUEST_RULES
from mcp_server.guardrails.rule import Rule
from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.models.finding import Severity

RULES: Final[tuple[Rule, ...]] = (*REQUEST_RULES, *POLICY_RULES, *ALL_RULES)
"""In the order of the documentation."""

_BY_ID: Final = {rule.id: rule for rule in RULES}
_BY_NAME: Final = {rule.name: rule for rule in RULES}
_ID: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{3}[0-9]{3}(?![A-Za-z0-9])")


def weights() -> dict[str, Severity]:
    """Each rule's own severity, by id."""
    return {rule.id: rule.severity for rule in RULES}


def rules_named(text: str) -> tuple[Rule, ...]:
    """The rules that a text names: alone, by id or name, or among other words by their ids."""
    alone = text.strip(" \t\r\n\"'`.,:;()[]")
    if rule := _BY_ID.get(alone.upper()) or _BY_NAME.get(alone.lower()):
        return (rule,)
    ids = (match[0] for match in _ID.finditer(text))
    return tuple({_BY_ID[rule_id]: None for rule_id in ids if rule_id in _BY_ID})
