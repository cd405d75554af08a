"""Programs that run as root for everyone."""

import re
from typing import Final

from mcp_server.guardrails.script import interpreters, paths
from mcp_server.guardrails.script.model import Command, Script, Word
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_INTERPRETERS: Final = frozenset(
    {"find", "vim", "vi", "nano", "cp", "mv", "less", "more", "env", "tar", "nmap", "busybox",
     "awk",
     "dd", "tee", "cat", "ed", "ex", "gdb", "strace", "make", "git", "man", "zip", "xargs", "nohup",
     "timeout", "nice", "taskset", "docker", "systemctl", "base64", "openssl", *interpreters.SHELLS}
)  # fmt: skip
"""Programs that give a shell, or write any file, to whoever starts them."""
_OCTAL: Final = re.compile(r"0?[0-7]{4}\Z")
_SYMBOLIC: Final = re.compile(r"(?P<who>[ugoa]*)(?P<sign>[+=])(?P<what>[rwxXst]*s[rwxXst]*)\Z")
_SET_USER: Final = 4
_SET_GROUP: Final = 2
_COPYING: Final = ("cp", "install", "ln", "mv", "dd", "rsync")
_NARROW: Final = re.compile(
    r"cap_(?:net_bind_service|net_raw|net_admin|sys_time|ipc_lock|net_broadcast|wake_alarm|sys_nice"
    r"|audit_write|perfmon|bpf|sys_ptrace|mknod|chown|syslog)\b",
    re.IGNORECASE,
)


def _marks(mode: str) -> tuple[bool, bool]:
    """Whether a mode sets the user's and the group's identity."""
    if _OCTAL.match(mode):
        special = int(mode[-4])
        return bool(special & _SET_USER), bool(special & _SET_GROUP)
    user = group = False
    for part in mode.split(","):
        found = _SYMBOLIC.match(part)
        if found is not None:
            who = found["who"] or "ug"
            user |= "u" in who or "a" in who
            group |= "g" in who or "a" in who
    return user, group


def _mode_of(command: Command) -> tuple[str, tuple[Word, ...]]:
    """The mode and the files that get it."""
    if command.name in {"install", "mkdir"}:
        mode = command.value("-m", "--mode")
        return (mode.text if mode is not None else ""), command.operands[-2:]
    texts = [
        word for word in command.args if not word.text.startswith("-") or "s" in word.text[1:2]
    ]
    return (texts[0].text, tuple(texts[1:])) if texts else ("", ())


def _runs_as_owner(command: Command, script: Script) -> Opinion:
    mode, files = _mode_of(command)
    user, group = _marks(mode)
    if user and command.name != "mkdir":
        return Severity.BLOCK if any(_gives_shell(word, script) for word in files) else True
    if group and any(paths.is_temporary(word.text) for word in files):
        return True
    return Severity.ADVICE if group and not command.has("-R", "-d", "--directory") else False


def _gives_shell(word: Word, script: Script) -> bool:
    base = word.text.rpartition("/")[2]
    if base in _INTERPRETERS or interpreters.runner_of(base) is not None:
        return True
    return any(
        one.operands[-1].text == word.text and _is_shell(one.operands[0].text)
        for one in script.named(*_COPYING)
        if len(one.operands) > 1
    )


def _is_shell(path: str) -> bool:
    return path.rpartition("/")[2] in interpreters.SHELLS


def _gives_powers(command: Command, _script: Script) -> Opinion:
    if command.has("-r", "-v"):
        return False
    powers = [text for text in command.texts if "cap_" in text.lower()]
    return any(_NARROW.sub("", text).lower().count("cap_") for text in powers) or any(
        text.startswith(("all=", "=ep", "=eip", "+ep")) for text in command.texts
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER005",
        name="program-that-runs-as-its-owner",
        severity=Severity.CONFIRM,
        what="Marks a program so that it runs as root for everyone, or gives it root's powers.",
        why="Anyone on the instance may become root by it; with a shell that is all it takes.",
        instead="Use sudo for the one command, or a service with the one capability.",
        right_when="The package's documentation asks for it.",
        attack="T1548.001",
        check=(
            on("chmod", "install", when=_runs_as_owner),
            on("setcap", when=_gives_powers),
        ),
        flags=Examples(
            sh=(
                "chmod u+s /opt/tool\n",
                "chmod 4755 /bin/bash\n",
                "setcap cap_setuid+ep /usr/bin/python3\n",
                "cp /bin/bash /tmp/b && chmod +s /tmp/b\n",
                "install -o root -m 6755 tool /usr/local/bin/tool\n",
                "chmod g+s /tmp/tool\n",
            )
        ),
        allows=Examples(
            sh=(
                "chmod 755 /opt/tool\n",
                "setcap cap_net_bind_service=+ep /opt/app/bin\n",
                "chmod -R 2775 /srv/share\n",
                "chmod u-s /usr/bin/mount\n",
            )
        ),
    ),
)
