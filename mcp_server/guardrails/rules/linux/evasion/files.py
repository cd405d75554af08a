"""Files that are made unchangeable."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_MODE: Final = re.compile(r"[+=-][aisue]+\Z")
_SYSTEM: Final = (
    "/etc/", "/root/", "/home/", "/var/spool/cron", "/bin", "/usr/bin", "/usr/sbin", "/sbin",
    "/lib", "/boot", "~",
)  # fmt: skip


def _by_chattr(command: Command, _script: Script) -> Opinion:
    mode = next((text for text in command.texts if _MODE.match(text)), "")
    guarded = any(word.text.startswith(_SYSTEM) or word.text == "/" for word in command.operands)
    if mode.startswith("-"):
        return Severity.ADVICE if guarded else False
    if mode and command.has("-R") and any(word.text == "/" for word in command.operands):
        return Severity.BLOCK
    return guarded and bool({"i", "a"} & set(mode[1:]))


def _by_chflags(command: Command, _script: Script) -> Opinion:
    flags = command.operands[0].text if command.operands else ""
    if flags.startswith("no"):
        return Severity.ADVICE
    return any(word in flags for word in ("schg", "uchg", "sappnd", "hidden", "immutable"))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA004",
        name="file-made-immutable",
        severity=Severity.CONFIRM,
        what="Makes a file of the system unchangeable, or lets it be changed again.",
        why="Updates and other tools fail at it without saying why; attackers pin their files so.",
        instead="Use owner and mode; let the configuration's manager own the file.",
        right_when="The file is documented as pinned.",
        attack="T1222.002",
        check=(on("chattr", when=_by_chattr), on("chflags", when=_by_chflags)),
        flags=Examples(
            sh=(
                "chattr +i /etc/resolv.conf\n",
                "chattr -i /etc/passwd\n",
                "chattr +ia /var/spool/cron/root\n",
            )
        ),
        allows=Examples(
            sh=("lsattr /etc/passwd\n", "chattr +C /data/vm\n", "chattr +i /opt/app/seal\n")
        ),
    ),
)
