"""Commands that go on until somebody stops them."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.hangs.waiting import is_fed, is_waited_for
from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], bool]

_STOPPING: Final = frozenset({"head", "sed", "grep", "awk", "timeout"})


def _follows_logs(command: Command) -> bool:
    return "logs" in command.texts[:3] and command.has("-f", "--follow")


def _watches(command: Command) -> bool:
    return "get" in command.texts[:3] and command.has("-w", "--watch", "--watch-only")


def _docker(command: Command) -> bool:
    first = command.texts[:1]
    if first == ("events",):
        return not command.has("--until")
    if first == ("stats",):
        return not command.has("--no-stream")
    return _follows_logs(command)


def _repeats(command: Command) -> bool:
    """`vmstat 5`: an interval without a count."""
    numbers = [word.text for word in command.operands if word.text.isdecimal()]
    return len(numbers) == 1 and command.texts[-1:] == (numbers[0],)


def _reads_terminal(command: Command) -> bool:
    """Without a file it reads what is typed."""
    return not is_fed(command) and all(text == "-" for text in command.texts)


def _searches_input(command: Command) -> bool:
    """`grep word`: the file is missing."""
    given = command.has("-e", "-f", "--regexp", "--file", "-r", "-R", "-V")
    return not is_fed(command) and not given and len(command.operands) == 1


_ENDLESS: Final[dict[str, _Test]] = {
    "tail": lambda command: command.has("-f", "-F", "--follow") and not command.has("--pid"),
    "journalctl": lambda command: command.has("-f", "--follow"),
    "dmesg": lambda command: command.has("-w", "-W", "--follow", "--follow-new"),
    "ping": lambda command: bool(command.operands) and not command.has("-c", "-w", "-V", "--count"),
    "ping6": lambda command: bool(command.operands) and not command.has("-c", "-w", "-V"),
    "mtr": lambda command: not command.has("-r", "-w", "-c", "--report"),
    "watch": lambda _command: True,
    **dict.fromkeys(("vmstat", "iostat", "mpstat", "pidstat"), _repeats),
    "free": lambda command: command.has("-s", "--seconds") and not command.has("-c", "--count"),
    "top": lambda command: command.has("-b") and not command.has("-n"),
    "netstat": lambda command: command.has("-c", "--continuous"),
    **dict.fromkeys(("tcpdump", "tshark", "ngrep"), lambda command: not command.has(
        "-c", "-r", "-D", "-G", "-a", "--list-interfaces", "--version"
    )),
    "inotifywait": lambda command: command.has("-m", "--monitor"),
    "sleep": lambda command: command.texts[:1] in {("infinity",), ("inf",)},
    **dict.fromkeys(("kubectl", "oc"), lambda command: _follows_logs(command) or _watches(command)),
    **dict.fromkeys(("docker", "podman", "docker-compose", "nerdctl"), _docker),
    "udevadm": lambda command: command.texts[:1] == ("monitor",),
    "strace": lambda command: command.has("-p") and not command.has("-c"),
    "cat": _reads_terminal,
    **dict.fromkeys(("grep", "egrep", "fgrep"), _searches_input),
    "crond": lambda command: command.has("-f", "-n"),
}  # fmt: skip


def _goes_on(command: Command, script: Script) -> Opinion:
    if only_informs(command) or not is_waited_for(command):
        return None
    if not _ENDLESS[command.name](command):
        return None
    return not any(
        command in later.inputs and later.name in _STOPPING and _stops(later)
        for later in script.commands
    )


def _stops(command: Command) -> bool:
    """Whether a filter ends a pipeline after some lines."""
    match command.name:
        case "grep":
            return command.has("-m", "-q", "--max-count", "--quiet")
        case "sed" | "awk":
            return any("q" in word.text for word in command.operands[:1])
        case _:
            return True


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="HNG009",
        name="output-without-end",
        severity=Severity.ADVICE,
        what="Calls a program that goes on until somebody stops it.",
        why="The command is killed when it times out, and what comes after it never runs.",
        instead="Bound it: `tail -n 100`, `ping -c 4`, `vmstat 1 5`, `docker logs --tail 100`, "
        "or put `timeout 30` before it.",
        right_when="It is meant to run for as long as the command's timeout.",
        check=on(*_ENDLESS, when=_goes_on),
        flags=Examples(
            sh=(
                "tail -f /var/log/app.log\n",
                "ping 192.0.2.7\n",
                "journalctl -u app -f\n",
                "docker logs -f web\n",
                "vmstat 5\n",
                "watch -n 1 free -m\n",
                "sleep infinity\n",
            )
        ),
        allows=Examples(
            sh=(
                "tail -n 100 /var/log/app.log\n",
                "ping -c 4 192.0.2.7\n",
                "timeout 60 tail -f /var/log/app.log\n",
                "tail -F app.log | grep -m 1 started\n",
                "vmstat 1 5\n",
                "tail -f app.log > copy.log &\n",
                "echo 'tail -f /var/log/app.log'\n",
            )
        ),
    ),
)
