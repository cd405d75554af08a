"""Programs that are used at a terminal: editors, pagers, shells, consoles."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.hangs.waiting import is_fed, is_waited_for
from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.shell.wrappers import inner_words
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_BATCHED: Final = {
    **dict.fromkeys(("vi", "vim", "nvim", "ex"), ("-s", "-es", "-Es", "--headless", "-c", "+wq")),
    "emacs": ("--batch", "-batch", "--script"),
    **dict.fromkeys(("top", "htop", "atop"), ("-b", "-w", "-r")),
    "crontab": (),
    "visudo": ("-c", "--check", "-cf"),
}
_ALWAYS: Final = frozenset(
    {
        "nano", "pico", "joe", "mcedit", "mc", "nmtui", "iftop", "nload", "bmon", "btop",
        "glances", "bashtop", "nmon", "cfdisk", "cgdisk", "raspi-config", "setup", "ncdu", "tig",
        "lazydocker", "lazygit", "vipw", "vigr", "sudoedit", "ntsysv", "minicom", "elinks",
    }
)  # fmt: skip
_PAGERS: Final = frozenset({"less", "more", "most"})

_Test = Callable[[Command], bool]


def _is_bare(command: Command) -> bool:
    """Nothing is said that it should do; a program's own options don't count."""
    return not command.operands


def _without(*options: str) -> _Test:
    return lambda command: not command.operands and not command.has(*options)


def _is_attached(command: Command) -> bool:
    """`docker run -it`: a terminal is asked for."""
    inner = inner_words(command.name, command.words) or ()
    own = command.texts[: len(command.args) - len(inner)]
    acts = any(text in {"run", "exec", "debug", "attach"} for text in own[:3])
    clusters = [text for text in own if text.startswith("-") and not text.startswith("--")]
    return (
        acts
        and ("--tty" in own or any("t" in text for text in clusters))
        and not ("--detach" in own or any("d" in text for text in clusters))
    )


def _logs_in(command: Command) -> bool:
    """`su` without a command: a shell, which nobody types into."""
    return not command.has("-c", "--command", "--session-command") and len(command.operands) <= 2  # noqa: PLR2004 - `-` and a user


def _client(*options: str) -> _Test:
    """A database's client, of which the operands name what to connect to."""
    return lambda command: (
        not command.has(*options)
        and all("=" not in word.text or word.text.startswith("-") for word in command.operands)
    )


_CONSOLES: Final[dict[str, _Test]] = {
    **dict.fromkeys(
        ("bash", "sh", "dash", "zsh", "ksh", "fish"), _without("-c", "--version", "--help", "-n")
    ),
    **dict.fromkeys(
        ("python", "python2", "python3", "ipython"), _without("-c", "-m", "-V", "-VV", "--version")
    ),
    "node": _without("-e", "-p", "-v", "--eval", "--print", "--version"),
    "php": _without("-r", "-f", "-v", "-i", "-m", "--version", "--ini", "-S"),
    "perl": _without("-e", "-E", "-v", "-V", "-n", "-p", "--version"),
    **dict.fromkeys(("irb", "lua", "bc", "ftp", "telnet", "nslookup", "tclsh", "R"), _is_bare),
    **dict.fromkeys(("mysql", "mariadb"), _client("-e", "--execute", "-V", "--version", "--help")),
    "psql": _client("-c", "-f", "-l", "--command", "--file", "--list", "-V", "--version"),
    **dict.fromkeys(("mongo", "mongosh"), _client("--eval", "--version", "-f", "--file")),
    "su": _logs_in,
    "sudo": lambda command: command.has("-i", "-s", "--login", "--shell") and _is_bare(command),
    "chroot": lambda command: len(command.operands) == 1,
    "newgrp": lambda _command: True,
    "fdisk": lambda command: not command.has("-l", "--list", "-x", "-v", "-V", "-s"),
    "gdisk": lambda command: not command.has("-l"),
    "parted": lambda command: not command.has("-s", "--script", "-l", "--list", "-v", "-m"),
    "gdb": lambda command: not command.has("-batch", "--batch", "-x", "-v", "--version"),
    "sftp": lambda command: not command.has("-b", "-h") and ":" not in "".join(command.texts[-1:]),
    **dict.fromkeys(("docker", "podman", "kubectl", "oc", "nerdctl"), _is_attached),
}


