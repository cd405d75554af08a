"""What shells remember of their users."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import effects, paths
from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_EMPTYING: Final = frozenset({">", ">|", "&>"})
_VARIABLES: Final = names("HISTFILE HISTSIZE HISTFILESIZE HISTCONTROL HISTIGNORE LESSHISTFILE")
_OFF: Final = {
    "HISTFILE": frozenset({"", "/dev/null"}), "HISTSIZE": frozenset({"0"}),
    "HISTFILESIZE": frozenset({"0"}), "HISTIGNORE": frozenset({"*"}),
    "HISTCONTROL": frozenset({"ignorespace", "ignoreboth"}),
    "LESSHISTFILE": frozenset({"-", "/dev/null"}),
}  # fmt: skip
_NAMED: Final = re.compile(r"\.?\*?\.?(?:bash|zsh|sh|ash|\*)?_?history\*?\Z|\.\*_history\Z")


def _by_history(command: Command, _script: Script) -> Opinion:
    return command.has("-c", "-d", "-w", "-p") and not command.has("-a")


def _by_unset(command: Command, _script: Script) -> Opinion:
    return bool(_VARIABLES & set(command.texts))


def _by_option(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    return "history" in texts and ("+o" in texts or "-u" in texts or "-uo" in texts)


def _linked(command: Command, _script: Script) -> Opinion:
    return "/dev/null" in command.texts and any(map(paths.is_history, command.texts))


def _deleted(command: Command, _script: Script) -> Opinion:
    operands = command.operands[1:] if command.name in {"cp", "chattr"} else command.operands
    return any(paths.is_history(v) for w in operands for v in w.values)


def _edited(command: Command, _script: Script) -> Opinion:
    return any(paths.is_history(word.text) for word in effects.written(command))


def _found(command: Command, _script: Script) -> Opinion:
    """`find / -name .bash_history -delete`."""
    named = command.value("-name", "-iname")
    deletes = command.has("-delete") or bool({"rm", "shred"} & set(command.texts))
    return deletes and named is not None and bool(_NAMED.match(named.text))


def _emptied(command: Command, _script: Script) -> Opinion:
    return any(
        r.operator in _EMPTYING and paths.is_history(r.target.text) for r in command.redirects
    )


def _assigned(script: Script) -> Iterator[Match]:
    """`HISTFILE=/dev/null`, also before a command and exported."""
    if script.language is not Language.SHELL:
        return
    for assignment in script.assignments:
        if assignment.value.text in _OFF.get(assignment.name, ()):
            yield Match(assignment.span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA002",
        name="history-wiped-or-off",
        severity=Severity.CONFIRM,
        what="Empties what the shell remembers, or stops it from remembering.",
        why="Nobody can follow any more what was done by hand on the instance.",
        instead="Leave it alone; scripts are not in it anyway.",
        right_when="A secret was typed by mistake; then remove that one line.",
        attack="T1070.003",
        check=(
            on("history", "fc", when=_by_history),
            on("unset", when=_by_unset),
            on("set", "setopt", "unsetopt", "shopt", when=_by_option),
            on("ln", when=_linked),
            on("rm", "unlink", "shred", "srm", "truncate", "cp", "mv", "chattr", when=_deleted),
            on("sed", "perl", "tee", when=_edited),
            on("find", when=_found),
            on("", ":", "true", "cat", "echo", "printf", when=_emptied),
            OnScript(_assigned),
        ),
        flags=Examples(
            sh=(
                "history -c\n",
                "ln -sf /dev/null ~/.bash_history\n",
                "unset HISTFILE\n",
                "rm -f /root/.bash_history\n",
                "HISTFILE=/dev/null\n",
                "find /home -name .bash_history -delete\n",
            )
        ),
        allows=Examples(
            sh=("history | tail -5\n", "export HISTSIZE=10000\n", "wc -l ~/.bash_history\n")
        ),
    ),
)
