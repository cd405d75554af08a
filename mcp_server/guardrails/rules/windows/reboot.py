"""Family: reboot. Restarts, shutdowns and sign-outs on Windows."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_CALLS: Final = (
    "user32.dll,exitwindows",
    "shell32.dll,shexitwindowsex",
    "powrprof.dll,setsuspendstate",
)
_ACTIONS: Final = ("/r", "/s", "/p", "/h", "/g", "/sg", "/fw", "/hybrid", "/l", "/o")


def _shutdown(command: Command, _script: Script) -> Opinion:
    texts = set(command.texts)
    if texts & {"/a", "-a", "/?", "-?", "--help"}:
        return None
    actions = {text for text in texts if text[:1] in {"/", "-"}}
    plain = {"/" + text[1:] for text in actions}
    found = plain & set(_ACTIONS)
    return bool(found)


def _restart(command: Command, _script: Script) -> Opinion:
    return not is_harmless_form(command)


def _called(command: Command, _script: Script) -> Opinion:
    """Through WMI or a call of the system's own interface."""
    if command.name == "wmic":
        return "os" in command.texts and any(
            text in {"reboot", "shutdown", "win32shutdown"} for text in command.texts
        )
    if command.name == "rundll32":
        return any(text.startswith(_CALLS) for text in command.texts)
    if command.name in {"invoke-cimmethod", "invoke-wmimethod"}:
        return any(text in {"reboot", "shutdown", "win32shutdown"} for text in command.texts)
    return True


def _safe_mode(command: Command, _script: Script) -> Opinion:
    return "safeboot" in command.texts and not command.has("/deletevalue", "-deletevalue")


_SHUTDOWN_FLAGS: Final = ("shutdown /r /t 0", "shutdown -s -f -t 60", "shutdown.exe /g /t 5")
_SHUTDOWN_ALLOWS: Final = ("shutdown /a", "echo shutdown /r", "shutdown /?")
_SAFE_FLAGS: Final = (
    'bcdedit /set "{current}" safeboot minimal',
    'bcdedit /set "{default}" safeboot network',
    "bcdedit.exe /set safeboot minimal",
)
_SAFE_ALLOWS: Final = (
    'bcdedit /deletevalue "{current}" safeboot',
    "bcdedit /enum",
    'bcdedit /set "{current}" description Shop',
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="RBT101",
        name="windows-restart-or-shutdown",
        severity=Severity.CONFIRM,
        what="Restarts or shuts down the instance, or ends the sessions of its users.",
        why="What runs on it stops, the script's result may be lost, and a shutdown instance is "
        "still billed.",
        instead="Use the ECS API (`RebootInstance`, `StopInstance`), one group of instances after "
        "the other.",
        right_when="A restart is planned in a maintenance window.",
        attack="T1529",
        check=(
            on("shutdown", "psshutdown", "psshutdown64", when=_shutdown),
            on("restart-computer", "stop-computer", "logoff", "rwinsta", when=_restart),
            on(
                "wmic",
                "rundll32",
                "invoke-cimmethod",
                "invoke-wmimethod",
                ".win32shutdown",
                ".reboot",
                when=_called,
            ),
        ),
        flags=Examples(
            powershell=(
                *_SHUTDOWN_FLAGS,
                "Restart-Computer -Force",
                "Stop-Computer",
                "(Get-WmiObject Win32_OperatingSystem).Win32Shutdown(6)",
            ),
            bat=(*_SHUTDOWN_FLAGS, "wmic os where primary=true reboot"),
        ),
        allows=Examples(
            powershell=(*_SHUTDOWN_ALLOWS, "Restart-Computer -WhatIf", "Restart-Service w3svc"),
            bat=_SHUTDOWN_ALLOWS,
        ),
    ),
    ScriptRule(
        id="RBT102",
        name="safe-mode-at-next-start",
        severity=Severity.CONFIRM,
        what="Makes the next start one into safe mode.",
        why="The agents and most services do not run there, so the instance is out of reach; "
        "ransomware does it to get rid of protection.",
        instead="Repair it from outside: attach its system disk to another instance.",
        right_when="Somebody sits at the VNC console and leads it back.",
        attack="T1562.009",
        check=on("bcdedit", when=_safe_mode),
        flags=Examples(powershell=_SAFE_FLAGS, bat=_SAFE_FLAGS),
        allows=Examples(powershell=_SAFE_ALLOWS, bat=_SAFE_ALLOWS),
    ),
)
