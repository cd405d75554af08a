"""Services that log, let people in, or keep the time."""

import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

VITAL: Final = names(
    "sshd ssh dropbear rsyslog syslog syslog-ng syslogd rsyslogd klogd systemd-journald journald"
    " auditd chronyd chrony ntpd ntp systemd-timesyncd cron crond atd systemd-logind dbus"
    " dbus-broker network networking NetworkManager systemd-networkd systemd-resolved"
    " systemd-udevd udev acpid wicked polkit getty cloud-init snmpd com.openssh.sshd"
    " com.apple.syslogd com.apple.auditd com.apple.newsyslog ssh.plist"
)
_PAUSED: Final = names(
    "chronyd chrony ntpd ntp systemd-timesyncd cron crond atd systemd-resolved acpid cloud-init"
    " network networking"
)
"""Services that are stopped in the ordinary course, and started again in the same script."""
_REPLACED: Final = names("systemd-resolved systemd-timesyncd cloud-init acpid")
"""Services that a distribution offers beside another one."""
_PACKAGES: Final = names(
    "openssh-server rsyslog syslog-ng audit auditd chrony ntp cron cronie systemd sudo"
    " network-manager NetworkManager networking systemd-timesyncd"
)
_STOPPING: Final = names("stop disable mask kill remove off del unload bootout uninstall --del")
_HARMLESS_SIGNALS: Final = names("HUP SIGHUP 1 USR1 SIGUSR1 USR2 SIGUSR2 0 CONT SIGCONT WINCH")
_REMOVING: Final = names(
    "remove purge erase autoremove uninstall -e -r -P --purge --remove --erase -R"
)
PROGRAMS: Final = names(
    "systemctl service chkconfig update-rc.d rc-service rc-update initctl stop invoke-rc.d sv"
    " launchctl sysrc deb-systemd-invoke snap start-stop-daemon"
)
"""What starts and stops services."""
PACKAGERS: Final = names(
    "apt apt-get aptitude yum dnf tdnf rpm dpkg zypper apk pacman brew snap microdnf"
)
KILLERS: Final = names("pkill killall skill kill")
_UNIT: Final = re.compile(r"\.(?:service|socket|timer|target|plist)\Z|@.*\Z")


def stopped(command: Command) -> set[str]:
    """The services that a command stops, disables or removes; without `.service`."""
    texts = [text for text in command.texts if text == "--del" or not text.startswith("-")]
    stops = bool(_STOPPING & set(texts)) or command.name == "stop"
    if not stops or ("kill" in texts and sends_harmless_signal(command)):
        return set()
    return {_unit(text) for text in texts if text not in _STOPPING}


def stopped_by_start_script(command: Command) -> set[str]:
    """The service of `/etc/init.d/NAME stop`."""
    path = command.words[0].text if command.words else ""
    by_path = path.startswith(("/etc/init.d/", "/etc/rc.d/", "/usr/local/etc/rc.d/"))
    return {posixpath.basename(path)} if by_path and _STOPPING & set(command.texts) else set()


def _unit(text: str) -> str:
    name = posixpath.basename(text) if text.startswith("/") or "/" in text else text
    return _UNIT.sub("", _UNIT.sub("", name))


def removed(command: Command) -> set[str]:
    """The packages that a command removes."""
    if not _REMOVING & set(command.texts):
        return set()
    if command.name == "rpm" and not command.has("-e", "--erase"):
        return set()
    return {word.text.partition(":")[0] for word in command.operands}


def killed(command: Command) -> Iterator[str]:
    """The programs whose processes a command ends, by name, and those looked up for it."""
    if sends_harmless_signal(command):
        return
    for word in command.operands:
        yield posixpath.basename(word.text).removesuffix(".pid")


def sends_harmless_signal(command: Command) -> bool:
    """Whether a signal is sent that a daemon takes as a request, such as HUP."""
    given = command.value("-s", "--signal") if command.name != "pkill" else None
    options = command.texts[:1] if command.name == "kill" else command.texts
    texts = [given.text] if given is not None else []
    texts += [text.lstrip("-").removeprefix("signal=") for text in options if text[:1] == "-"]
    return any(text in _HARMLESS_SIGNALS for text in texts)


def looked_up(command: Command, script: Script) -> str:
    """What the numbers given to kill were looked up by: `kill $(pgrep sshd)`, `... | xargs kill`.

    The commands within the substitution, or before xargs, with their arguments.
    """
    if sends_harmless_signal(command):
        return ""
    found: list[Command] = [c for w in command.wrappers for c in w.inputs]
    found += [source for c in tuple(found) for source in _before(c)]
    unknown = [word.span for word in command.args if not word.is_literal][:_MOST_FOUND]
    found += [c for span in unknown for c in islice(script.within(span), _MOST_FOUND)]
    return " ".join(text for c in found if c.name in _FINDERS for text in c.texts)


_MOST_FOUND: Final = 20
"""Commands within a substitution, and substitutions, that are looked at."""
_FINDERS: Final = names("pgrep pidof grep egrep fgrep awk cat ps rpm dpkg lsof fuser rg")


def _before(command: Command) -> Iterator[Command]:
    waiting = list(command.inputs)
    for _ in range(8):
        if not waiting:
            return
        one = waiting.pop()
        yield one
        waiting += one.inputs


def _stops_vital(command: Command, script: Script) -> Opinion:
    if "*" in command.texts and "stop" in command.texts:
        return True
    found = (stopped(command) | stopped_by_start_script(command)) & VITAL
    if not found:
        return False
    if found <= _REPLACED or (found <= _PAUSED and _is_started_again(found, script)):
        return Severity.ADVICE
    return True


_MOST_STARTS: Final = 100


def _is_started_again(services: set[str], script: Script) -> bool:
    return any(
        {"start", "restart"} & set(command.texts) and services & set(map(_unit, command.texts))
        for command in islice(script.named("systemctl", "service", "rc-service"), _MOST_STARTS)
    )


def _removes_vital(command: Command, _script: Script) -> Opinion:
    return bool(removed(command) & _PACKAGES)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="SVC001",
        name="stop-of-vital-service",
        severity=Severity.CONFIRM,
        what="Stops, disables or removes a service that logs, schedules, keeps time or lets in.",
        why="Nobody may get in any more, or what happens then is not recorded.",
        instead="Restart it: systemctl restart NAME; change its configuration and check that.",
        right_when="Another service takes its place, in the same script.",
        attack="T1489",
        check=(
            on(*PROGRAMS, *VITAL, when=_stops_vital),
            on(*PACKAGERS, when=_removes_vital),
        ),
        flags=Examples(
            sh=(
                "systemctl stop sshd\n",
                "service rsyslog stop\n",
                "systemctl disable --now systemd-journald\n",
                "/etc/init.d/ssh stop\n",
                "apt-get purge -y rsyslog\n",
            )
        ),
        allows=Examples(
            sh=(
                "systemctl restart sshd\n",
                "systemctl stop nginx\n",
                "systemctl status rsyslog\n",
                "systemctl kill -s HUP rsyslog.service\n",
            )
        ),
    ),
)
