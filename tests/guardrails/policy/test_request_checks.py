"""What the policy says of a request, through the inspection that callers get."""

from typing import Any

import pytest

from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import Policy
from mcp_server.models.finding import Repair, Severity
from mcp_server.models.request import CreateCommandRequest
from mcp_server.settings import Settings
from tests.guardrails.requests import VALID

POLICY = Policy.model_validate(
    {
        "regions": {"allowed": ["cn-hangzhou"], "denied": ["cn-beijing"]},
        "types": {"denied": ["RunBatScript"]},
        "resource_groups": {"allowed": ["rg-a"]},
        "working_directories": {"allowed": ["/opt", "C:\\app"], "denied": ["/opt/keys"]},
        "tags": {"required": {"team": "[a-z]+"}},
        "name": {"pattern": "[a-z-]+"},
        "timeout": {"largest": 600},
    }
)
GOOD: dict[str, Any] = VALID | {
    "resource_group_id": "rg-a",
    "working_dir": "/opt/app",
    "tags": [{"key": "team", "value": "sre"}],
    "timeout": 60,
}


def ruled(changes: dict[str, Any], policy: Policy = POLICY) -> list[tuple[str, str, Repair | None]]:
    inspection = Inspector(Settings(), policy).inspect(GOOD | changes, CreateCommandRequest)
    found = [f for f in inspection.findings if f.rule_id.startswith("POL")]
    assert {f.severity for f in found} <= {Severity.BLOCK}
    return [(f.rule_id, f.field, f.repair) for f in found]


def test_what_the_policy_permits_passes() -> None:
    assert ruled({}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"region_id": "cn-beijing"}, ("POL001", "region_id", None)),
        ({"region_id": "cn-shanghai"}, ("POL001", "region_id", None)),
        ({"type": "RunBatScript", "working_dir": "C:\\app"}, ("POL002", "type", None)),
        (
            {"resource_group_id": None},
            ("POL003", "resource_group_id", {"resource_group_id": "rg-a"}),
        ),
        (
            {"resource_group_id": "rg-b"},
            ("POL003", "resource_group_id", {"resource_group_id": "rg-a"}),
        ),
        ({"tags": []}, ("POL004", "tags", None)),
        ({"tags": [{"key": "team", "value": "SRE 1"}]}, ("POL004", "tags", None)),
        ({"name": "Greeting"}, ("POL005", "name", None)),
        ({"name": "greeting\u00e9"}, ("POL005", "name", None)),
        ({"timeout": 601}, ("POL006", "timeout", {"timeout": 600})),
        ({"working_dir": None}, ("POL007", "working_dir", None)),
        ({"working_dir": "/opt/keys/a"}, ("POL007", "working_dir", None)),
        ({"working_dir": "/opt/app/../keys"}, ("POL007", "working_dir", None)),
        ({"working_dir": "/optional"}, ("POL007", "working_dir", None)),
        ({"working_dir": "/etc"}, ("POL007", "working_dir", None)),
    ],
)
def test_what_the_policy_does_not_permit_is_blocked(
    changes: dict[str, Any], expected: tuple[str, str, Repair | None]
) -> None:
    assert ruled(changes) == [expected]


def test_windows_folders_are_compared_as_windows_does() -> None:
    changes = {"type": "RunPowerShellScript", "working_dir": "c:/APP/./logs"}
    assert ruled(changes) == []


def test_the_default_timeout_counts_too() -> None:
    policy = Policy.model_validate({"timeout": {"largest": 30}})
    assert ruled({"timeout": None}, policy) == [("POL006", "timeout", {"timeout": 30})]


@pytest.mark.parametrize(
    "changes",
    [
        {"resource_group_id": None},
        {"resource_group_id": "rg-b"},
        {"timeout": 7200},
        {"timeout": None},
        {"working_dir": "/root"},
        {"working_dir": None},
        {"name": "Greeting"},
        {"tags": []},
    ],
    ids=str,
)
def test_a_repair_makes_the_policy_content(changes: dict[str, Any]) -> None:
    for rule_id, field, repair in ruled(changes):
        if repair is not None:
            left = [(rule, name) for rule, name, _ in ruled(changes | repair)]
            assert (rule_id, field) not in left
