"""What a reviewer reads of a preview. `UPDATE_SNAPSHOTS=1` rewrites the pinned texts."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.creation.seal import Sealer
from mcp_server.creation.workflow import Workflow
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.model import NO_POLICY, Policy
from mcp_server.markdown import fenced
from mcp_server.settings import Settings
from mcp_server.tools.preview_command import PreviewCommand
from mcp_server.tools.preview_text import numbered
from tests.conftest import Service
from tests.tools.answers import answer_of

_SNAPSHOTS = Path(__file__).parent / "previews"
_WAIVED = "advice and what a policy waives and lowers"
_POLICY = Policy.model_validate(
    {
        "waivers": [{"rule": "RBT001", "reason": "Lab hosts restart.", "until": "2999-12-31"}],
        "severities": {"ACC001": "advice"},
    }
)
_SHELL = {"region_id": "cn-hangzhou", "name": "a", "type": "RunShellScript"}
REQUESTS: dict[str, dict[str, Any]] = {
    "a harmless shell script": _SHELL | {"command_content": "#!/bin/sh\nset -eu\ndf -h /\n"},
    "every argument": _SHELL | {
        "name": "restart-app", "command_content": "systemctl restart app\n", "timeout": 600,
        "description": "Restarts the app,\nand nothing else", "working_dir": "/opt/app",
        "launcher": "bash -eu {{ACS::ScriptFileName}}", "resource_group_id": "rg-aekz1234",
        "tags": [{"key": "team", "value": "sre"}, {"key": "tier"}], "client_token": "token-1",
    },
    "powershell": _SHELL | {
        "type": "RunPowerShellScript",
        "command_content": "$service = Get-Service W3SVC\nif ($service.Status -ne 'Running') {\n"
        "  Start-Service W3SVC\n}\n",
        "timeout": 120,
    },
    "bat": _SHELL | {
        "type": "RunBatScript",
        "command_content": '@echo off\r\nsc query W3SVC | find "RUNNING"\r\n',
        "timeout": 120,
    },
    "parameters with samples": _SHELL | {
        "enable_parameter": True,
        "command_content": "#!/bin/sh\nset -eu\nfolder='{{folder}}'\nls \"$folder\"\n"
        "rm -rf /srv/{{Folder}}\necho {{ACS::InstanceId}} {{other}}\n",
        "sample_parameters": [{"name": "folder", "value": "x; reboot"}],
    },
    "a finding that a person decides": _SHELL | {"command_content": "#!/bin/sh\nreboot\n"},
    "a finding that blocks": _SHELL | {"command_content": "#!/bin/sh\nset -e\nrm -rf /etc\n"},
    _WAIVED: _SHELL | {"command_content": "reboot\nuseradd ops\nvim /etc/motd\n"},
    "over a limit": _SHELL | {"name": "n" * 130, "command_content": "echo a\n"},
    "a long script with fences": _SHELL | {
        "command_content": "cat <<'E'\n```\nrm -rf /\n```\nE\n" + "echo line\n" * 70,
    },
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("name", REQUESTS)
async def test_a_preview_reads_as_its_snapshot_says(service: Service, name: str) -> None:
    settings = Settings(local=True, live_checks=False)
    inspector = Inspector(settings, _POLICY if name == _WAIVED else NO_POLICY)
    workflow = Workflow(settings, service.gateway, inspector, Sealer(["k" * 32]))
    answer = await answer_of(PreviewCommand(workflow), REQUESTS[name])
    text = answer.text.rpartition("\n")[0] + "\n"  # the last line is the JSON for agents
    text = text.replace(service.emulator.endpoint, "ecs.example")
    text = re.sub(r"preview_token: \S+", "preview_token: TOKEN", text)
    text = re.sub(r"URL \d+ bytes", "URL N bytes", text)
    snapshot = _SNAPSHOTS / f"{name.replace(' ', '-')}.md"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text("utf-8")


def test_there_is_a_snapshot_of_each_and_no_other() -> None:
    assert {file.stem for file in _SNAPSHOTS.iterdir()} == {n.replace(" ", "-") for n in REQUESTS}


@given(st.text(st.sampled_from("`a \n"), max_size=40))
def test_no_line_of_a_script_closes_its_fence(script: str) -> None:
    opening, *inside, closing = fenced(numbered(script), "sh").split("\n")
    assert opening == closing + "sh"
    assert all(closing not in line for line in inside)
