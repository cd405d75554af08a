"""Family: containers_and_cloud. What is done to containers, clusters and cloud accounts."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.containers_and_cloud import (
    access,
    containers,
    deletion,
    kubernetes,
    stores,
)
from mcp_server.guardrails.script_rule import ScriptRule

_MODULES: Final = (containers, kubernetes, deletion, access, stores)

RULES: Final[tuple[ScriptRule, ...]] = tuple(rule for module in _MODULES for rule in module.RULES)
