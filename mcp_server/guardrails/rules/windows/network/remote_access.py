"""Ways in: remote management, shares, old protocols."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_KEYS: Final = re.compile(
    r"\\(?:lanmanserver|lanmanworkstation)\\parameters\\(?:smb1|requiresecuritysignature"
    r"|restrictnullsessaccess|autoshare\w+|nullsession\w+|allowinsecureguestauth)$"
    r"|\\internet settings\\(?:proxyserver|proxyenable|autoconfigurl)$|\\winrm\\"
    r"|\\tcpip\\parameters\\.*nameserver$|\\zonemap\\|\\zones\\\d"
)


def _by_winrm(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    if command.texts[:1] in {("quickconfig",), ("qc",)}:
        return Severity.ADVICE
    return "allowunencrypted" in joined or "trustedhosts" in joined


def _by_setting(command: Command) -> Opinion:
    return any("trustedhosts" in text or "allowunencrypted" in text for text in command.texts)


def _by_share(command: Command) -> Opinion:
    shares = command.texts[:1] == ("share",) and any("=" in text for text in command.texts)
    return shares and any("everyone" in text or "grant" in text for text in command.texts)


def _to_everyone(command: Command) -> Opinion:
    return any("everyone" in text for text in command.texts)


def _by_feature(command: Command) -> Opinion:
    texts = command.texts
    if any("openssh.server" in text for text in texts):
        return command.name == "add-windowscapability" or "/add-capability" in texts
    is_off = any("false" in text or "disable-feature" in text for text in texts)
    return any("smb1" in text for text in texts) and not is_off


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_JUDGES: Final[dict[str, _Judge]] = {
    "enable-psremoting": _advised,
    "set-wsmanquickconfig": _advised,
    "winrm": _by_winrm,
    "set-item": _by_setting,
    "net": _by_share,
    "new-smbshare": _to_everyone,
    "grant-smbshareaccess": _to_everyone,
    "enable-windowsoptionalfeature": _by_feature,
    "add-windowscapability": _by_feature,
    "dism": _by_feature,
    "set-smbserverconfiguration": _by_feature,
}


def _opens(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _by_registry(command: Command, _script: Script) -> Opinion:
    return any(c.action == "set" and _KEYS.search(c.path) for c in changes(command))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET103",
        name="remote-access-opened",
        severity=Severity.CONFIRM,
        what="Opens remote management, a share or an old protocol to others.",
        why="It is a way in that stays.",
        instead="Use Cloud Assistant and Session Manager, which need no open port.",
        right_when="The network is closed, and the setting is part of a baseline.",
        attack="T1021",
        check=(on(*_JUDGES, when=_opens), on(*COMMANDS, when=_by_registry)),
        flags=Examples(
            powershell=(
                "Set-Item WSMan:\\localhost\\Client\\TrustedHosts -Value '*'\n",
                "Enable-PSRemoting -Force\n",
                "New-SmbShare -Name a -Path C:\\ -FullAccess Everyone\n",
            ),
            bat=(
                "net share a=C:\\ /grant:everyone,full\n",
                "winrm quickconfig -q\n",
                "dism /online /enable-feature /featurename:SMB1Protocol\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-Item WSMan:\\localhost\\Client\\TrustedHosts\n",
                "Get-SmbShare\n",
                "Set-SmbServerConfiguration -EnableSMB1Protocol $false\n",
            ),
            bat=("net share\n", "winrm get winrm/config\n", "dism /online /get-features\n"),
        ),
    ),
)
