"""The clock, and the dates of files."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SYSTEM: Final = ("/etc/", "/bin/", "/usr/", "/sbin/", "/lib", "/boot/", "/root/.ssh")
_SETTING: Final = re.compile(r"\d{8,12}(?:\.\d\d)?\Z")


def _by_touch(command: Command, _script: Script) -> Opinion:
    options = ("-t", "-d", "-r", "--date", "--reference")
    dated = any(
        text.startswith(("-t", "-d", "-r", "--date", "--reference")) for text in command.texts
    )
    if not dated and not command.has(*options):
        return False
    files = (*command.operands[:], *(w for w in (command.value("-r", "--reference"),) if w))
    system = any(word.text.startswith(_SYSTEM) for word in files)
    compact = command.value("-t")
    return True if system or compact is not None else Severity.ADVICE


def _by_date(command: Command, _script: Script) -> Opinion:
    if command.has("-d", "--date", "-r", "--reference", "-f", "--file"):
        return False
    sets = command.has("-s", "--set")
    return sets or any(_SETTING.match(word.text) for word in command.operands)


def _by_timedatectl(command: Command, _script: Script) -> Opinion:
    if command.texts[:1] == ("set-time",):
        return True
    return (
        Severity.ADVICE if command.texts[:2] in {("set-ntp", "false"), ("set-ntp", "0")} else False
    )


def _by_hwclock(command: Command, _script: Script) -> Opinion:
    return command.has("--set")


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA007",
        name="times-falsified",
        severity=Severity.CONFIRM,
        what="Sets the clock, or gives files another date.",
        why="Logs and certificates depend on the time; false dates hide what was changed.",
        instead="Let chrony keep the clock; leave dates as they are.",
        right_when="The clock is far off and chrony cannot mend it.",
        attack="T1070.006",
        check=(
            on("touch", when=_by_touch),
            on("date", when=_by_date),
            on("timedatectl", when=_by_timedatectl),
            on("hwclock", when=_by_hwclock),
        ),
        flags=Examples(
            sh=(
                "touch -r /bin/ls /usr/bin/x\n",
                "date -s '2001-01-01'\n",
                "touch -t 200101010000 /etc/cron.d/x\n",
            )
        ),
        allows=Examples(sh=("date +%F\n", "touch /tmp/done\n", "date -u -d yesterday +%F\n")),
    ),
)
