"""Stopping the security, monitoring and backup products of others."""

from typing import Final

from mcp_server.guardrails.rules.windows.agent.products import OTHERS
from mcp_server.guardrails.rules.windows.agent.stopping import STOPPERS, is_stopping, names
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form
from mcp_server.guardrails.script.windows_paths import file_name
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity


def _others(command: Command, script: Script) -> Opinion:
    if is_harmless_form(command) or not is_stopping(command):
        return None
    return any(
        OTHERS.match(file_name(name).removesuffix(".exe")) for name in names(command, script)
    )


_OTHER_BOTH: Final = (
    "net stop SentinelAgent",
    "sc.exe delete CSFalconService",
    "taskkill /f /im MsSense.exe /im ekrn.exe",
)
_OTHER_ALLOWS: Final = ("sc.exe query SentinelAgent", "net stop Spooler", "tasklist /m ekrn.exe")

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="AGT104",
        name="security-product-stopped",
        severity=Severity.CONFIRM,
        what="Stops, disables or removes a security, monitoring or backup product.",
        why="Attacks and failures are no longer seen; this is what comes before ransomware.",
        instead="Restart it, or change its policy in its own console.",
        right_when="It is replaced or upgraded in a planned change.",
        attack="T1562.001",
        check=on(*STOPPERS, when=_others),
        flags=Examples(powershell=(*_OTHER_BOTH, "Stop-Service Sysmon64 -Force"), bat=_OTHER_BOTH),
        allows=Examples(powershell=_OTHER_ALLOWS, bat=_OTHER_ALLOWS),
    ),
)