def _needs_terminal(command: Command, _script: Script) -> Opinion:
    if only_informs(command) or not is_waited_for(command) or is_fed(command):
        return None
    if command.name in _ALWAYS:
        return True
    if command.name == "crontab":
        return command.has("-e")
    return not command.has(*_BATCHED[command.name])


def _pages(command: Command, script: Script) -> Opinion:
    """A pager at the end; one whose output goes on is a `cat`."""
    if only_informs(command) or command.redirects or command.has("-V", "-F", "-E"):
        return None
    return not any(command in later.inputs for later in script.commands)


def _waits_for_lines(command: Command, _script: Script) -> Opinion:
    if only_informs(command) or not is_waited_for(command) or is_fed(command):
        return None
    return _CONSOLES[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="HNG001",
        name="program-that-needs-a-terminal",
        severity=Severity.ADVICE,
        what="Starts an editor, a monitor or a menu that is used at a terminal.",
        why="Cloud Assistant gives no terminal: it fails, or waits until the command times out.",
        instead="Change files with sed, tee or a here-document; take one snapshot with "
        "`top -b -n 1`; give crontab its table on standard input.",
        right_when="A terminal is made for it, with `script` or `expect`.",
        check=on(*_ALWAYS, *_BATCHED, when=_needs_terminal),
        flags=Examples(
            sh=(
                "vim /etc/nginx/nginx.conf\n",
                "top\n",
                "sudo nano /etc/hosts\n",
                "crontab -e\n",
                "htop -d 10\n",
            )
        ),
        allows=Examples(
            sh=(
                "vim -es -c '%s/a/b/' -c wq app.conf\n",
                "top -b -n 1 | head -n 20\n",
                "crontab -l\n",
                "vim --version\n",
                "emacs --batch -l build.el\n",
            )
        ),
    ),
    ScriptRule(
        id="HNG002",
        name="pager",
        severity=Severity.ADVICE,
        what="Ends in a pager.",
        why="There is no terminal to page on: it prints everything, or waits for a key.",
        instead="Print a bounded part: `head -n 100 FILE`, `journalctl --no-pager -n 100`.",
        right_when="Never in a command.",
        check=on(*_PAGERS, when=_pages),
        flags=Examples(
            sh=("less /var/log/syslog\n", "dmesg | more\n", "journalctl -u app | less\n")
        ),
        allows=Examples(
            sh=(
                "head -n 100 /var/log/syslog\n",
                "journalctl --no-pager -n 100\n",
                "more /etc/os-release | grep ID\n",
                "less --version\n",
            )
        ),
    ),
    ScriptRule(
        id="HNG003",
        name="console-without-input",
        severity=Severity.ADVICE,
        what="Opens a shell or a console without saying what it should do.",
        why="It waits for lines that nobody types, or ends at once and does nothing.",
        instead="Give it its commands: `su app -c '...'`, `mysql -e '...'`, `docker exec web ...`, "
        "`parted -s`, or a here-document.",
        right_when="Its input comes from where the script cannot show it.",
        check=on(*_CONSOLES, when=_waits_for_lines),
        flags=Examples(
            sh=(
                "su - app\n",
                "docker exec -it web bash\n",
                "mysql -u root app\n",
                "sudo -i\n",
                "fdisk /dev/vdb\n",
                "python3\n",
            )
        ),
        allows=Examples(
            sh=(
                "su - app -c 'bin/restart'\n",
                "docker exec web nginx -t\n",
                "mysql -u root app < schema.sql\n",
                "fdisk -l\n",
                "python3 <<'EOF'\nprint(1)\nEOF\n",
                "printf 'n\\np\\n\\n\\n\\nw\\n' | fdisk /dev/vdb\n",
            )
        ),
    ),
)
