"""Searches for passwords and keys, which print what they find."""

import posixpath
import re
from typing import Final

from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_WORDS: Final = re.compile(
    r"passw|passwd|secret|token|api.?key|credential|private.key|BEGIN .*KEY|AKIA|LTAI",
    re.IGNORECASE,
)
_KEYS: Final = re.compile(
    r"\*?(?:id_[rd]sa|id_ecdsa|id_ed25519|\.netrc|\.pgpass|\.git-credentials|credentials|shadow"
    r"|.*\.(?:kdbx?|ppk|keytab|p12|pfx))\*?\Z"
)
_ENVIRONMENT: Final = frozenset({"env", "printenv", "set", "export"})


def _searches(command: Command, _script: Script) -> Opinion:
    operands = command.operands
    pattern = command.value("-e", "--regexp") or (operands[0] if operands else None)
    if pattern is None or not _WORDS.search(pattern.text):
        return False
    if any(one.name in _ENVIRONMENT for one in command.inputs):
        return True
    recursive = command.has("-r", "-R", "--recursive") or command.name in {"rg", "ag"}
    return recursive and any(
        paths.is_critical(word.text) or paths.is_home(word.text) for word in operands[1:]
    )


def _finds(command: Command, _script: Script) -> Opinion:
    if not any(word.text.startswith(("/", "~")) for word in command.operands[:1]):
        return False
    return any(
        option in {"-name", "-iname", "-path"} and _KEYS.match(posixpath.basename(word.text))
        for option, word in zip(command.texts, command.args[1:], strict=False)
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD011",
        name="search-for-passwords",
        severity=Severity.ADVICE,
        what="Searches the system or the environment for passwords or keys.",
        why="What it finds is kept with the results of the command.",
        instead="Search one folder, and print only the names of files (`grep -l`).",
        right_when="A leak is being looked for, by those whose system it is.",
        attack="T1552.001",
        check=(
            on("grep", "egrep", "fgrep", "rg", "ag", "zgrep", when=_searches),
            on("find", "locate", when=_finds),
        ),
        flags=Examples(
            sh=(
                "grep -r password /etc /home\n",
                "grep -rni 'secret' /\n",
                "printenv | grep -i token\n",
                "find / -name id_rsa\n",
            )
        ),
        allows=Examples(
            sh=(
                "grep -r password ./src\n",
                "grep -c token app.log\n",
                "grep -r listen /etc/nginx\n",
                "find /opt/app -name '*.log'\n",
            )
        ),
    ),
)
