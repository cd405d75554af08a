"""Packages that the system cannot do without."""

import re
from typing import Final

from mcp_server.guardrails.rules.linux import services
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_ESSENTIAL: Final = re.compile(
    r"(?:glibc|libc6|libc-bin|bash|dash|coreutils|systemd|udev|util-linux|kernel|linux-image[\w.-]*"
    r"|kernel-core|dpkg|rpm|apt|yum|dnf|filesystem|setup|base-files|basesystem|login|passwd|pam"
    r"|libpam\S*|grub2?\S*|initramfs-tools|dracut|sudo|openssl-libs|libssl\S*|python3?-minimal"
    r"|init|sysvinit|perl-base|e2fsprogs|mount|ncurses-base)\Z"
)


def _removed(command: Command, _script: Script) -> Opinion:
    given = services.removed(command)
    if "*" in given or ".*" in given:
        return True
    if command.has("-s", "--simulate", "--dry-run", "--just-print", "--assumeno", "--test"):
        return False
    return any(map(_ESSENTIAL.match, given))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES013",
        name="essential-package-removed",
        severity=Severity.CONFIRM,
        what="Removes packages that the system needs, or all of them.",
        why="Nothing starts any more, or nobody gets in, and what depended on them goes too.",
        instead="Name the packages of the one application, and look first: apt-get -s remove NAME.",
        right_when="Another package takes its place in the same transaction.",
        attack="T1485",
        check=on(*services.PACKAGERS, when=_removed),
        flags=Examples(
            sh=(
                "apt-get purge -y '*'\n",
                "rpm -e --nodeps glibc\n",
                "dpkg --purge --force-all libc6\n",
            )
        ),
        allows=Examples(
            sh=("apt-get purge -y nginx\n", "rpm -e httpd\n", "apt-get -s remove libc6\n")
        ),
    ),
)
