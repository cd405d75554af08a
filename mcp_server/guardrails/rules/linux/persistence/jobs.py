"""Jobs that the system runs by itself: cron, at, timers."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.writes import writes
from mcp_server.guardrails.script.model import Command, Origin, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_FILES: Final = re.compile(
    r"/etc/cron(?:\.d/.+|\.(?:hourly|daily|weekly|monthly)(?:/.*)?|tab)\Z|/etc/anacrontab\Z"
    r"|/(?:private/)?var/(?:spool/(?:cron|at)|at/tabs|cron/tabs)(?:/.*)?\Z|/usr/lib/cron/tabs/.*"
    r"|/etc/periodic/.*|(?:/usr/local)?/etc/cron\.d/.+|/var/spool/anacron/.*|/etc/fcron.*"
)
_TIMED: Final = ("--on-", "--timer")


def _schedules(command: Command, _script: Script) -> Opinion:
    match command.name:
        case "crontab":
            if command.has("-l", "-V", "--help"):
                return False
            return bool(command.args) or command.stdin is not None or bool(command.redirects)
        case "at":
            return not command.has("-l", "-c", "-V", "-r", "-d") and bool(command.args)
        case "batch":
            return command.stdin is not None or bool(command.inputs)
        case "systemd-run":
            return any(text.startswith(_TIMED) for text in command.texts)
        case _:
            return command.origin is not Origin.REMOTE


def _written(script: Script) -> Iterator[Match]:
    for write in writes(script):
        if _FILES.match(write.path) and not _only_comments(write.text):
            yield Match(write.command.span)


def _only_comments(text: str | None) -> bool:
    return bool(text) and all(line.lstrip()[:1] in {"#", ""} for line in (text or "").split("\n"))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER001",
        name="scheduled-job-changed",
        severity=Severity.CONFIRM,
        what="Writes or deletes jobs that the system runs by itself.",
        why="They go on after this command, mostly as root, on every instance, and nobody sees "
        "them. `crontab -` and `crontab -r` also take away the jobs that were there.",
        instead="Run the command on a schedule with Cloud Assistant (ecs InvokeCommand with "
        "Frequency), where it is listed and can be stopped.",
        right_when="The job belongs to the application, and its file is managed.",
        attack="T1053.003",
        check=(on("crontab", "at", "batch", "systemd-run", when=_schedules), OnScript(_written)),
        flags=Examples(
            sh=(
                "echo '0 3 * * * /opt/app/clean' | crontab -\n",
                "cp clean /etc/cron.daily/\n",
                "echo '* * * * * root /opt/x' > /etc/cron.d/x\n",
                "crontab -r\n",
                "echo /opt/app/clean | at now + 5 minutes\n",
                "systemd-run --on-calendar=hourly /opt/x\n",
                "cd /etc/cron.d && cat > app <<'EOF'\n* * * * * root /opt/x\nEOF\n",
            )
        ),
        allows=Examples(
            sh=(
                "crontab -l\n",
                "cat /etc/cron.d/app\n",
                "systemctl list-timers\n",
                "at -l\n",
                "systemd-run --unit=app /opt/app/run\n",
            )
        ),
    ),
)
