"""What becomes of a request whose script is not harmless."""

import base64

import pytest

from mcp_server.creation.workflow import Workflow
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import Policy
from mcp_server.models.explanation import Source
from mcp_server.models.finding import Severity
from mcp_server.models.result import Status, Verdict
from mcp_server.settings import Settings
from tests.guardrails.requests import VALID

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("script", "status", "verdict", "rule_id", "line"),
    [
        ("date\nrm -rf /etc\n", Status.BLOCKED, Verdict.WOULD_BE_BLOCKED, "DES001", 2),
        ("reboot\n", Status.NEEDS_CONFIRMATION, Verdict.NEEDS_CONFIRMATION, "RBT001", 1),
    ],
)
async def test_what_is_harmful_is_not_created(service, script, status, verdict, rule_id, line):
    arguments = VALID | {"command_content": script}
    preview = await service.workflow.preview(arguments)
    assert preview.preview.verdict is verdict
    created = await service.workflow.create(arguments)
    heaviest = created.findings[0]
    assert (created.status, heaviest.rule_id, heaviest.line) == (status, rule_id, line)
    assert created.error.source in {Source.GUARDRAIL, Source.CONFIRMATION}
    assert created.findings == preview.findings
    assert service.emulator.requests == []


async def test_advice_on_a_script_stops_nothing(service):
    created = await service.workflow.create(VALID | {"command_content": "ping 203.0.113.9\n"})
    assert created.status is Status.CREATED
    assert {finding.severity for finding in created.findings} == {Severity.ADVICE}


async def test_a_script_is_judged_as_it_would_be_sent(service):
    content = base64.b64encode("rm -rf /etc\n".encode("utf-16")).decode()
    arguments = VALID | {
        "command_content": content,
        "content_encoding": "Base64",
        "normalize_content": True,
    }
    assert (await service.workflow.create(arguments)).status is Status.BLOCKED


async def test_what_the_policy_forbids_is_explained_as_the_policys(service):
    policy = Policy.model_validate({"regions": {"denied": ["cn-hangzhou"]}})
    settings = Settings(local=True, live_checks=False)
    workflow = Workflow(settings, service.gateway, Inspector(settings, policy))
    blocked = await workflow.create(VALID)
    assert blocked.error is not None
    assert (blocked.status, blocked.error.source) == (Status.BLOCKED, Source.POLICY)
    assert blocked.error.cause == "The operator's policy does not permit these arguments."
