"""Work on other hosts, and tunnels from them."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.script import windows_effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import (
    Examples,
    Match,
    OnScript,
    Opinion,
    ScriptRule,
    on,
)
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_HERE: Final = frozenset({"localhost", "127.0.0.1", ".", "$env:computername", "::1"})
_REMOTE_PROGRAMS: Final = (
    "klink",
    "paexec",
    "plink",
    "psexec",
    "psexec64",
    "pskill",
    "psloglist",
    "psservice",
    "putty",
    "remcom",
    "winrs",
)
_COPYING: Final = ("copy", "xcopy", "robocopy", "copy-item", "move", "move-item")
_SHARE: Final = re.compile(r"^\\\\[^\\]+\\(?:admin|ipc|[a-z])\$", re.IGNORECASE)
_ACTS: Final = frozenset({"create", "start", "config", "add", "stop", "delete"})
_WMI_ACTS: Final = frozenset({"call", "delete", "create"})
_TUNNELS: Final = re.compile(
    r"^(?:ngrok|chisel|frpc|gost|cloudflared|ligolo|anydesk|teamviewer|rustdesk|screenconnect"
    r"|connectwise|logmein|lmiignition|atera|splashtop|ultravnc|ultraviewer|winvnc|tvnserver"
    r"|meshagent|dwagent|dwservice|ammyy|aa_v3|gotoassist|remotepc|netsupport|client32|supremo"
    r"|zohoassist|aeroadmin|msp360|remoteutilities|rutserv|radmin)"
)
_ASKING: Final = frozenset({"--version", "version", "--help", "help"})
_LAUNCHING: Final = ("start-process", "msiexec", "start", "winget", "choco")


def _by_computer_name(command: Command) -> Opinion:
    host = command.value("-computername", "-vmname", "-hostname")
    return host is not None and host.text.lower() not in _HERE


def _by_wmi(command: Command) -> Opinion:
    is_remote = any(text.startswith(("/node", "-node")) for text in command.texts)
    return is_remote and bool(_WMI_ACTS & set(command.texts))


def _by_schtasks(command: Command) -> Opinion:
    host = command.value("/s")
    is_remote = host is not None and host.text.lower() not in _HERE
    return is_remote and command.has("/create", "/run")


def _by_control(command: Command) -> Opinion:
    is_remote = any(text.startswith("\\\\") for text in command.texts[:2])
    return is_remote and bool(_ACTS & set(command.texts))


def _by_share(command: Command) -> Opinion:
    texts = command.texts
    uses = texts[:1] == ("use",) and any(_SHARE.match(text) for text in texts)
    return uses and not {"/delete", "/d"} & set(texts)


def _by_drive(command: Command) -> Opinion:
    return any(_SHARE.match(text) for text in command.texts)


def _by_component(command: Command) -> Opinion:
    """A second argument names the host on which the component is made: DCOM."""
    return len(command.args) > 1 and command.args[1].text.lower() not in {*_HERE, "$true"}


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_JUDGES: Final[dict[str, _Judge]] = {
    "invoke-command": _by_computer_name,
    "enter-pssession": _by_computer_name,
    "new-pssession": _by_computer_name,
    "invoke-wmimethod": _by_computer_name,
    "invoke-cimmethod": _by_computer_name,
    "new-cimsession": _by_computer_name,
    "restart-computer": _by_computer_name,
    "stop-computer": _by_computer_name,
    "wmic": _by_wmi,
    "schtasks": _by_schtasks,
    "sc": _by_control,
    "reg": _by_control,
    "at": _by_control,
    "net": _by_share,
    "new-psdrive": _by_drive,
    "new-smbmapping": _by_drive,
    "::gettypefromprogid": _by_component,
    "::gettypefromclsid": _by_component,
    "mstsc": _advised,
}


def _elsewhere(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _copies_to_admin_share(command: Command, _script: Script) -> Opinion:
    return any(_SHARE.match(word.text) for word in windows_effects.written(command))


def _tunnels(script: Script) -> Iterator[Match]:
    for name, commands in script.by_name.items():
        if _TUNNELS.match(name):
            yield from (
                Match(command.span) for command in commands if not _ASKING & set(command.texts)
            )
    for command in script.named(*_LAUNCHING):
        if any(_TUNNELS.match(_file(text)) for text in command.texts):
            yield Match(command.span)


def _file(text: str) -> str:
    return text.rpartition("\\")[2]


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET104",
        name="work-on-other-hosts",
        severity=Severity.CONFIRM,
        what="Runs something on another host.",
        why="The consent is for the instances of this command, not for that host.",
        instead="Create the command for that host, and run it there.",
        right_when="The host is part of the same application.",
        attack="T1021.006",
        check=(
            on(*_REMOTE_PROGRAMS),
            on(*_JUDGES, when=_elsewhere),
            on(*_COPYING, when=_copies_to_admin_share),
        ),
        flags=Examples(
            powershell=(
                "Invoke-Command -ComputerName srv2 -ScriptBlock { Get-Date }\n",
                "Enter-PSSession -ComputerName srv2\n",
                "psexec.exe \\\\srv2 cmd\n",
            ),
            bat=(
                "wmic /node:srv2 process call create calc\n",
                "psexec \\\\srv2 -s cmd\n",
                "winrs -r:srv2 ipconfig\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Invoke-Command -ScriptBlock { Get-Date }\n",
                "Get-CimInstance Win32_Service -ComputerName srv2\n",
                "Test-Connection srv2\n",
            ),
            bat=("wmic cpu get name\n", "schtasks /query\n", "net use Z: \\\\fs\\share\n"),
        ),
    ),
    ScriptRule(
        id="NET105",
        name="windows-tunnel",
        severity=Severity.CONFIRM,
        what="Opens a tunnel through which others reach into the network.",
        why="It passes by security groups, and stays open.",
        instead="Use Session Manager's port forwarding.",
        right_when="A person needs it for minutes.",
        attack="T1572",
        check=OnScript(_tunnels),
        flags=Examples(
            powershell=(
                "ngrok.exe tcp 3389\n",
                ".\\chisel.exe client 203.0.113.9:80 R:1\n",
                "frpc.exe -c f.ini\n",
            ),
            bat=(
                "ngrok tcp 3389\n",
                "chisel client 203.0.113.9:80 R:1\n",
                "anydesk --install C:\\a\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "ngrok.exe --version\n",
                "Test-NetConnection srv2 -Port 443\n",
                "Get-Process ngrok\n",
            ),
            bat=("ngrok version\n", "ping srv2\n", "tasklist\n"),
        ),
    ),
)
