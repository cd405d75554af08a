"""What is started with the system, or at an event of it."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.writes import writes
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_UNITS: Final = re.compile(
    r"(?:/etc|/usr/lib|/lib|/run|/usr/local/lib|.*/\.config|.*/\.local/share)/systemd/"
    r"(?:system|user|(?:system|user)-generators)(?:/.*)?\Z"
    r"|/etc/(?:rc\.d/)?init\.d/.+|/etc/rc(?:\.local|\.common|\d\.d/.+|\.d/.+|\.conf(?:\.d/.+)?)\Z"
    r"|/etc/(?:inittab|init/.+|conf\.d/local\.start|local\.d/.+)\Z|/etc/sv/.+|/etc/service/.+"
    r"|(?:.*/|\A)Library/(?:LaunchAgents|LaunchDaemons|StartupItems|Extensions)(?:/.*)?\Z"
    r"|/etc/emond\.d/.*|/(?:private/)?var/db/emondClients/.*|.*/\.config/autostart(?:/.*)?\Z"
    r"|/etc/xdg/autostart/.*|.*/\.config/(?:lxsession|plasma-workspace)/.*"
    r"|/(?:etc|lib|usr/lib|run)/udev/rules\.d/.*|/etc/(?:update-motd|dhcp/dhclient-.*-hooks)\.d/.*"
    r"|/etc/(?:network/if-(?:up|pre-up|down|post-down)|NetworkManager/dispatcher|ppp/ip-up)\.d/.*"
    r"|/etc/(?:ppp/ip-up|rc\.sysinit)\Z|/var/lib/cloud/(?:scripts|instance/scripts)/.*"
    r"|/etc/(?:binfmt\.d/.*|acpi/(?:events|actions)/.*)|/proc/sys/fs/binfmt_misc/(?:register|.*)"
)
_SOUND_MODULES: Final = re.compile(
    r"(?:overlay|br_netfilter|ip_vs\w*|nf_\w+|xt_\w+|iptable_\w+|ip6table_\w+|ip_tables|bonding"
    r"|8021q|tcp_\w+|vhost\w*|kvm\w*|fuse|loop|dm_\w+|zram|nvme\w*|tun|wireguard|bridge|veth|sctp|rbd"
    r"|ceph|nfs\w*|sunrpc|ext4|xfs|btrfs|zfs|virtio\w*|i2c\w*|snd\w*|softdog|ipmi\w*|msr|binfmt_misc"
    r"|sch_\w+|act_\w+|cls_\w+|openvswitch|vxlan|macvlan|ipvlan|nbd|rdma\w*|ib_\w+|mlx\w+|drbd|tls|"
    r"options nested=1|#.*|)\Z"
)
_MODULES: Final = re.compile(r"/etc/(?:modules\Z|modules-load\.d/.+|initramfs-tools/modules\Z)")
_REGISTERING: Final = ("load", "bootstrap", "submit", "enable", "kickstart")
_LOGIN_ITEM: Final = re.compile(r"login item", re.IGNORECASE)


def _registers(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    match command.name:
        case "update-rc.d":
            return "defaults" in texts
        case "chkconfig":
            return command.has("--add")
        case "rc-update":
            return texts[:1] in {("add",), ("-a",)} and not {"docker", "sshd"} & set(texts)
        case "launchctl":
            return texts[:1] in {(verb,) for verb in _REGISTERING}
        case "systemctl":
            named = any("/" in text for text in texts if not text.startswith("-"))
            return texts[:1] == ("link",) or ("enable" in texts and named)
        case "defaults":
            return any("Hook" in text for text in texts) and "write" in texts
        case _:
            return any("loginitems" in text or "LaunchAgents" in text for text in texts)


def _written(script: Script) -> Iterator[Match]:
    for write in writes(script):
        is_unit = _UNITS.match(write.path) and not _is_harmless(write.text)
        if is_unit or (_MODULES.match(write.path) and _loads_strangers(write.text)):
            yield Match(write.command.span)


def _loads_strangers(text: str | None) -> bool:
    """Whether modules are named that are not the usual ones of hosts for containers and disks."""
    lines = (text or "").split("\n")
    return any(not _SOUND_MODULES.match(line.strip()) for line in lines)


def _is_harmless(text: str | None) -> bool:
    """Comments alone; an empty file is a beginning."""
    return bool(text) and all(line.lstrip()[:1] in {"#", ""} for line in (text or "").split("\n"))


def _login_items(script: Script) -> Iterator[Match]:
    for foreign in script.foreign:
        if foreign.language == "osascript" and _LOGIN_ITEM.search(foreign.code.text):
            yield Match(foreign.command.span if foreign.command else foreign.code.span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER002",
        name="service-or-start-script-installed",
        severity=Severity.CONFIRM,
        what="Installs something that is started with the system, or at an event of it.",
        why="It runs as root after every restart, long after this command.",
        instead="Install a package that brings its unit; keep units under change control.",
        right_when="The unit is the application's own and reviewed.",
        attack="T1543.002",
        check=(
            on(
                "update-rc.d",
                "chkconfig",
                "rc-update",
                "launchctl",
                "systemctl",
                "defaults",
                "PlistBuddy",
                when=_registers,
            ),
            OnScript(_written),
            OnScript(_login_items),
        ),
        flags=Examples(
            sh=(
                "cp app.service /etc/systemd/system/\nsystemctl enable app\n",
                "echo '/opt/x &' >> /etc/rc.local\n",
                'echo \'ACTION=="add", RUN+="/opt/x"\' > /etc/udev/rules.d/99-x.rules\n',
                "cat > /etc/init.d/app <<'EOF'\n#!/bin/sh\n/opt/app/run\nEOF\n",
                "launchctl load -w /Library/LaunchDaemons/com.example.app.plist\n",
                "echo rootkit > /etc/modules-load.d/x.conf\n",
                "sudo defaults write com.apple.loginwindow LoginHook /tmp/x\n",
            )
        ),
        allows=Examples(
            sh=(
                "systemctl enable nginx\n",
                "systemctl daemon-reload\n",
                "cat /etc/systemd/system/app.service\n",
                "printf 'overlay\\nbr_netfilter\\n' > /etc/modules-load.d/k8s.conf\n",
                "launchctl list\n",
            )
        ),
    ),
)
