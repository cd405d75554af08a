"""What the system protects itself with, and what records what happens on it."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.services import PROGRAMS, stopped, stopped_by_start_script
from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PROTECTION: Final = names("apparmor selinux auditd fail2ban systemd-journald rsyslog aide")
_SYSCTL: Final = re.compile(
    r"(?:kernel[./](?:randomize_va_space|yama[./]ptrace_scope|kptr_restrict|dmesg_restrict"
    r"|modules_disabled|nmi_watchdog|perf_event_paranoid|unprivileged_bpf_disabled)"
    r"|fs[./]protected_\w+)\s*=\s*(?:0|-1)\b"
    r"|fs[./]suid_dumpable\s*=\s*[12]|kernel[./]core_pattern\s*=\s*['\"]?\|",
    re.IGNORECASE,
)
_PROC: Final = re.compile(
    r"/proc/sys/(?:kernel/(?:randomize_va_space|yama/|kptr_|dmesg_|nmi_watchdog|core_pattern"
    r"|perf_event_paranoid|unprivileged_bpf)|fs/(?:protected_|suid_dumpable))"
    r"|/(?:sys/fs/)?selinux/enforce\Z|/sys/kernel/security/lockdown\Z"
)
_DISABLED: Final = re.compile(
    r"SELINUX\s*=\s*(?:disabled|permissive)|APPARMOR=0|\b(?:selinux|apparmor|audit)=0"
    r"|enforcing/(?:disabled|permissive)|SELINUX=\.\*/SELINUX=(?:disabled|permissive)",
    re.IGNORECASE,
)
_CONFIGURATION: Final = (
    "/etc/selinux", "/etc/sysconfig/selinux", "/etc/default/grub", "/etc/sysctl", "/boot/grub",
)  # fmt: skip
_RECORDING: Final = re.compile(
    r"/etc/(?:audit/|audisp/|libaudit\.conf|rsyslog\.(?:conf|d/)|syslog\.conf|syslog-ng/"
    r"|systemd/journald\.conf|security/audit_|aide(?:/|\.conf)|tripwire/|apparmor\.d/(?!disable/|force-complain/|local/))"
    r"|/var/lib/aide/|/private/etc/security/audit|/Library/Preferences/Audit"
)
_QUIETING: Final = re.compile(
    r"Storage=(?:none|volatile)|\A-D|-e\s*0\b|/#|\A\d*,?\$?d\Z|/d['\"]?\Z|\*\.\*\s+~|stop\Z"
    r"|s/.*/#|log_format|local_events\s*=\s*no|flush\s*=\s*none|log_group",
    re.IGNORECASE,
)


def _off(*texts: str) -> Callable[[Command, Script], Opinion]:
    """Whether one of these words is among the arguments."""
    wanted = frozenset(texts)
    return lambda command, _script: bool(wanted & set(command.texts))


def _by_setenforce(command: Command, _script: Script) -> Opinion:
    return bool({"0", "Permissive", "permissive"} & set(command.texts))


def _by_auditctl(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    off = texts[:2] == ("-e", "0") or "-e0" in texts
    emptied = command.has("-R") and "/dev/null" in texts
    return command.has("-D", "-d", "-W") or off or emptied


def _by_apparmor(command: Command, _script: Script) -> Opinion:
    return command.name.startswith("aa-") or command.has("-R", "--remove", "-C", "--Complain")


def _by_semodule(command: Command, _script: Script) -> Opinion:
    if command.name == "semanage":
        return command.texts[:1] == ("permissive",) and command.has("-a", "--add")
    return command.has("-d", "-r", "-DB", "--disable", "--remove")


def _by_sysctl(command: Command, _script: Script) -> Opinion:
    return any(map(_SYSCTL.search, command.texts))


def _by_proc(command: Command, _script: Script) -> Opinion:
    """A value written to the kernel's own files."""
    if not any(_PROC.search(word.text) for word in effects.written(command)):
        return False
    given = "".join(command.texts) + (command.stdin.text if command.stdin else "")
    return not given.strip().startswith(("1", "2", "3")) or "suid_dumpable" in str(
        [word.text for word in effects.written(command)]
    )


def _by_configuration(command: Command, script: Script) -> Opinion:
    given = (*command.texts, command.stdin.text if command.stdin else "")
    to = [word.text for word in effects.written(command)]
    configures = any(text.startswith(_CONFIGURATION) for text in to)
    if configures and any(_DISABLED.search(text) or _SYSCTL.search(text) for text in given):
        return True
    if any(map(_RECORDING.match, to)) and any(map(_QUIETING.search, given)):
        return True
    return _by_proc(command, script)


