"""Restarting and stopping the instance."""

from typing import Final

from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_POWER: Final = names(
    "reboot poweroff halt kexec rescue emergency suspend hibernate hybrid-sleep soft-reboot"
    " suspend-then-hibernate"
)
_TARGETS: Final = names(
    "reboot.target poweroff.target halt.target shutdown.target kexec.target rescue.target"
    " emergency.target suspend.target hibernate.target ctrl-alt-del.target"
)
_LEVELS: Final = names("0 6 1 S s single")
_TRIGGERS: Final = names("/proc/sysrq-trigger /proc/sys/kernel/sysrq-trigger")
_DBUS: Final = ("Manager.Reboot", "Manager.PowerOff", "Manager.Halt", "Manager.Suspend")
_ASKING: Final = names("--help --version -V -h -w --wtmp-only -d")


def _by_shutdown(command: Command, _script: Script) -> Opinion:
    return not command.has("-c", "-k", "--help", "--show", "--version")


def _by_level(command: Command, _script: Script) -> Opinion:
    return bool(set(command.texts) & _LEVELS)


def _by_systemctl(command: Command, _script: Script) -> Opinion:
    verbs = [word.text for word in command.operands]
    if verbs[:1] and verbs[0] in _POWER:
        return True
    return bool(verbs) and verbs[0] in {"start", "isolate"} and bool(_TARGETS & set(verbs[1:]))


def _at_once(command: Command, _script: Script) -> Opinion:
    return not _ASKING & set(command.texts)


def _by_kexec(command: Command, _script: Script) -> Opinion:
    return command.has("-e", "-l", "--exec", "--load", "-f", "--force")


def _by_management(command: Command, _script: Script) -> Opinion:
    return "power" in command.texts and bool(names("off cycle reset soft") & set(command.texts))


def _by_dbus(command: Command, _script: Script) -> Opinion:
    return any(call in text for text in command.texts for call in _DBUS)


def _by_trigger(command: Command, _script: Script) -> Opinion:
    return any(word.text in _TRIGGERS for word in effects.written(command))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="RBT001",
        name="restart-or-power-off",
        severity=Severity.CONFIRM,
        what="Restarts or stops the instance.",
        why="What runs on it ends, and on many instances at once so does the service.",
        instead="Restart the one service; ecs:RebootInstance restarts instances in small batches.",
        right_when="A maintenance window is agreed and the batch is small.",
        attack="T1529",
        check=(
            on("shutdown", "openrc-shutdown", when=_by_shutdown),
            on("init", "telinit", when=_by_level),
            on("systemctl", "loginctl", when=_by_systemctl),
            on(
                "reboot", "poweroff", "halt", "pm-suspend", "pm-hibernate", "rtcwake", when=_at_once
            ),
            on("xe", when=lambda command, _script: command.texts[:1] == ("host-reboot",)),
            on("kexec", when=_by_kexec),
            on("ipmitool", when=_by_management),
            on("dbus-send", "busctl", "gdbus", when=_by_dbus),
        ),
        flags=Examples(sh=("shutdown -h now\n", "sudo systemctl reboot\n", "init 6\n")),
        allows=Examples(
            sh=(
                "shutdown -c\n",
                "systemctl restart nginx\n",
                "[ -f /run/reboot-required ] && cat /run/reboot-required\n",
                "systemctl status reboot.target\n",
            )
        ),
    ),
    ScriptRule(
        id="RBT002",
        name="restart-by-magic-key",
        severity=Severity.CONFIRM,
        what="Tells the kernel by sysrq to restart, crash or stop at once.",
        why="Nothing is written to disk before, so that data is lost.",
        instead="Use systemctl reboot, which stops services and writes everything first.",
        right_when="The system hangs, and nothing else stops it.",
        attack="T1529",
        check=on("echo", "tee", "printf", "cat", when=_by_trigger),
        flags=Examples(
            sh=(
                "echo b > /proc/sysrq-trigger\n",
                "echo c | sudo tee /proc/sysrq-trigger\n",
                "printf o > /proc/sysrq-trigger\n",
            )
        ),
        allows=Examples(
            sh=("cat /proc/sys/kernel/sysrq\n", "echo b > /tmp/x\n", "echo /proc/sysrq-trigger\n")
        ),
    ),
)
