"""Processes that are killed or multiplied."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux import services
from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import HOLE, Command, Language, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_VITAL: Final = services.VITAL | names("systemd init dbus-daemon launchd WindowServer loginwindow")
_SELF: Final = names("$0 ${0} $BASH_SOURCE ${BASH_SOURCE[0]} ${BASH_SOURCE}")


def _kills_all(command: Command, _script: Script) -> Opinion:
    if services.sends_harmless_signal(command) and command.texts[:1] != ("-1",):
        return False
    numbers = [text for text in command.texts[1:] if text in {"-1", "1"}]
    if command.texts[:1] == ("1",):
        return True
    if "-1" in numbers:
        return True
    return bool(numbers) and command.texts[0] != "-1"


def _kills_each(command: Command, _script: Script) -> Opinion:
    return bool(command.texts)


def _kills_vital(command: Command, script: Script) -> Opinion:
    if command.name != "kill":
        user = command.value("-u", "--user", "-U")
        everything = user is not None and user.text in {"root", "0"} and len(command.operands) < 2  # noqa: PLR2004 - the user alone
        return bool(set(services.killed(command)) & _VITAL) or everything
    if set(services.killed(command)) & _VITAL:
        return True
    return bool(
        set(services.looked_up(command, script).replace(".pid", "").split()) & _VITAL
    ) or any(name in services.looked_up(command, script) for name in ("/sshd.pid", "/run/sshd"))


def _fork_bombs(script: Script) -> Iterator[Match]:
    """A function that starts itself more than once, or without waiting."""
    calls: dict[str, list[Command]] = {}
    for command in script.commands:
        if command.function and command.name == command.function:
            calls.setdefault(command.function, []).append(command)
    for own in calls.values():
        known = {id(command) for command in own}
        if any(c.background or (c.inputs and id(c.inputs[-1]) in known) for c in own):
            yield Match(own[0].span)


def _own_copies(script: Script) -> Iterator[Match]:
    """The script starts itself: piped to itself, or in the background within a loop or twice."""
    own = {id(command): command for command in script.commands if _is_itself(command, script)}
    for command in own.values():
        piped = any(id(source) in own for source in command.inputs)
        again = len(own) > 1 or any(
            c.name in {"true", ":", "[", "(("} for k in command.conditions for c in k.commands
        )
        if piped or (command.background and again):
            yield Match(command.span)


def _is_itself(command: Command, script: Script) -> bool:
    if command.language is not Language.SHELL or not command.words:
        return False
    word = command.words[0]
    if command.name in interpreters.SHELLS and command.operands:
        word = command.operands[0]
    if HOLE not in word.text:
        return False
    return script.text[word.span.start : word.span.end].strip('"') in _SELF


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES008",
        name="kill-of-every-process",
        severity=Severity.BLOCK,
        what="Kills every process that it may, or the first one.",
        why="As root that is the whole system, at once and without saving anything.",
        instead="Stop the one service: systemctl stop NAME, or pkill with an exact pattern.",
        right_when="Never on an instance that is meant to go on.",
        attack="T1489",
        check=(on("kill", when=_kills_all), on("killall5", when=_kills_each)),
        flags=Examples(sh=("kill -9 -1\n", "kill -KILL -1\n", "sudo kill -9 1\n")),
        allows=Examples(
            sh=(
                "kill -9 4711\n",
                'kill "$(cat /run/app.pid)"\n',
                "kill -1 4711\n",
                "kill -HUP 1\n",
            )
        ),
    ),
    ScriptRule(
        id="DES009",
        name="fork-bomb",
        severity=Severity.BLOCK,
        what="Starts itself again and again without end.",
        why="The instance stops answering within seconds, and only a hard restart ends it.",
        instead="Nothing needs it; a load test has tools with a limit (stress-ng --timeout).",
        right_when="Never.",
        attack="T1499",
        check=(OnScript(_fork_bombs), OnScript(_own_copies)),
        flags=Examples(
            sh=(
                ":(){ :|:& };:\n",
                "grow() { grow | grow & }\ngrow\n",
                "b() { b & b; }; b\n",
                "while true; do $0 & done\n",
            )
        ),
        allows=Examples(
            sh=(
                "f() { g | g; }\nf\n",
                "f() { sleep 1; }\nf & f\n",
                "a() { b; }; b() { ls; }; a\n",
                'nohup "$0" --child &\n',
            )
        ),
    ),
    ScriptRule(
        id="DES010",
        name="kill-of-vital-daemon",
        severity=Severity.CONFIRM,
        what="Kills a daemon by which people log in, or on which the others depend.",
        why="Nobody may get in any more, and what depended on it goes down too.",
        instead="Restart the service: systemctl restart NAME.",
        right_when="The daemon hangs, and its manager cannot restart it.",
        attack="T1489",
        check=on("pkill", "killall", "kill", "skill", when=_kills_vital),
        flags=Examples(
            sh=(
                "pkill sshd\n",
                "killall -9 systemd\n",
                "sudo killall -SIGTERM cron\n",
                "kill -9 $(pidof sshd)\n",
            )
        ),
        allows=Examples(
            sh=("pkill -f app.jar\n", "killall nginx\n", "pgrep sshd\n", "pkill -HUP sshd\n")
        ),
    ),
)
