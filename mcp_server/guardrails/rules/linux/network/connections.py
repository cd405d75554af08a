"""Interfaces, routes and what else the instance is reached by."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], Opinion]

_VIRTUAL: Final = (
    "docker", "br-", "veth", "cni", "flannel", "cali", "tun", "tap", "wg", "dummy", "virbr", "lo",
    "kube", "vxlan", "can", "wlan", "tmp",
)  # fmt: skip


def _words(command: Command) -> list[str]:
    return [text for text in command.texts if not text.startswith("-")]


def _ip(command: Command) -> Opinion:
    words = _words(command)
    kind = words[0] if words else ""
    if kind.startswith("l"):  # link
        return ("down" in words or "delete" in words) and not _is_virtual(words)
    if kind.startswith("ro") or kind == "r":
        flushes = "flush" in words and "cache" not in words
        return flushes or (not {"del", "delete"}.isdisjoint(words) and "default" in words)
    if kind.startswith("a"):  # address
        return "flush" in words and not _is_virtual(words)
    return kind == "rule" and "flush" in words


def _is_virtual(words: list[str]) -> bool:
    return any(word.startswith(_VIRTUAL) for word in words[1:])


def _nmcli(command: Command) -> Opinion:
    words = _words(command)
    ends = {"off", "down", "disconnect"}
    deletes = "delete" in words and words[0].startswith("c") if words else False
    return not ends.isdisjoint(words) or deletes


_CUTTING: Final[dict[str, _Test]] = {
    "ip": _ip,
    "ifconfig": lambda command: "down" in command.texts and not _is_virtual(["", *command.texts]),
    "ifdown": lambda command: bool(command.args) and not _is_virtual(["", *command.texts]),
    "nmcli": _nmcli,
    "route": lambda command: (
        not {"del", "delete", "flush"}.isdisjoint(command.texts)
        and ("default" in command.texts or "flush" in command.texts)
    ),
    "networksetup": lambda command: (
        "off" in command.texts
        and any("power" in text or "enabled" in text for text in command.texts)
    ),
    "networkctl": lambda command: command.texts[:1] in {("down",), ("delete",)},
    "wpa_cli": lambda command: command.texts[:1] in {("disconnect",), ("terminate",)},
    "rfkill": lambda command: command.texts[:1] == ("block",),
    "tc": lambda command: (
        "netem" in command.texts and not {"loss", "corrupt"}.isdisjoint(command.texts)
    ),
}  # fmt: skip
_SCANNING: Final = (
    "nmap", "masscan", "zmap", "rustscan", "netdiscover", "arp-scan", "fping", "nbtscan",
    "unicornscan",
)  # fmt: skip
_LOUD: Final = frozenset({"-sS", "-sV", "-A", "-O", "-sU", "-p-", "--script"})
_DISTURBING: Final = (
    "arpspoof", "dnsspoof", "ettercap", "bettercap", "yersinia", "macof", "dsniff", "hping3",
    "slowhttptest", "slowloris", "t50", "mdk3", "mdk4", "aireplay-ng", "airmon-ng", "siege-ddos",
    "hping", "nping",
)  # fmt: skip


def _cuts(command: Command, _script: Script) -> Opinion:
    return _CUTTING[command.name](command)


def _disturbs(command: Command, _script: Script) -> Opinion:
    if only_informs(command):
        return False
    match command.name:
        case "ip" | "ifconfig":
            texts = command.texts
            return ("promisc" in texts or "arp" in texts) and not {"off", "-promisc"} & set(texts)
        case "macchanger":
            return not command.has("-s", "--show", "-l", "--list")
        case _:
            return bool(command.args)


def _scans(command: Command, _script: Script) -> Opinion:
    """One host and one port are a test; a network is a scan."""
    if only_informs(command):
        return False
    wide = any("/" in text[-4:] or "*" in text or "-" in text[1:] for text in _words(command))
    return wide or not _LOUD.isdisjoint(command.texts)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET002",
        name="network-cut-off",
        severity=Severity.CONFIRM,
        what="Takes an interface or the way out down.",
        why="The instance is not reached any more, not by Cloud Assistant either.",
        instead="Reconfigure and restart in one step (`ifup`, `netplan try`), with a job that "
        "undoes it after minutes.",
        right_when="A second interface stays up.",
        attack="T1498",
        check=on(*_CUTTING, when=_cuts),
        flags=Examples(
            sh=(
                "ip link set eth0 down\n",
                "ip route flush table main\n",
                "ifdown eth0\n",
                "ip route del default\n",
                "nmcli networking off\n",
            )
        ),
        allows=Examples(
            sh=(
                "ip addr show\n",
                "ip link set eth1 up\n",
                "nmcli device status\n",
                "ip link set docker0 down\n",
                "ip route del 10.9.0.0/16\n",
            )
        ),
    ),
    ScriptRule(
        id="NET003",
        name="traffic-disturbed-or-redirected",
        severity=Severity.CONFIRM,
        what="Listens to, redirects or floods the network around the instance.",
        why="It disturbs others, and from outside it looks like an attack.",
        instead="Test the one host and port: `nc -zv HOST PORT`, `curl -fsS -m 5 URL`.",
        right_when="An agreed security test.",
        attack="T1557",
        check=on(*_DISTURBING, "ip", "ifconfig", "macchanger", when=_disturbs),
        flags=Examples(
            sh=(
                "arpspoof -i eth0 10.0.0.1\n",
                "ip link set eth0 promisc on\n",
                "hping3 --flood -S 192.0.2.7\n",
            )
        ),
        allows=Examples(
            sh=("ip link show\n", "nc -zv 10.0.0.4 80\n", "ip link set eth0 promisc off\n")
        ),
    ),
    ScriptRule(
        id="NET004",
        name="network-scan",
        severity=Severity.ADVICE,
        what="Scans hosts or a network for what listens there.",
        why="Security Center and the neighbours take it for an attack.",
        instead="Test the one host and port: `nc -zv HOST PORT`.",
        right_when="An agreed inventory or security test.",
        attack="T1046",
        check=on(*_SCANNING, when=_scans),
        flags=Examples(
            sh=(
                "nmap -sS 192.168.1.0/24\n",
                "masscan 10.0.0.0/8 -p 22\n",
                "nmap -A 192.0.2.7\n",
            )
        ),
        allows=Examples(sh=("nmap -p 80 10.0.0.4\n", "nmap --version\n", "nc -zv 10.0.0.4 80\n")),
    ),
)
