"""Servers in the foreground, after which nothing of the script runs."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.hangs.waiting import is_waited_for
from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], bool]

_SERVING_MODULES: Final = frozenset(
    {"http.server", "SimpleHTTPServer", "flask", "uvicorn", "gunicorn", "streamlit", "jupyter"}
)
_RUN_SCRIPTS: Final = frozenset({"start", "dev", "serve", "watch"})


def _always(_command: Command) -> bool:
    return True


def _unless(*options: str) -> _Test:
    return lambda command: not command.has(*options)


def _python(command: Command) -> bool:
    module = command.value("-m")
    if module is not None and module.text in _SERVING_MODULES:
        return module.text != "flask" or "run" in command.texts
    return "runserver" in command.texts


def _script_runner(command: Command) -> bool:
    """`npm start`, `npm run dev`."""
    first = command.texts[:2]
    return first[:1] == ("start",) or (
        bool(first) and first[0] in {"run", *_RUN_SCRIPTS} and not _RUN_SCRIPTS.isdisjoint(first)
    )


def _compose(command: Command) -> bool:
    texts = command.texts
    is_compose = command.name.endswith("compose") or "compose" in texts[:1]
    return (
        is_compose and "up" in texts and not command.has("-d", "--detach", "--wait", "--no-start")
    )


def _listens(command: Command) -> bool:
    return command.has("-l", "--listen") and not command.has("-z")


_SERVERS: Final[dict[str, _Test]] = {
    **dict.fromkeys(("python", "python2", "python3"), _python),
    **dict.fromkeys(("npm", "yarn", "pnpm"), _script_runner),
    **dict.fromkeys(("docker", "docker-compose", "podman-compose"), _compose),
    **dict.fromkeys(("nc", "ncat", "netcat"), _listens),
    "nginx": lambda command: any("daemon off" in text for text in command.texts),
    "php": lambda command: command.has("-S"),
    "flask": lambda command: "run" in command.texts,
    "gunicorn": _unless("-D", "--daemon", "--check-config"),
    "uwsgi": _unless("--daemonize", "-d", "--stop", "--reload"),
    **dict.fromkeys(("uvicorn", "http-server", "hypercorn", "daphne", "live-server"), _always),
    "jupyter": lambda command: command.texts[:1] in {("notebook",), ("lab",)},
    "redis-server": lambda command: not command.has("--daemonize") and len(command.operands) == 0,
    "mongod": _unless("--fork", "--shutdown"),
    "iperf3": lambda command: command.has("-s", "--server") and not command.has("-D", "-1"),
    "rails": lambda command: command.texts[:1] in {("s",), ("server",)} and not command.has("-d"),
    "kubectl": lambda command: command.texts[:1] in {("port-forward",), ("proxy",)},
    "caddy": lambda command: command.texts[:1] in {("run",), ("file-server",)},
    "celery": lambda command: "worker" in command.texts and not command.has("-D", "--detach"),
}


def _serves(command: Command, _script: Script) -> Opinion:
    if only_informs(command) or not is_waited_for(command):
        return None
    return _SERVERS[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="HNG010",
        name="server-in-the-foreground",
        severity=Severity.ADVICE,
        what="Starts a server in the foreground.",
        why="The command ends with its timeout, and the server with it.",
        instead="Run it as a service (`systemctl start`, `systemd-run --unit=NAME`), or detached "
        "(`docker compose up -d`).",
        right_when="It is a test that is meant to end with the command.",
        check=on(*_SERVERS, when=_serves),
        flags=Examples(
            sh=(
                "python3 -m http.server 8000\n",
                "cd /opt/app\nnpm start\n",
                "docker compose up\n",
                "gunicorn app:app -b 127.0.0.1:8000\n",
            )
        ),
        allows=Examples(
            sh=(
                "nohup python3 -m http.server 8000 > /tmp/http.log 2>&1 &\n",
                "npm ci\n",
                "docker compose up -d\n",
                "systemd-run --unit=app gunicorn app:app\n",
                "nginx -t\n",
            )
        ),
    ),
)