def _recording_removed(command: Command, _script: Script) -> Opinion:
    """The rules of auditing, of logging or of a profile, deleted or moved away."""
    operands = command.operands[:-1] if command.name == "mv" else command.operands
    return any(_RECORDING.match(v) for w in operands for v in w.values)


def _profile_disabled(command: Command, _script: Script) -> Opinion:
    return any("/apparmor.d/disable" in word.text for word in command.operands)


def _by_macos(command: Command, _script: Script) -> Opinion:
    texts = set(command.texts)
    if command.name == "spctl":
        return bool(texts & {"--master-disable", "--global-disable", "--add", "--disable"})
    if command.name == "nvram":
        return any("amfi" in t or "csr-active" in t or "cs_enforcement" in t for t in texts)
    if command.name == "tccutil":
        return "reset" in texts
    return bool(texts & {"disable", "--no-verify", "authenticated-root", "clear"})


def _by_xattr(command: Command, _script: Script) -> Opinion:
    return command.has("-c") or ("com.apple.quarantine" in command.texts and command.has("-d"))


def _by_defaults(command: Command, _script: Script) -> Opinion:
    texts = [text.lower() for text in command.texts]
    quarantine = "lsquarantine" in texts and bool({"no", "false", "0"} & set(texts))
    firewall = "globalstate" in texts and texts[-1:] == ["0"]
    return quarantine or firewall


def _by_boot_options(command: Command, _script: Script) -> Opinion:
    return any(map(_DISABLED.search, command.texts))


def _by_mount(command: Command, _script: Script) -> Opinion:
    """`noexec` or `nosuid` taken off a folder for temporary files, or `ro` off the boot."""
    texts = command.texts
    options = {part for text in texts if "remount" in text for part in text.split(",")}
    loosened = bool(options & {"exec", "suid", "dev"})
    return loosened and any(t in {"/tmp", "/var/tmp", "/dev/shm", "/home"} for t in texts)  # noqa: S108 - the names of mount points


def _by_tmutil(command: Command, _script: Script) -> Opinion:
    return bool({"disable", "delete", "deletelocalsnapshots"} & set(command.texts))


def _by_service(command: Command, _script: Script) -> Opinion:
    return bool((stopped(command) | stopped_by_start_script(command)) & _PROTECTION)


def _by_locks(command: Command, _script: Script) -> Opinion:
    return any("disable" in text for text in command.texts)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA003",
        name="protection-weakened",
        severity=Severity.CONFIRM,
        what="Turns off or weakens what the system protects itself with, or records.",
        why="The next fault of any program reaches further, and is not recorded.",
        instead="Write a rule for the one program (audit2allow, a profile) and keep it on.",
        right_when="The program's vendor says so, and it is turned on again.",
        attack="T1562.001",
        check=(
            on("setenforce", when=_by_setenforce),
            on("auditctl", when=_by_auditctl),
            on("aa-disable", "aa-teardown", "aa-complain", "apparmor_parser", when=_by_apparmor),
            on("semodule", "semanage", when=_by_semodule),
            on("sysctl", when=_by_sysctl),
            on("sed", "echo", "printf", "tee", "cat", "perl", when=_by_configuration),
            on("rm", "unlink", "shred", "mv", "truncate", when=_recording_removed),
            on("ln", when=_profile_disabled),
            on("csrutil", "spctl", "nvram", "bputil", "tccutil", when=_by_macos),
            on("xattr", when=_by_xattr),
            on("defaults", when=_by_defaults),
            on("grubby", "kernelstub", "rpm-ostree", when=_by_boot_options),
            on("mount", when=_by_mount),
            on("tmutil", when=_by_tmutil),
            on("mokutil", when=_off("--disable-validation")),
            on("update-crypto-policies", when=_off("LEGACY")),
            on("authconfig", "authselect", when=_by_locks),
            on(*PROGRAMS, when=_by_service),
        ),
        flags=Examples(
            sh=(
                "setenforce 0\n",
                "auditctl -e 0\n",
                "sed -i 's/SELINUX=enforcing/SELINUX=disabled/' /etc/selinux/config\n",
                "echo 0 > /proc/sys/kernel/randomize_va_space\n",
                "rm -f /etc/audit/rules.d/*\n",
            )
        ),
        allows=Examples(
            sh=(
                "getenforce\n",
                "auditctl -l\n",
                "sysctl -w vm.swappiness=10\n",
                "sysctl -w kernel.randomize_va_space=2\n",
            )
        ),
    ),
)
