"""Files that say who may log in or become root."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.writes import Write, writes
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_FILES: Final = re.compile(
    r"(?:/usr/local)?/etc/(?:passwd|shadow|group|gshadow|subuid|sudoers|sudoers\.d/.+|doas\.conf|master\.passwd"
    r"|security/(?:access|limits|opasswd|pwquality|faillock)\.conf|hosts\.(?:allow|deny|equiv)|securetty"
    r"|login\.defs|ssh/authorized_keys.*|ssh/keys/.*|sssd/sssd\.conf|krb5\.conf)\Z"
    r"|(?:.*/)?\.ssh/(?:authorized_keys2?|rc|environment)\Z|(?:.*/)?\.(?:rhosts|shosts|k5login)\Z"
    r"|/(?:etc|usr/share|var/lib)/polkit-1/(?:rules\.d|actions|localauthority/.*)/.*"
    r"|/private/etc/(?:sudoers|pam\.d/.+|sudoers\.d/.+)\Z"
)
_LIMITS: Final = re.compile(
    r"/etc/security/(?:limits|pwquality|faillock)\.conf\Z|/etc/login\.defs\Z|/etc/krb5\.conf\Z"
)
_SSHD: Final = re.compile(r"/(?:private/)?etc/ssh/sshd_config(?:\.d/.+)?\Z|.*/sshd_config\Z")
_WEAKER: Final = re.compile(
    r"^\s*(?:PermitRootLogin\s+(?:yes|without-password|prohibit-password)|PermitEmptyPasswords\s+yes"
    r"|PasswordAuthentication\s+yes|(?:Challenge|Kbd)\w+Authentication\s+yes|StrictModes\s+no"
    r"|PubkeyAuthentication\s+no|AuthorizedKeys(?:Command|File)\s+/|PermitUserEnvironment\s+yes"
    r"|UsePAM\s+no|GatewayPorts\s+yes|HostbasedAuthentication\s+yes|ForceCommand\s)",
    re.IGNORECASE | re.MULTILINE,
)
_LESS_SECURE: Final = re.compile(r"(?:PermitRootLogin\s+prohibit-password)", re.IGNORECASE)


def _written(script: Script) -> Iterator[Match]:
    for write in writes(script):
        if _FILES.match(write.path) and not _is_preparation(write):
            severity = Severity.ADVICE if _LIMITS.match(write.path) else None
            yield Match(write.command.span, severity)


def _is_preparation(write: Write) -> bool:
    """`touch authorized_keys`, and known_hosts of others."""
    return write.command.name == "touch" and not write.command.redirects


def _lets_in(script: Script) -> Iterator[Match]:
    for write in writes(script):
        if not _SSHD.match(write.path):
            continue
        found = _WEAKER.search(write.text or "")
        if found is not None:
            is_keys_only = _LESS_SECURE.search(found[0]) is not None
            yield Match(write.command.span, Severity.ADVICE if is_keys_only else None)


def _sends_key(command: Command, _script: Script) -> Opinion:
    return bool(command.operands)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="ACC004",
        name="access-file-written",
        severity=Severity.CONFIRM,
        what="Writes a file that says who may log in or become root.",
        why="One wrong or hidden line gives somebody the instance, or locks everyone out.",
        instead="Use useradd, usermod or the console's key pairs; check a file for sudo with "
        "`visudo -cf` before it is moved into place.",
        right_when="The line is reviewed and meant for every instance.",
        attack="T1098.004",
        check=(OnScript(_written), on("ssh-copy-id", when=_sends_key)),
        flags=Examples(
            sh=(
                "echo 'deploy ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/deploy\n",
                "cat key.pub >> /root/.ssh/authorized_keys\n",
                "echo 'x:x:0:0::/root:/bin/sh' | tee -a /etc/passwd\n",
                "sed -i 's/env_reset/env_reset,timestamp_timeout=-1/' /etc/sudoers\n",
            )
        ),
        allows=Examples(
            sh=(
                "cat /etc/sudoers.d/deploy\n",
                "grep -c ssh-ed25519 /root/.ssh/authorized_keys\n",
                "visudo -cf /etc/sudoers\n",
                "touch /root/.ssh/authorized_keys\n",
            )
        ),
    ),
    ScriptRule(
        id="ACC005",
        name="weaker-ssh-login",
        severity=Severity.CONFIRM,
        what="Lets root, or anyone with a password, log in over SSH.",
        why="Passwords are guessed from everywhere, all day.",
        instead="Keep keys only, and use Session Manager for emergencies.",
        right_when="For minutes, with the security group closed.",
        attack="T1098.004",
        check=OnScript(_lets_in),
        flags=Examples(
            sh=(
                "sed -i 's/^#*PermitRootLogin.*/PermitRootLogin yes/' /etc/ssh/sshd_config\n",
                "echo 'PasswordAuthentication yes' >> /etc/ssh/sshd_config\n",
                "echo 'PermitEmptyPasswords yes' | tee -a /etc/ssh/sshd_config.d/x.conf\n",
                "cat >> /etc/ssh/sshd_config <<'EOF'\nPermitRootLogin yes\nEOF\n",
            )
        ),
        allows=Examples(
            sh=(
                "sed -i 's/^#*PermitRootLogin.*/PermitRootLogin no/' /etc/ssh/sshd_config\n",
                "sed -i 's/PermitRootLogin yes/PermitRootLogin no/' /etc/ssh/sshd_config\n",
                "echo 'PasswordAuthentication no' >> /etc/ssh/sshd_config\n",
                "grep PermitRootLogin /etc/ssh/sshd_config\n",
            )
        ),
    ),
)
