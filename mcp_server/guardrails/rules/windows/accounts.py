"""Users, groups, passwords and sessions of Windows and its directory."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, Change, changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_CMDLET_NAMES: Final = (
    "new-localuser set-localuser remove-localuser disable-localuser enable-localuser "
    "rename-localuser add-localgroupmember remove-localgroupmember new-localgroup "
    "set-localgroup remove-localgroup new-aduser set-aduser remove-aduser add-adgroupmember "
    "remove-adgroupmember new-adgroup set-adaccountpassword set-adaccountcontrol "
    "enable-adaccount disable-adaccount unlock-adaccount new-adserviceaccount new-adcomputer "
    "set-adobject add-adprincipalgroupmembership reset-computermachinepassword add-computer "
    "remove-computer set-addefaultdomainpasswordpolicy install-addsforest new-azureaduser "
    "new-azureadserviceprincipal add-azureaddirectoryrolemember new-azroleassignment "
    "new-azureadapplicationpasswordcredential new-azureadserviceprincipalpasswordcredential "
    "new-msoluser add-msolrolemember set-msoluserpassword new-mguser new-adtrust"
)
_CMDLETS: Final = tuple(_CMDLET_NAMES.split())
_LETS_IN: Final = re.compile(
    r"\\terminal serv(?:er|ices)\\(?:.*\\)?(?:fdenytsconnections|fsinglesessionperuser"
    r"|allowremoterpc|userauthentication)$"
    r"|\\winlogon\\(?:autoadminlogon|defaultpassword|defaultusername|allowmultipletssessions)$"
    r"|\\specialaccounts\\userlist"
)
_ON: Final = frozenset({"1", "0x1"})
_GROUPS: Final = frozenset({"localgroup", "group"})
_USERS: Final = frozenset({"user", "users"})
_CHANGES: Final = (
    "/add",
    "/ad",
    "/del",
    "/active",
    "/expires",
    "/passwordreq",
    "/passwordchg",
    "/times",
)


def _by_net(command: Command) -> Opinion:
    texts = command.texts
    kind = texts[0] if texts else ""
    if kind == "accounts":
        return len(texts) > 1 and texts[-1] != "/domain"
    if kind not in _GROUPS | _USERS:
        return False
    operands = [text for text in texts[1:] if not text.startswith("/")]
    sets_a_password = kind in _USERS and len(operands) > 1
    return sets_a_password or any(text.startswith(_CHANGES) for text in texts)


def _by_wmi(command: Command) -> Opinion:
    acts = {"call", "set", "delete", "create", "rename"}
    return "useraccount" in command.texts[:3] and bool(acts & set(command.texts))


def _always(command: Command) -> Opinion:
    return bool(command.args) and not command.has("/?")


def _by_security_editor(command: Command) -> Opinion:
    return "/configure" in command.texts


def _by_directory_editor(command: Command) -> Opinion:
    return any("password" in text for text in command.texts)


def _by_domain(command: Command) -> Opinion:
    return bool({"join", "remove", "resetpwd", "add", "trust"} & set(command.texts[:1]))


_JUDGES: Final[dict[str, _Judge]] = {
    "net": _by_net,
    "net1": _by_net,
    "wmic": _by_wmi,
    "dsadd": _always,
    "dsmod": _always,
    "dsrm": _always,
    "ntrights": _always,
    "addusers": _always,
    "ktpass": _always,
    "djoin": _always,
    "redircmp": _always,
    "secedit": _by_security_editor,
    "ntdsutil": _by_directory_editor,
    "netdom": _by_domain,
}


def _by_program(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _by_cmdlet(command: Command, _script: Script) -> Opinion:
    return not command.has("-whatif")


def _by_directory_object(command: Command, _script: Script) -> Opinion:
    """Of ADSI: `$computer.Create('User', ...)`, `$group.Add('WinNT://...')`."""
    first = command.texts[0] if command.texts else ""
    match command.name:
        case ".create":
            return first in {"user", "group"}
        case ".invoke":
            return first == "setpassword"
    return first.startswith("winnt://")


def _lets_in(command: Command, _script: Script) -> Opinion:
    return any(_is_opening(change) for change in changes(command))


def _is_opening(change: Change) -> bool:
    if change.action != "set" or not _LETS_IN.search(change.path):
        return False
    return change.name != "fdenytsconnections" or change.data.lower() not in _ON


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="ACC101",
        name="windows-account-changed",
        severity=Severity.CONFIRM,
        what="Adds, changes or removes an account, a group or a password.",
        why="It stays on every instance, and somebody may get rights that nobody meant.",
        instead="Manage accounts in the directory; use Session Manager for access.",
        right_when="Accounts are managed by commands like this one, and the name is agreed.",
        attack="T1136.001",
        check=(
            on(*_JUDGES, when=_by_program),
            on(*_CMDLETS, when=_by_cmdlet),
            on(".setpassword"),
            on(".create", ".invoke", ".add", when=_by_directory_object),
        ),
        flags=Examples(
            powershell=(
                "New-LocalUser -Name a -NoPassword\n",
                "Add-LocalGroupMember -Group Administrators -Member a\n",
                "net user a /delete\n",
            ),
            bat=(
                "net user a /add\n",
                "net localgroup administrators a /add\n",
                "net user guest /active:yes\n",
            ),
        ),
        allows=Examples(
            powershell=("Get-LocalUser\n", "net user\n", "Get-ADUser -Identity a\n"),
            bat=("net user\n", "net localgroup administrators\n", "net accounts\n"),
        ),
    ),
    ScriptRule(
        id="ACC102",
        name="logon-opened",
        severity=Severity.CONFIRM,
        what="Opens Remote Desktop, logs an account on by itself, or hides one.",
        why="Passwords are guessed at Remote Desktop all day; a hidden account is a back door.",
        instead="Use Session Manager of Cloud Assistant.",
        right_when="For minutes, with the security group closed.",
        attack="T1021.001",
        check=on(*COMMANDS, when=_lets_in),
        flags=Examples(
            powershell=(
                (
                    "Set-ItemProperty 'HKLM:\\System\\CurrentControlSet\\Control\\Terminal "
                    "Server' -Name fDenyTSConnections -Value 0\n"
                ),
                (
                    "Set-ItemProperty 'HKLM:\\Software\\Microsoft\\Windows "
                    "NT\\CurrentVersion\\Winlogon' -Name AutoAdminLogon -Value 1\n"
                ),
                (
                    'reg add "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server" /v '
                    "fDenyTSConnections /d 0 /f\n"
                ),
            ),
            bat=(
                (
                    'reg add "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server" /v '
                    "fDenyTSConnections /t REG_DWORD /d 0 /f\n"
                ),
                (
                    'reg add "HKLM\\Software\\Microsoft\\Windows '
                    'NT\\CurrentVersion\\Winlogon" /v AutoAdminLogon /d 1 /f\n'
                ),
                (
                    'reg add "HKLM\\Software\\Microsoft\\Windows '
                    'NT\\CurrentVersion\\Winlogon\\SpecialAccounts\\UserList" /v a /d 0 /f\n'
                ),
            ),
        ),
        allows=Examples(
            powershell=(
                (
                    "Set-ItemProperty 'HKLM:\\System\\CurrentControlSet\\Control\\Terminal "
                    "Server' -Name fDenyTSConnections -Value 1\n"
                ),
                "Get-ItemProperty 'HKLM:\\System\\CurrentControlSet\\Control\\Terminal Server'\n",
                "qwinsta\n",
            ),
            bat=(
                (
                    'reg add "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server" /v '
                    "fDenyTSConnections /d 1 /f\n"
                ),
                'reg query "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server"\n',
                "query user\n",
            ),
        ),
    ),
    ScriptRule(
        id="ACC103",
        name="session-taken-over",
        severity=Severity.CONFIRM,
        what="Connects to another person's session.",
        why="As SYSTEM that asks for no password: whatever the person has open is open then.",
        instead="Ask the person, or start a session of your own.",
        right_when="A person's session hangs, and the person agrees.",
        attack="T1563.002",
        check=on("tscon", when=lambda command, _script: command.has("/dest")),
        flags=Examples(
            powershell=(
                "tscon.exe 3 /dest:rdp-tcp#5\n",
                "tscon 1 /dest:console\n",
                "& C:\\Windows\\System32\\tscon.exe 2 /dest:rdp-tcp#0\n",
            ),
            bat=("tscon 3 /dest:rdp-tcp#5\n", "tscon.exe 1 /dest:console\n", "tscon 2 /DEST:a\n"),
        ),
        allows=Examples(
            powershell=("query session\n", "qwinsta\n", "logoff 3\n"),
            bat=("query session\n", "tscon /?\n", "qwinsta\n"),
        ),
    ),
)
