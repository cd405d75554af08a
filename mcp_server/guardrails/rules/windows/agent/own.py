"""Stopping or disabling the agents of Alibaba Cloud."""

from typing import Final

from mcp_server.guardrails.rules.windows.agent.products import OURS
from mcp_server.guardrails.rules.windows.agent.stopping import STOPPERS, is_stopping, names
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity


def _own(command: Command, script: Script) -> Opinion:
    if is_harmless_form(command) or not is_stopping(command):
        return None
    if not any(OURS.search(name) for name in names(command, script)):
        return None
    return Severity.CONFIRM if _is_started_again(command, script) else True


def _is_started_again(command: Command, script: Script) -> bool:
    """Whether it only stops the service, and the script starts it afterwards."""
    if command.name not in {"net", "stop-service", "sc"} or {"delete", "config"} & {*command.texts}:
        return False
    return any(
        one.span.start > command.span.start
        and (one.name == "start-service" or "start" in one.texts[:1])
        and any(OURS.search(text) for text in one.texts)
        for one in script.named("net", "sc", "start-service")
    )


_STOP_BOTH: Final = (
    "net stop AliyunService",
    "sc.exe config AliyunService start= disabled",
    "taskkill /f /im AliYunDun.exe",
    "sc.exe stop CmsGoAgent",
)
_STOP_ALLOWS: Final = (
    "sc.exe query AliyunService",
    "net start AliyunService",
    "sc.exe qc AliyunService",
)
RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="AGT101",
        name="cloud-agent-stopped-on-windows",
        severity=Severity.BLOCK,
        what="Stops, disables or removes the agent of Cloud Assistant, Cloud Monitor or Security "
        "Center.",
        why="The instance can no longer be reached, watched or protected, and this script's own "
        "result is lost.",
        instead="Restart it (`Restart-Service AliyunService`); turn protection off in the console, "
        "where it is recorded.",
        right_when="Never in a command of Cloud Assistant itself.",
        attack="T1562.001",
        check=on(*STOPPERS, when=_own),
        flags=Examples(
            powershell=(
                *_STOP_BOTH,
                "Set-Service AliyunService -StartupType Disabled",
                "Get-Service AliYunDun* | Stop-Service -Force",
            ),
            bat=_STOP_BOTH,
        ),
        allows=Examples(
            powershell=(*_STOP_ALLOWS, "Restart-Service AliyunService", "Get-Service AliYunDun"),
            bat=_STOP_ALLOWS,
        ),
    ),
)
