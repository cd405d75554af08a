"""Firewalls of the instance: switched off, emptied, or closed for everyone."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.services import PROGRAMS, stopped
from mcp_server.guardrails.rules.linux.writes import writes
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], Opinion]

_SERVICES: Final = frozenset(
    {
        "firewalld", "iptables", "ip6tables", "nftables", "ufw", "shorewall", "pf", "ipfw", "ferm",
        "csf", "netfilter-persistent", "iptables-persistent", "SuSEfirewall2", "apf",
        "firewall_enable", "awall", "com.apple.alf", "arno-iptables-firewall", "lfd", "fail2ban",
        "crowdsec", "sshguard",
    }
)  # fmt: skip
_PACKAGES: Final = frozenset({"firewalld", "ufw", "iptables", "nftables", "fail2ban", "shorewall"})
_MANAGERS: Final = (
    "apt", "apt-get", "yum", "dnf", "zypper", "apk", "pacman", "dpkg", "rpm", "aptitude",
)  # fmt: skip
_REMOVALS: Final = frozenset(
    {
        "remove", "purge", "erase", "autoremove", "rm", "del", "-e", "-R", "-Rns", "-r", "-P",
    }
)  # fmt: skip
_NARROW: Final = (
    "-s", "--source", "-d", "--dport", "--sport", "-p", "--protocol", "-i", "-o", "-m", "--match",
)  # fmt: skip
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0", "0/0"})
_SETTINGS: Final = re.compile(
    r"/etc/(?:ufw/.+|default/ufw|pf\.conf|firewalld/firewalld\.conf|sysconfig/ip6?tables(?:-config)?"
    r"|nftables\.conf|rc\.conf)\Z"
)
_OFF: Final = re.compile(
    r"ENABLED=no|DEFAULT_\w+_POLICY=\"?ACCEPT|firewall_enable=\"?NO|pf_enable=\"?NO|pass\s+(?:in|out)?\s*all",
    re.IGNORECASE,
)


def _tables(command: Command) -> Opinion:
    """`iptables -F`, `-P`, or a rule that closes for everyone."""
    texts = command.texts
    if command.has("-L", "-S", "-C", "--list", "--check", "-h", "--help", "-V"):
        return False
    if command.has("-F", "--flush", "-P", "--policy"):
        return True
    if command.has("-X", "--delete-chain"):
        return Severity.ADVICE if _own_chain(command) else True
    wide = "DROP" in texts or "REJECT" in texts
    if wide and command.has("-A", "-I", "--append", "--insert"):
        others = [option for option in _NARROW if command.has(option)]
        return not others or (
            not _EVERYWHERE.isdisjoint(texts) and set(others) <= {"-s", "-d", "--source"}
        )
    return False


def _own_chain(command: Command) -> bool:
    value = command.value("-X", "--delete-chain")
    return value is not None and not value.text.startswith("-")


def _ufw(command: Command) -> Opinion:
    texts = [text for text in command.texts if not text.startswith("-")]
    if not texts or command.has("--dry-run"):
        return False
    if texts[0] in {"disable", "reset"} or texts[:2] == ["default", "allow"]:
        return True
    return texts[:2] == ["logging", "off"]


def _firewalld(command: Command) -> Opinion:
    return command.has("--panic-on") or any(
        text in {"--set-default-zone=trusted", "--set-target=ACCEPT", "--set-log-denied=off"}
        for text in command.texts
    )


def _apple(command: Command) -> Opinion:
    is_firewall = any("globalstate" in text.lower() for text in command.texts)
    return is_firewall and command.texts[-1:] in {("off",), ("0",), ("false",)}


def _restores_nothing(command: Command) -> Opinion:
    return any(one.target.text == "/dev/null" for one in command.redirects if one.operator == "<")


_FIREWALLS: Final[dict[str, _Test]] = {
    **dict.fromkeys(
        ("iptables", "ip6tables", "ebtables", "arptables", "iptables-legacy", "iptables-nft"),
        _tables,
    ),
    "nft": lambda command: not {"flush", "delete", "destroy"}.isdisjoint(command.texts[:2]),
    "ufw": _ufw,
    "firewall-cmd": _firewalld,
    **dict.fromkeys(("iptables-restore", "ip6tables-restore"), _restores_nothing),
    "ipset": lambda command: command.texts[:1] in {("flush",), ("destroy",)},
    "pfctl": lambda command: command.has("-d", "-F"),
    "ipfw": lambda command: "flush" in command.texts,
    "csf": lambda command: command.has("-x", "-f", "--disable", "--flush"),
    "shorewall": lambda command: command.texts[:1] in {("clear",), ("stop",)},
    "esxcli": lambda command: "firewall" in command.texts and "false" in command.texts,
    "socketfilterfw": _apple,
    "defaults": _apple,
}  # fmt: skip


def _switches(command: Command, _script: Script) -> Opinion:
    return _FIREWALLS[command.name](command)


def _stops(command: Command, _script: Script) -> Opinion:
    """By its service, its start script, or its package."""
    if command.name in _MANAGERS:
        removes = not _REMOVALS.isdisjoint(command.texts)
        return removes and not _PACKAGES.isdisjoint(command.texts)
    if command.name == "sysrc":
        return any(text.lower() in {"firewall_enable=no", "pf_enable=no"} for text in command.texts)
    if command.name in _SERVICES:  # /etc/init.d/iptables stop
        is_script = "init.d/" in command.words[0].text
        return is_script and command.texts[:1] == ("stop",)
    return not stopped(command).isdisjoint(_SERVICES)


def _written(script: Script) -> Iterator[Match]:
    for write in writes(script):
        if _SETTINGS.match(write.path) and _OFF.search(write.text or ""):
            yield Match(write.command.span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET001",
        name="firewall-opened-or-off",
        severity=Severity.CONFIRM,
        what="Switches the firewall off, empties it, or closes it for everyone.",
        why="What was kept out gets in; or nobody gets in any more, Cloud Assistant included.",
        instead="Add or remove the one rule that is meant; use security groups for the rest.",
        right_when="Security groups do the filtering, and that has been checked.",
        attack="T1562.004",
        check=(
            on(*_FIREWALLS, when=_switches),
            on(*PROGRAMS, *_MANAGERS, "iptables", "ip6tables", "ufw", "firewalld", when=_stops),
            OnScript(_written),
        ),
        flags=Examples(
            sh=(
                "iptables -F\n",
                "ufw disable\n",
                "systemctl disable --now firewalld\n",
                "iptables -P INPUT DROP\n",
                "nft flush ruleset\n",
                "apt-get purge -y ufw\n",
                "sed -i 's/ENABLED=yes/ENABLED=no/' /etc/ufw/ufw.conf\n",
                "/etc/init.d/iptables stop\n",
            )
        ),
        allows=Examples(
            sh=(
                "iptables -A INPUT -p tcp --dport 443 -j ACCEPT\n",
                "iptables -A INPUT -s 203.0.113.9 -j DROP\n",
                "firewall-cmd --add-port=443/tcp --permanent\n",
                "iptables -L -n\n",
                "ufw --force enable\n",
                "systemctl restart firewalld\n",
            )
        ),
    ),
)
