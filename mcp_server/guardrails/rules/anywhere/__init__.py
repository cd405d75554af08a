"""Rules about what scripts of every language do, one module a family."""

from typing import Final

from mcp_server.guardrails.rules.anywhere import (
    analysis,
    containers_and_cloud,
    databases,
    foreign_code,
    parameters,
    secrets,
)
from mcp_server.guardrails.script_rule import ScriptRule

_FAMILIES: Final = (
    analysis,
    containers_and_cloud,
    databases,
    foreign_code,
    parameters,
    secrets,
)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for family in _FAMILIES for rule in family.RULES)
"""By family, in the order of the alphabet."""
