"""Docker, Podman and nerdctl."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.containers_and_cloud.arguments import (
    Arguments,
    everywhere,
    is_unknown,
)
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_ENGINES: Final = ("docker", "podman", "nerdctl", "docker-compose")
_HOST_MOUNTS: Final = (
    *("/:", "/etc:", "/root:", "/proc:", "/dev:", "/sys:", "/boot:", "/var/run/docker.sock:"),
    *("/run/docker.sock:", "/run/containerd/containerd.sock:", "/var/lib/docker:", "/usr:"),
    *(
        "//var/run/docker.sock:",
        "c:\\:",
        "c:/:",
        "\\\\.\\pipe\\docker_engine:",
        "/var/lib/kubelet:",
    ),
)
_HOST_SOURCES: Final = (
    "source=/,",
    "src=/,",
    "source=/var/run/docker.sock",
    "src=/var/run/docker.sock",
)
_CAPABILITIES: Final = frozenset({"all", "sys_admin", "sys_module", "sys_ptrace", "sys_rawio"})


def _is_privileged(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    verb = given.first_of("run", "create", "exec")
    if not verb:
        return False
    mounts = given.values("-v", "--volume")
    return (
        (given.has("--privileged") and "--privileged=false" not in given.all)
        or "host" in given.values("--pid", "--userns", "--cgroupns")
        or any(m.removeprefix("cap_") in _CAPABILITIES for m in given.values("--cap-add"))
        or any(f"{mount}:".startswith(_HOST_MOUNTS) and ":ro" not in mount for mount in mounts)
        or any(m.startswith(("/var/run/docker.sock:", "/:")) for m in mounts)
        or any(source in f"{m}," for m in given.values("--mount") for source in _HOST_SOURCES)
    )


def _removes_all(command: Command, script: Script) -> Opinion:
    given = Arguments(command)
    verb = given.first_of("rm", "rmi", "kill", "stop") or given.first_of("container")[1:]
    if not verb or verb[0] not in {"rm", "kill", "rmi"}:
        return False
    if given.has("-a", "--all") or command.is_started_by("xargs"):
        return verb[0] != "rmi"
    lists = any(
        Arguments(other).first_of("ps", "ls") and Arguments(other).has_short("q")
        for other in script.named(*_ENGINES)
    )
    return lists and any(is_unknown(text) for text in verb[1:]) and verb[0] != "rmi"


def _deletes_data(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    if given.is_dry:
        return False
    if given.first_of("volume")[1:2] in (("rm",), ("remove",), ("prune",)):
        return True
    if given.first_of("system")[1:2] == ("prune",):
        return given.has("--volumes", "--all") or given.has_short("a")
    if given.first_of("system")[1:2] == ("reset",):
        return True
    is_compose = command.name == "docker-compose" or bool(given.first_of("compose"))
    return is_compose and "down" in given.plain and (given.has("--volumes") or given.has_short("v"))


def _is_open_daemon(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    hosts = [text for text in given.all if "tcp://" in text]
    is_local = all("tcp://127." in host or "tcp://localhost" in host for host in hosts)
    return bool(hosts) and not is_local and not given.has("--tlsverify")


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CLD201",
        name="container-with-control-of-host",
        severity=Severity.CONFIRM,
        what="A container is started that can take over its host: privileged, in the host's "
        "process namespace, or with the host's root folder or Docker's socket.",
        why="Whoever is in the container, or made its image, is root on the host.",
        instead="Give it the one capability, device or folder that it needs, read-only if it can.",
        right_when="It is an agent of the host, such as a monitoring or storage plug-in, and its "
        "image is pinned by digest.",
        attack="T1611",
        check=on(*_ENGINES, when=_is_privileged),
        flags=everywhere(
            "docker run --rm --privileged tools.example/debug:1",
            "docker run -v /:/host -it alpine:3 sh",
            "podman run -d --pid=host tools.example/agent:2",
            "docker run -d -v /var/run/docker.sock:/var/run/docker.sock tools.example/ci:1",
            "docker run --cap-add SYS_ADMIN tools.example/debug:1",
        ),
        allows=everywhere(
            "docker run -d --name web -p 80:80 -v /srv/web:/usr/share/nginx/html:ro nginx:1",
            "docker run --rm --cap-add NET_BIND_SERVICE app.example/api:3",
            "podman ps --all",
            "docker run --privileged=false alpine:3",
        ),
    ),
    ScriptRule(
        id="CLD202",
        name="removal-of-all-containers",
        severity=Severity.CONFIRM,
        what="Every container on the host is killed or removed.",
        why="That stops every service that runs in one, and what they wrote inside is lost.",
        instead="Name the containers, or select them with `--filter label=...`.",
        right_when="The host serves tests, or is about to be released.",
        attack="T1489",
        check=on(*_ENGINES, when=_removes_all),
        flags=Examples(
            sh=(
                "docker rm -f $(docker ps -aq)\n",
                "docker ps -aq | xargs docker rm -f\n",
                "podman rm --all --force\n",
            ),
            powershell=(
                "docker rm -f $(docker ps -aq)\n",
                "podman rm --all --force\n",
                "podman kill --all\n",
            ),
            bat=(
                "podman rm --all --force\n",
                "podman kill --all\n",
                "podman container rm --all\n",
            ),
        ),
        allows=everywhere("docker rm -f web", "docker ps -aq", "docker image prune -f"),
    ),
    ScriptRule(
        id="CLD203",
        name="deletion-of-container-data",
        severity=Severity.CONFIRM,
        what="Volumes of containers, or everything that no container uses just now, are deleted.",
        why="Volumes hold databases and uploads; a stopped container's are unused, not unneeded.",
        instead="Delete volumes by name after a backup; `docker image prune` frees space safely.",
        right_when="Every volume on the host is made anew at each start.",
        attack="T1485",
        check=on(*_ENGINES, when=_deletes_data),
        flags=everywhere(
            "docker volume rm app_database",
            "docker system prune -a --volumes -f",
            "docker volume prune --force",
            "docker compose down -v",
        ),
        allows=everywhere(
            "docker volume ls",
            "docker system df",
            "docker system prune -f",
            "docker compose down",
        ),
    ),
    ScriptRule(
        id="CLD204",
        name="container-daemon-open-to-network",
        severity=Severity.CONFIRM,
        what="The Docker daemon listens on the network without checking who connects.",
        why="Everyone who reaches the port is root on the host; miners scan for it.",
        instead="Listen on the Unix socket, and go through SSH: `docker -H ssh://host`; or use "
        "--tlsverify.",
        right_when="It listens on an address that only this host reaches.",
        attack="T1133",
        check=on("dockerd", when=_is_open_daemon),
        flags=everywhere(
            "dockerd -H tcp://0.0.0.0:2375",
            "dockerd --host=tcp://0.0.0.0:2375 --host=unix:///var/run/docker.sock",
            "dockerd -H tcp://10.0.0.5:2375",
        ),
        allows=everywhere(
            "dockerd -H unix:///var/run/docker.sock",
            "dockerd --tlsverify --tlscacert=ca.pem -H tcp://0.0.0.0:2376",
            "dockerd -H tcp://127.0.0.1:2375",
        ),
    ),
)
