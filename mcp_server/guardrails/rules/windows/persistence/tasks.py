"""Tasks, services and subscriptions."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_WMI: Final = re.compile(
    r"__eventfilter|commandlineeventconsumer|activescripteventconsumer|__filtertoconsumerbinding"
    r"|__intervaltimerinstruction",
    re.IGNORECASE,
)
_PROGRAM_OF_A_SERVICE: Final = ("binpath", "command=", "servicedll")


def _by_schtasks(command: Command) -> Opinion:
    changes = command.has("/change", "-change") and command.has("/tr", "-tr")
    return command.has("/create", "-create") or changes


def _by_at(command: Command) -> Opinion:
    return len(command.operands) > 1


def _by_method(command: Command) -> Opinion:
    return any("scheduledtask" in text for text in command.texts)


def _always(_command: Command) -> Opinion:
    return True


def _by_control(command: Command) -> Opinion:
    verbs = {"create", "config", "failure"} & set(command.texts[:3])
    return "create" in verbs or (
        bool(verbs) and any(text.startswith(_PROGRAM_OF_A_SERVICE) for text in command.texts)
    )


def _by_nssm(command: Command) -> Opinion:
    return bool({"install", "set"} & set(command.texts[:1]))


def _by_wmi(command: Command) -> Opinion:
    texts = frozenset(command.texts)
    return "service" in command.texts[:2] and "call" in texts and bool({"create", "change"} & texts)


_TASK_JUDGES: Final[dict[str, _Judge]] = {
    "schtasks": _by_schtasks,
    "at": _by_at,
    "register-scheduledtask": _always,
    "set-scheduledtask": _always,
    "register-scheduledjob": _always,
    "invoke-cimmethod": _by_method,
    "invoke-wmimethod": _by_method,
    ".registertaskdefinition": _always,
}
_SERVICE_JUDGES: Final[dict[str, _Judge]] = {
    "sc": _by_control,
    "new-service": _always,
    "nssm": _by_nssm,
    "winsw": _by_nssm,
    "srvany": _always,
    "instsrv": _always,
    "set-servicebinarypath": _always,
    "write-servicebinary": _always,
    "install-servicebinary": _always,
    "wmic": _by_wmi,
}


def _tasks(command: Command, _script: Script) -> Opinion:
    return not is_harmless_form(command) and _TASK_JUDGES[command.name](command)


def _services(command: Command, _script: Script) -> Opinion:
    return not is_harmless_form(command) and _SERVICE_JUDGES[command.name](command)


def _subscribes(command: Command, _script: Script) -> Opinion:
    match command.name:
        case "bitsadmin":
            return any("setnotifycmdline" in text for text in command.texts)
        case "mofcomp":
            return bool(command.args) and not is_harmless_form(command)
        case "register-wmievent" | "register-cimindicationevent":
            return True
    return any(_WMI.search(text) for text in command.texts)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER103",
        name="scheduled-task-created",
        severity=Severity.CONFIRM,
        what="Creates a task that Windows starts by itself.",
        why="It goes on after this command, often as SYSTEM, and nobody sees it.",
        instead="Use ecs:InvokeCommand with a schedule, which is listed and can be stopped.",
        right_when="The task belongs to the application and is reviewed.",
        attack="T1053.005",
        check=on(*_TASK_JUDGES, when=_tasks),
        flags=Examples(
            powershell=(
                "Register-ScheduledTask -TaskName clean -Action $a -Trigger $t\n",
                "schtasks /create /tn clean /tr C:\\app\\c.exe /sc daily\n",
                "Register-ScheduledJob -Name j -FilePath C:\\app\\j.ps1\n",
            ),
            bat=(
                "schtasks /create /tn clean /tr C:\\app\\c.exe /sc daily /ru SYSTEM\n",
                "schtasks /change /tn clean /tr C:\\b.exe\n",
                "at 03:00 C:\\app\\c.exe\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-ScheduledTask\n",
                "schtasks /query\n",
                "Start-ScheduledTask -TaskName clean\n",
            ),
            bat=("schtasks /query\n", "schtasks /run /tn clean\n", "schtasks /end /tn clean\n"),
        ),
    ),
    ScriptRule(
        id="PER104",
        name="service-created-or-redirected",
        severity=Severity.CONFIRM,
        what="Creates a service, or changes the program that a service starts.",
        why="It runs as SYSTEM from every start on.",
        instead="Use the application's installer; change settings, not the program.",
        right_when="The application has no installer and its service is reviewed.",
        attack="T1543.003",
        check=on(*_SERVICE_JUDGES, when=_services),
        flags=Examples(
            powershell=(
                "New-Service -Name app -BinaryPathName C:\\app\\a.exe\n",
                "sc.exe create app binPath= C:\\app\\a.exe\n",
                "sc.exe config app binPath= C:\\b.exe\n",
            ),
            bat=(
                "sc create app binPath= C:\\app\\a.exe start= auto\n",
                "sc failure app command= C:\\b.exe\n",
                "nssm install app C:\\app\\a.exe\n",
            ),
        ),
        allows=Examples(
            powershell=("Get-Service app\n", "sc.exe query app\n", "Restart-Service app\n"),
            bat=("sc query app\n", "sc start app\n", "sc config app start= auto\n"),
        ),
    ),
    ScriptRule(
        id="PER105",
        name="event-subscription",
        severity=Severity.CONFIRM,
        what="Has something run whenever an event of Windows comes up.",
        why="It is found in none of the usual lists, and it stays.",
        instead="Use a service that watches, or an alarm of CloudMonitor.",
        right_when="A monitoring product sets it up.",
        attack="T1546.003",
        check=on(
            "set-wmiinstance",
            "new-ciminstance",
            "register-wmievent",
            "bitsadmin",
            "wmic",
            "register-cimindicationevent",
            "mofcomp",
            when=_subscribes,
        ),
        flags=Examples(
            powershell=(
                (
                    "Set-WmiInstance -Namespace root\\subscription -Class "
                    "CommandLineEventConsumer -Arguments $a\n"
                ),
                (
                    "New-CimInstance -Namespace root/subscription -ClassName __EventFilter "
                    "-Property $p\n"
                ),
                "Register-WmiEvent -Class Win32_ProcessStartTrace -Action { C:\\a.exe }\n",
            ),
            bat=(
                "bitsadmin /SetNotifyCmdLine j C:\\a.exe NULL\n",
                (
                    'wmic /namespace:"\\\\root\\subscription" path CommandLineEventConsumer '
                    'create Name="a"\n'
                ),
                'wmic /namespace:"\\\\root\\subscription" path __EventFilter create Name="a"\n',
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-WmiObject Win32_OperatingSystem\n",
                "Get-CimInstance -Namespace root/subscription -ClassName __EventFilter\n",
                "New-CimInstance -ClassName Win32_Environment -Property @{Name='A'}\n",
            ),
            bat=("bitsadmin /list\n", "wmic os get caption\n", "wmic cpu get name\n"),
        ),
    ),
)
