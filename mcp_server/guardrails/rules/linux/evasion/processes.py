"""Other processes that are looked into, written to, or hidden."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_MEMORY: Final = re.compile(
    r"(?:if=)?(?:/proc/[^/]+/(?:mem|maps)|/proc/kcore|/dev/k?mem|/dev/fmem)\Z"
)
_PROCESS: Final = re.compile(rf"/proc/(?:\d+|self|\$\$|{HOLE})/?\Z")
_INJECTORS: Final = names(
    "ptrace process_inject linux-inject injectso mandibule dlinject dlinject.py ddexec ddexec.sh"
    " memexec frida frida-inject reptyr cymothoa"
)
_DUMPERS: Final = names(
    "gcore avml linpmem procdump mimipenguin.sh mimipenguin lsassy fmem memdump"
)


def _attached(command: Command, _script: Script) -> Opinion:
    pid = command.value("-p", "--pid", "-pid")
    return pid is not None


def _traced(command: Command, _script: Script) -> Opinion:
    """A tracer that writes down what another process reads and writes."""
    return command.value("-p", "--attach", "--pid") is not None and (
        command.has("-e", "-o", "-f", "-s", "--trace", "--output") or Severity.ADVICE
    )


def _memory_read(command: Command, _script: Script) -> Opinion:
    words = (*command.operands, *(r.target for r in command.redirects if r.operator == "<"))
    found = [w.text for w in words if _MEMORY.match(w.text)]
    return any(not text.endswith("maps") for text in found)


def _hidden(command: Command, _script: Script) -> Opinion:
    """A folder that is mounted over a process's own, so that no tool shows it."""
    binds = command.has("--bind", "-B", "--rbind") or "bind" in command.texts
    target = command.operands[-1].text if command.operands else ""
    return (binds or command.has("-t")) and bool(_PROCESS.match(target))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA009",
        name="process-attached-or-injected",
        severity=Severity.CONFIRM,
        what="Attaches to another process, injects code into it or dumps its memory.",
        why="Its memory holds keys and passwords, and what is injected runs under its name.",
        instead="Use the program's own diagnostics, or a core dump that its owner agreed to.",
        right_when="A developer debugs one's own program.",
        attack="T1055.008",
        check=(
            on("gdb", "lldb", when=_attached),
            on("strace", "ltrace", when=_traced),
            on(*_DUMPERS, *_INJECTORS),
            on("dd", "cat", "cp", "strings", "xxd", "grep", "head", "tail", when=_memory_read),
        ),
        flags=Examples(
            sh=(
                "gdb -p 1234 -batch -ex 'generate-core-file'\n",
                "gcore -o /tmp/dump 1234\n",
                "dd if=/proc/1234/mem of=/tmp/m bs=1 skip=4096 count=64\n",
            )
        ),
        allows=Examples(sh=("gdb --version\n", "cat /proc/1234/maps\n", "strace ls\n")),
    ),
    ScriptRule(
        id="EVA010",
        name="process-hidden",
        severity=Severity.CONFIRM,
        what="Mounts something over a process's folder under /proc.",
        why="The process is not shown by ps, top or any agent any more.",
        instead="Leave /proc alone; mount it with hidepid=2 when users must not see others.",
        right_when="Never on a real instance.",
        attack="T1564.013",
        check=on("mount", when=_hidden),
        flags=Examples(
            sh=(
                "mount --bind /tmp/empty /proc/1234\n",
                "mount -o bind /var/tmp/x /proc/$$\n",
                "sudo mount -B /tmp/e /proc/self\n",
            )
        ),
        allows=Examples(
            sh=(
                "mount -t proc proc /mnt/proc\n",
                "mount --bind /srv/data /var/www/data\n",
                "mount -o remount,hidepid=2 /proc\n",
            )
        ),
    ),
)
