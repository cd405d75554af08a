"""The rules that a policy adds to the request's own."""

from typing import Final

from mcp_server.guardrails.rule import Rule
from mcp_server.models.finding import Severity

POLICY_PREFIX: Final = "POL"
"""Of the ids of these rules."""
_WHY: Final = "The operator's policy says so, and nobody who calls this server can change it."

REGION: Final = Rule("POL001", "region-not-permitted", Severity.BLOCK, _WHY)
TYPE: Final = Rule("POL002", "type-not-permitted", Severity.BLOCK, _WHY)
RESOURCE_GROUP: Final = Rule("POL003", "resource-group-not-permitted", Severity.BLOCK, _WHY)
TAG: Final = Rule("POL004", "required-tag", Severity.BLOCK, _WHY)
NAME: Final = Rule("POL005", "name-not-permitted", Severity.BLOCK, _WHY)
TIMEOUT: Final = Rule("POL006", "timeout-over-policy", Severity.BLOCK, _WHY)
WORKING_DIR: Final = Rule("POL007", "working-directory-not-permitted", Severity.BLOCK, _WHY)

POLICY_RULES: Final = (REGION, TYPE, RESOURCE_GROUP, TAG, NAME, TIMEOUT, WORKING_DIR)
"""In the order of the documentation."""
