"""Programs under a false name, or from a place that nobody looks at."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SYSTEM_NAMES: Final = names(
    "sshd crond cron systemd init kthreadd kworker rsyslogd dbus-daemon agetty udevd httpd nginx"
    " auditd bash ps ls top"
)
_KERNEL_NAME: Final = re.compile(r"\[[\w/:.-]+\]\Z")
_HIDING: Final = re.compile(
    r"/dev/shm/|(?:/var)?/tmp/(?:\.{3}|\.[^/.]| +)|(?:^|/)(?:\.\.\.| +)(?:/|\Z)"  # noqa: S108 - to compare with
)
_TEMPORARY: Final = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 - names to compare with
_SHELLS: Final = interpreters.SHELLS | names("sleep nc ncat python3 python perl busybox")


def _renamed(command: Command, _script: Script) -> Opinion:
    """`exec -a NAME program`: as another program, or as a part of the kernel."""
    shown = command.value("-a")
    if shown is None:
        return False
    return bool(_KERNEL_NAME.match(shown.text)) or shown.text.lstrip("-") in _SYSTEM_NAMES


def _copied(command: Command, _script: Script) -> Opinion:
    """A shell or the like, copied under the name of something else, to a temporary folder."""
    if len(command.operands) < 2:  # noqa: PLR2004 - from and to
        return False
    source, target = command.operands[0].text, command.operands[-1].text
    base = posixpath.basename(target.rstrip("/") if target.strip() == target else target)
    is_tool = posixpath.basename(source) in _SHELLS and source.startswith(("/bin/", "/usr/bin/"))
    return (
        is_tool
        and target.startswith(_TEMPORARY)
        and (base in _SYSTEM_NAMES or not base.strip() or base != posixpath.basename(source))
    )


def _run_from_hiding(script: Script) -> Iterator[Match]:
    for command in script.commands:
        path = command.words[0].text if command.words else ""
        if command.name.startswith("ld-linux"):
            path = command.operands[0].text if command.operands else ""
        if path[:1] in {"/", "."} and _HIDING.match(path) and command.language is Language.SHELL:
            yield Match(command.span)


def _made_executable(command: Command, _script: Script) -> Opinion:
    mode = command.operands[0].text if command.operands else ""
    executable = "x" in mode or bool(re.fullmatch(r"0?[4-7]?[1357]\d\d|0?[4-7]\d\d", mode))
    return executable and any(_HIDING.match(word.text) for word in command.operands[1:])


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA011",
        name="program-in-disguise",
        severity=Severity.CONFIRM,
        what="Runs a program under the name of another one, or from a hidden place.",
        why="Whoever looks at the processes is deceived about what runs.",
        instead="Run programs by their own names from where they are installed.",
        right_when="A program that goes by argv[0], such as busybox, needs it.",
        attack="T1036",
        check=(
            on("exec", when=_renamed),
            on("cp", "mv", "install", when=_copied),
            on("chmod", when=_made_executable),
            OnScript(_run_from_hiding),
        ),
        flags=Examples(
            sh=(
                "exec -a '[kworker/0:0]' /tmp/x\n",
                "cp /bin/sh /tmp/sshd\n/tmp/sshd\n",
                "chmod +x /dev/shm/x && /dev/shm/x\n",
            )
        ),
        allows=Examples(
            sh=("exec /usr/bin/app\n", "cp /bin/busybox /opt/rescue/\n", "ls /dev/shm\n")
        ),
    ),
)
