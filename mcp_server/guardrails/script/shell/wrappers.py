"""Programs that start another one: where among their arguments it begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.model import Word


@dataclass(frozen=True, slots=True)
class Wrapper:
    """How a program's own arguments end."""

    valued: frozenset[str] = frozenset()
    """Its options that take the next word as their value."""
    operands: int = 0
    """Its own operands before the program: the duration of timeout."""
    assignments: bool = False
    """Whether `A=b` may come before the program."""
    needs: str = ""
    """Words of which one has to be there, when it starts a program only with one of them."""
    program: frozenset[str] = frozenset()
    """Its options whose value is the program; the arguments come after `--`."""


def options_of(text: str) -> frozenset[str]:
    """Options that are written one after another."""
    return frozenset(text.split())


_PLAIN: Final = options_of(
    "nohup setsid command builtin unbuffer busybox toybox capsh dbus-run-session dbus-launch "
    "eatmydata torsocks torify linux32 linux64 i386 x86_64 dumb-init tini catatonit ssh-agent "
    "with-contenv chronic cronic"
)
"""Those without options that take a value."""
WRAPPERS: Final = {
    "sudo": Wrapper(
        options_of(
            "-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot "
            "--role --type --close-from --command-timeout"
        ),
        assignments=True,
    ),
    "doas": Wrapper(options_of("-u -C"), assignments=True),
    "env": Wrapper(options_of("-u --unset -C --chdir -P"), assignments=True),
    "exec": Wrapper(options_of("-a")),
    "time": Wrapper(options_of("-f -o --format --output")),
    "timeout": Wrapper(options_of("-k -s --kill-after --signal"), operands=1),
    "gtimeout": Wrapper(options_of("-k -s --kill-after --signal"), operands=1),
    "nice": Wrapper(options_of("-n --adjustment")),
    "ionice": Wrapper(options_of("-c -n -p -P -u --class --classdata")),
    "chrt": Wrapper(options_of("-T -P -D"), operands=1),
    "taskset": Wrapper(operands=1),
    "numactl": Wrapper(options_of("-m -N -C -p -i")),
    "stdbuf": Wrapper(options_of("-i -o -e --input --output --error")),
    "strace": Wrapper(options_of("-e -o -p -s -u -a -E -P -S")),
    "ltrace": Wrapper(options_of("-e -o -p -s -u -l -x")),
    "chroot": Wrapper(options_of("--userspec --groups"), operands=1),
    "arch-chroot": Wrapper(options_of("-u"), operands=1),
    "fakeroot": Wrapper(options_of("-s -i -l -b")),
    "proot": Wrapper(options_of("-r -b -w -q -0")),
    "unshare": Wrapper(options_of("-S -G -R -w --root --wd --setuid --setgid")),
    "nsenter": Wrapper(options_of("-t -S -G --target --setuid --setgid")),
    "setpriv": Wrapper(options_of("--reuid --regid --groups")),
    "systemd-run": Wrapper(
        options_of(
            "-p -u -M -H -E --unit --property --machine --host --description --slice --uid --gid "
            "--on-calendar --on-active --on-boot --on-unit-active --setenv --working-directory"
        )
    ),
    "systemd-inhibit": Wrapper(options_of("--what --who --why --mode")),
    "systemd-socket-activate": Wrapper(options_of("-l --listen -E --setenv --fdname")),
    "systemd-cat": Wrapper(options_of("-t -p --identifier --priority")),
    "flock": Wrapper(options_of("-w -E --timeout"), operands=1),
    "watch": Wrapper(options_of("-n -q --interval")),
    "xargs": Wrapper(
        options_of(
            "-I -n -P -L -d -E -s -a -J --max-args --max-procs --max-lines --delimiter "
            "--arg-file --process-slot-var"
        )
    ),
    "parallel": Wrapper(options_of("-j -a -S --jobs --joblog --colsep --delay --timeout")),
    "runcon": Wrapper(options_of("-t -u -r -l")),
    "proxychains": Wrapper(options_of("-f")),
    "proxychains4": Wrapper(options_of("-f")),
    "sg": Wrapper(operands=1),
    "gosu": Wrapper(operands=1),
    "su-exec": Wrapper(operands=1),
    "setuidgid": Wrapper(operands=1),
    "chpst": Wrapper(options_of("-u -U -b -e -/ -n -l -L -m -d -o -p -f -c")),
    "pkexec": Wrapper(options_of("--user")),
    "runuser": Wrapper(
        options_of("-u -g -G -s -w --user --group --supp-group --shell"), needs="-u"
    ),
    "sshpass": Wrapper(options_of("-p -f -d -P")),
    "script": Wrapper(options_of("-c -E -O -I -B -T -m -o"), operands=1),
    "tcpserver": Wrapper(options_of("-c -x -B -u -g -b -l -t"), operands=2),
    "setarch": Wrapper(operands=1),
    "rlwrap": Wrapper(options_of("-f -H -p -s -b -l -C")),
    "aa-exec": Wrapper(options_of("-p -n --profile --namespace")),
    "cpulimit": Wrapper(options_of("-l -p -e --limit --pid --exe")),
    "choom": Wrapper(options_of("-n -p")),
    "cgexec": Wrapper(options_of("-g")),
    "firejail": Wrapper(),
    "logsave": Wrapper(operands=1),
    "perf": Wrapper(options_of("-e -o -p -C -F -g"), operands=1, needs="stat record trace"),
    "ip": Wrapper(operands=3, needs="netns vrf"),
    "screen": Wrapper(
        options_of("-S -dmS -DmS -dS -c -e -h -p -s -t -T -X -r"), needs="-d -m -dm -dmS -Dm"
    ),
    "xvfb-run": Wrapper(options_of("-n -s -e -f -p --server-args --server-num")),
    "valgrind": Wrapper(),
    "machinectl": Wrapper(operands=2, needs="shell"),
    "start-stop-daemon": Wrapper(
        options_of(
            "-p -u -g -n -N -P -I -k -c -r -d -R -s -a --pidfile --user --group --name --nicelevel "
            "--chuid --chroot --chdir --signal --retry --umask --output"
        ),
        needs="-S --start",
        program=options_of("-x -a --exec --startas"),
    ),
    "catchsegv": Wrapper(),
    **dict.fromkeys(_PLAIN, Wrapper()),
}
_CONTAINER: Final = options_of(
    "-e -v -p -w -u -h -l -m -c --env --volume --publish --workdir --user --hostname --name "
    "--label --memory --cpus --network --net --entrypoint --mount --env-file --restart --add-host "
    "--log-driver --log-opt --ulimit --cap-add --cap-drop --device --dns --link --platform --pid "
    "--ipc --security-opt --tmpfs --volumes-from --gpus --shm-size --cidfile --cpuset-cpus -n "
    "--namespace -c --container --context --image --overrides --kubeconfig"
)
CONTAINERS: Final = frozenset(
    {"docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "crictl", "docker-compose", "k3s",
     "podman-compose", "lxc-attach", "ctr", "incus", "microk8s", "k"}
)  # fmt: skip
_SUBCOMMANDS: Final = frozenset({"run", "exec"})
_LOADERS: Final = ("ld-linux", "ld-musl", "ld.so")
"""The dynamic loader runs the program that it is given."""


