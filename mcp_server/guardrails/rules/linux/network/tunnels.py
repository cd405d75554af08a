"""Ways into the network, or out of it, that pass by its rules."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PROGRAMS: Final = frozenset(
    {
        "ngrok", "frpc", "frps", "chisel", "cloudflared", "gost", "iodine", "iodined", "dnscat",
        "dnscat2", "ligolo", "ligolo-ng", "pagekite", "pagekite.py", "bore", "sshuttle",
        "revsocks", "ptunnel", "ptunnel-ng", "icmpsh", "tor", "zrok", "inlets", "earthworm", "ew",
        "ew_for_linux64", "nps", "npc", "rathole", "stowaway_agent", "venom_agent", "localtunnel",
        "lt", "hans", "dns2tcpc", "dns2tcpd", "3proxy", "microsocks", "ssocks", "rsocksd",
        "gsocket", "gs-netcat", "devtunnel", "playit", "serveo", "termite_agent", "nkn-tunnel",
        "reGeorgSocksProxy.py", "proxify", "v2ray", "xray", "trojan-go", "ss-server", "ss-local",
        "rpivot", "wstunnel",
    }
)  # fmt: skip
_INFORMING: Final = frozenset(
    {"--version", "version", "--help", "help", "status", "list", "-v", "-h", "-V", "info", "login",
     "update", "--verify-config", "-test"}
)  # fmt: skip
_FORWARDED: Final = re.compile(
    r"(?:TCP|UDP|OPENSSL|SCTP|UNIX)4?6?(?:-CONNECT)?:[^/]", re.IGNORECASE
)
_LISTENED: Final = re.compile(
    r"(?:TCP|UDP|OPENSSL|SCTP)4?6?-LISTEN:|(?:TCP|UDP)4?6?-RECV", re.IGNORECASE
)


def _tunnels(command: Command, _script: Script) -> Opinion:
    if command.name in {"ssh", "autossh"}:
        if command.has("-R", "-D", "-w"):
            return True
        return command.has("-L") and command.has("-N", "-f")
    if command.name == "socat":
        listens = any(_LISTENED.match(text) for text in command.texts)
        return listens and any(_FORWARDED.match(text) for text in command.texts)
    return _INFORMING.isdisjoint(command.texts[:1]) and (
        bool(command.args) or command.name in {"tor", "frps"}
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET008",
        name="tunnel",
        severity=Severity.CONFIRM,
        what="Opens a tunnel through which others reach into the network, or out of it.",
        why="It passes by security groups, and stays open.",
        instead="Use a security group rule, a VPN gateway or Session Manager's port forwarding.",
        right_when="A person needs it for minutes, and closes it.",
        attack="T1572",
        check=on("ssh", "autossh", "socat", *_PROGRAMS, when=_tunnels),
        flags=Examples(
            sh=(
                "ssh -fN -R 2222:localhost:22 u@203.0.113.9\n",
                "ngrok tcp 22\n",
                "ssh -D 1080 u@x.example\n",
                "socat TCP-LISTEN:8080,fork TCP:10.0.0.2:80\n",
            )
        ),
        allows=Examples(
            sh=("ssh db uptime\n", "cloudflared --version\n", "ssh -V\n", "socat -V\n")
        ),
    ),
)
