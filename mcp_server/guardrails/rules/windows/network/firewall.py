"""The firewall of Windows, off or wide open."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_KEY: Final = re.compile(
    r"\\(?:firewallpolicy|windowsfirewall)\\.*\\"
    r"(?:enablefirewall|defaultinboundaction|donotallowexceptions|disablenotifications)$"
    r"|\\firewallrules\\"
)
_SERVICES: Final = frozenset({"mpssvc", "bfe", "sharedaccess"})
_QUIET: Final = frozenset({"query", "queryex", "qc", "start"})
_OFF: Final = frozenset({"false", "$false", "0"})
_LOGINS: Final = frozenset({"22", "23", "135", "139", "445", "3389", "5985", "5986"})
_USERS: Final = ("\\temp\\", "\\users\\", "\\appdata\\", "\\programdata\\")


def _by_netsh(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    if "portproxy" in joined:
        return "add" in command.texts
    if "firewall" not in joined:
        return False
    return _is_off(command, joined) or _adds_wide_rule(joined) or _adds_program(joined)


def _is_off(command: Command, joined: str) -> bool:
    if "state off" in joined or "opmode disable" in joined or "mode=disable" in joined:
        return True
    if "firewallpolicy" in joined and "allowinbound" in joined:
        return True
    deletes = "delete rule" in joined and "name=all" in joined
    return deletes or command.texts[1:2] == ("reset",)


def _adds_wide_rule(joined: str) -> bool:
    if "set rule" in joined and "remote desktop" in joined:
        return "enable=yes" in joined
    if "add rule" not in joined or "action=allow" not in joined or "dir=in" not in joined:
        return False
    ports = re.findall(r"localport=([\d,]+)", joined)
    if ports:
        return bool(_LOGINS & set(",".join(ports).split(",")))
    return "program" not in joined and "protocol" not in joined.replace("protocol=any", "")


def _adds_program(joined: str) -> Opinion:
    adds = "add allowedprogram" in joined or ("program=" in joined and "action=allow" in joined)
    if not adds or "dir=out" in joined:
        return False
    return any(folder in joined for folder in _USERS) or Severity.ADVICE


def _by_profile(command: Command) -> Opinion:
    enabled, action = command.value("-enabled"), command.value("-defaultinboundaction")
    is_off = enabled is not None and enabled.text.lower() in _OFF
    return is_off or (action is not None and action.text.lower() == "allow")


def _by_new_rule(command: Command) -> Opinion:
    texts = frozenset(command.texts)
    if "allow" not in texts or "outbound" in texts or command.has("-whatif"):
        return False
    if _LOGINS & texts:
        return not command.has("-remoteaddress") or Severity.ADVICE
    narrow = command.has("-localport", "-program", "-service", "-remoteaddress", "-protocol")
    return not narrow and (True if "inbound" in texts else Severity.ADVICE)


def _by_removal(command: Command) -> Opinion:
    return command.has("-all") or (not command.args and not command.inputs)


def _by_service(command: Command) -> Opinion:
    texts = frozenset(command.texts)
    return bool(_SERVICES & texts) and not _QUIET & texts


_JUDGES: Final[dict[str, _Judge]] = {
    "netsh": _by_netsh,
    "set-netfirewallprofile": _by_profile,
    "new-netfirewallrule": _by_new_rule,
    "remove-netfirewallrule": _by_removal,
    "disable-netfirewallrule": _by_removal,
    "sc": _by_service,
    "net": _by_service,
    "stop-service": _by_service,
    "set-service": _by_service,
}


def _opens(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _by_registry(command: Command, _script: Script) -> Opinion:
    return any(c.action in {"set", "delete"} and _KEY.search(c.path) for c in changes(command))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET101",
        name="windows-firewall-off",
        severity=Severity.CONFIRM,
        what="Turns the firewall off, resets it, or lets everything in; or forwards a port.",
        why="Every service of the instance is open from then on.",
        instead=(
            "Add a rule for the one port: netsh advfirewall firewall add rule ... localport=443."
        ),
        right_when="Security groups do the filtering, and that has been checked.",
        attack="T1562.004",
        check=(on(*_JUDGES, when=_opens), on(*COMMANDS, when=_by_registry)),
        flags=Examples(
            powershell=(
                "Set-NetFirewallProfile -Profile Domain,Public,Private -Enabled False\n",
                "netsh advfirewall set allprofiles state off\n",
                "Stop-Service mpssvc\n",
            ),
            bat=(
                "netsh advfirewall set allprofiles state off\n",
                "netsh interface portproxy add v4tov4 listenport=1 connectaddress=203.0.113.9\n",
                "sc stop MpsSvc\n",
            ),
        ),
        allows=Examples(
            powershell=(
                (
                    "New-NetFirewallRule -DisplayName web -Direction Inbound -LocalPort 443 "
                    "-Protocol TCP -Action Allow\n"
                ),
                "Get-NetFirewallProfile\n",
                "netsh advfirewall show allprofiles\n",
            ),
            bat=(
                (
                    "netsh advfirewall firewall add rule name=web dir=in action=allow "
                    "protocol=TCP localport=443\n"
                ),
                "netsh advfirewall show allprofiles\n",
                "sc query MpsSvc\n",
            ),
        ),
    ),
)