def inner_words(name: str, words: Sequence[Word]) -> Sequence[Word] | None:
    """The words that a wrapper starts; None when it is none, or starts nothing.

    Args:
        name: of the program.
        words: of the whole command, the program first.
    """
    if name in CONTAINERS:
        return _in_container(name, words)
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return words[1:] or None if name.startswith(_LOADERS) else None
    if name == "command" and words[1:2] and words[1].text in {"-v", "-V"}:
        return None
    if wrapper.needs and not any(word.text in wrapper.needs.split() for word in words):
        return None
    if wrapper.program:
        return _with_program(words, wrapper)
    index = after_options(words, 1, wrapper)
    index += wrapper.operands
    while wrapper.assignments and index < len(words) and _is_assignment(words[index].text):
        index += 1
    return words[index:] or None


def _with_program(words: Sequence[Word], wrapper: Wrapper) -> Sequence[Word] | None:
    for index, word in enumerate(words[:-1]):
        if word.text in wrapper.program:
            texts = [w.text for w in words]
            rest = words[texts.index("--") + 1 :] if "--" in texts else ()
            return (words[index + 1], *rest)
        option, mark, value = word.text.partition("=")
        if mark and option in wrapper.program:
            return (Word(value, word.span, word.taints),)
    return None


def after_options(words: Sequence[Word], index: int, wrapper: Wrapper) -> int:
    """The index of the first operand."""
    while index < len(words):
        text = words[index].text
        if text == "--":
            return index + 1
        if wrapper.assignments and _is_assignment(text):
            index += 1
            continue
        if not text.startswith("-") or text == "-":
            return index
        index += 2 if text in wrapper.valued else 1
    return index


def _is_assignment(text: str) -> bool:
    name, mark, _ = text.partition("=")
    return bool(mark) and name.isidentifier()


def _in_container(name: str, words: Sequence[Word]) -> Sequence[Word] | None:
    texts = [word.text for word in words]
    if name == "lxc-attach":
        return words[texts.index("--") + 1 :] if "--" in texts else None
    at = next((i for i, text in enumerate(texts[1:10], 1) if text in _SUBCOMMANDS), None)
    if at is None:
        return None
    if "--" in texts[at:]:
        return words[texts.index("--", at) + 1 :] or None
    index = after_options(words, at + 1, Wrapper(_CONTAINER))
    entry = _option_value(words[at:index], "--entrypoint")
    rest = words[index + 1 :]  # after the image or the container
    if entry is not None and entry.text:
        return (entry, *rest)
    return rest or None


def _option_value(words: Sequence[Word], option: str) -> Word | None:
    for index, word in enumerate(words):
        if word.text == option and index + 1 < len(words):
            return words[index + 1]
        if word.text.startswith(f"{option}="):
            return Word(word.text.partition("=")[2], word.span, word.taints)
    return None
