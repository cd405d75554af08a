"""Programs that ask before they act: `Continue? [Y/n]`."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.hangs.waiting import is_fed, is_waited_for
from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], bool]
_APT: Final = frozenset(
    {
        "install", "remove", "purge", "upgrade", "dist-upgrade", "full-upgrade", "autoremove",
        "autopurge", "build-dep", "reinstall",
    }
)  # fmt: skip
_YUM: Final = frozenset(
    {
        "install", "remove", "erase", "update", "upgrade", "downgrade", "reinstall", "autoremove",
        "groupinstall", "localinstall", "distro-sync", "swap",
    }
)  # fmt: skip
_ZYPPER: Final = frozenset(
    {
        "install", "in", "remove", "rm", "update", "up", "dup", "dist-upgrade", "patch", "verify",
    }
)  # fmt: skip
_DRY: Final = ("-s", "--simulate", "--dry-run", "--just-print", "--no-act", "--print-uris")


def _asks_unless(verbs: frozenset[str], *options: str) -> _Test:
    """Whether one of these verbs comes without any of these options."""

    def judge(command: Command) -> bool:
        return not verbs.isdisjoint(command.texts) and not command.has(*options)

    return judge


def _has_yes(command: Command, *options: str) -> bool:
    return command.has("-y", "--yes", *options)


def _apt(command: Command) -> bool:
    if _APT.isdisjoint(command.texts) or _has_yes(
        command, "--assume-yes", "-qq", "--assume-no", "--force-yes", *_DRY
    ):
        return False
    # `-qq` stands for yes; of `-q=2` and `-o APT::Get::Assume-Yes=true` the same is true.
    return not any("qq" in t or t == "-q=2" or "Assume-Yes" in t for t in command.texts)


def _git(command: Command) -> bool:
    verb = command.texts[:1]
    if verb == ("commit",):
        return not command.has(
            "-m", "-F", "-C", "--message", "--file", "--no-edit", "--fixup", "--dry-run", "--help"
        ) and not any(t.startswith(("-am", "-sm", "-m")) for t in command.texts)
    if verb in {("rebase",), ("add",)}:
        return command.has("-i", "--interactive", "-p", "--patch")
    return False


_OTHER_FORMS: Final = frozenset(
    {"-l", "-R", "-F", "-y", "-A", "-H", "-e", "-i", "-p", "-c", "-s", "-Y", "-B", "-D", "-G", "-r",
     "-k", "-Q", "-L"}
)  # fmt: skip


def _keygen(command: Command) -> bool:
    """A new key without a file or a passphrase; most other forms ask nothing."""
    others = [
        "-l",
        "-R",
        "-F",
        "-y",
        "-A",
        "-H",
        "-e",
        "-i",
        "-p",
        "-c",
        "-s",
        "-Y",
        "-B",
        "-D",
        "-G",
        "-r",
        "-k",
        "-Q",
        "-L",
    ]
    if any(t[:2] in others for t in command.texts if t.startswith("-")):
        return False
    return not (command.has("-N") and command.has("-f"))


def _openssl(command: Command) -> bool:
    asks = command.texts[:1] == ("req",) and command.has("-new", "-x509", "-newkey")
    return asks and not command.has("-subj", "-batch", "-config", "-in")


def _always(_command: Command) -> bool:
    return True


_ASKING: Final[dict[str, _Test]] = {
    **dict.fromkeys(("apt", "apt-get", "aptitude"), _apt),
    **dict.fromkeys(
        ("yum", "dnf", "dnf5", "microdnf", "tdnf"),
        _asks_unless(_YUM, "-y", "--assumeyes", "--assumeno", "--downloadonly"),
    ),
    "zypper": _asks_unless(_ZYPPER, "-n", "--non-interactive", "-y", "--no-confirm", "--dry-run"),
    "pacman": lambda command: (
        any(re.match(r"-[SRU]", t) and not re.search(r"[siglpw]", t[2:]) for t in command.texts)
        and not command.has("--noconfirm")
    ),
    "add-apt-repository": lambda command: not _has_yes(command, "-L", "--list", "-n"),
    "debconf-set-selections": lambda _command: False,
    "mysql_secure_installation": _always,
    "mariadb-secure-installation": _always,
    "ufw": _asks_unless(frozenset({"enable", "reset"}), "--force", "-f"),
    "vgremove": lambda command: not command.has("-f", "-y", "--force", "--yes"),
    "lvremove": lambda command: not command.has("-f", "-y", "--force", "--yes"),
    "pip": _asks_unless(frozenset({"uninstall"}), "-y", "--yes"),
    "pip3": _asks_unless(frozenset({"uninstall"}), "-y", "--yes"),
    "conda": _asks_unless(
        frozenset({"install", "create", "update", "remove"}), "-y", "--yes", "--dry-run"
    ),
    "npm": _asks_unless(frozenset({"init"}), "-y", "--yes", "-f"),
    "terraform": _asks_unless(
        frozenset({"apply", "destroy"}), "-auto-approve", "--auto-approve", "-help"
    ),
    "certbot": _asks_unless(
        frozenset({"certonly", "run", "--nginx", "--apache", "--standalone"}),
        "-n",
        "--non-interactive",
        "--noninteractive",
    ),
    "docker": lambda command: "prune" in command.texts and not command.has("-f", "--force"),
    "gcloud": _asks_unless(frozenset({"delete"}), "-q", "--quiet"),
    "az": _asks_unless(frozenset({"delete"}), "-y", "--yes", "--no-wait"),
    "do-release-upgrade": lambda command: not command.has("-f", "--frontend", "-c"),
    "unattended-upgrade": lambda _command: False,
    "rm": lambda command: command.has("-i", "-I", "--interactive") and not command.has("-f"),
    "cp": lambda command: command.has("-i", "--interactive"),
    "mv": lambda command: command.has("-i", "--interactive"),
    "git": _git,
    "ssh-keygen": _keygen,
    "openssl": _openssl,
    "gpg": lambda command: (
        command.has("--gen-key", "--full-generate-key", "--full-gen-key", "--delete-key")
        and not command.has("--batch")
    ),
}


def _asks(command: Command, _script: Script) -> Opinion:
    if only_informs(command) or not is_waited_for(command) or is_fed(command):
        return None
    return _ASKING[command.name](command)


def _configures(command: Command, script: Script) -> Opinion:
    quiet = command.has("-f", "--frontend") or _is_noninteractive(command)
    return not quiet and not any(_is_noninteractive_assignment(a.name) for a in script.assignments)


def _is_noninteractive(command: Command) -> bool:
    before = (*command.assignments, *(a for w in command.wrappers for a in w.assignments))
    given = (text for one in command.wrappers for text in one.texts)
    return any(_is_noninteractive_assignment(a.name) for a in before) or any(
        text.startswith("DEBIAN_FRONTEND=") for text in given
    )


def _is_noninteractive_assignment(name: str) -> bool:
    return name == "DEBIAN_FRONTEND"


def _reads(command: Command, script: Script) -> Opinion:
    """A read from the terminal; in a function its input may be the caller's."""
    if is_fed(command) or command.function or not is_waited_for(command):
        return None
    if command.has("-t", "-u"):
        return None
    return not any(
        one.operator == "<" for other in script.named("exec", "") for one in other.redirects
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="HNG004",
        name="question-before-acting",
        severity=Severity.ADVICE,
        what="Calls a program that asks before it acts.",
        why="Nobody answers: it gives up, or waits until the command times out.",
        instead="Say yes beforehand: `apt-get install -y`, `dnf -y`, `zypper -n`, "
        "`terraform apply -auto-approve`, `ssh-keygen -N '' -f FILE`.",
        right_when="The program's configuration answers for it.",
        check=on(*_ASKING, when=_asks),
        flags=Examples(
            sh=(
                "apt-get install nginx\n",
                "yum update\n",
                "zypper install nginx\n",
                "ufw enable\n",
                "git commit\n",
                "ssh-keygen -t ed25519\n",
            )
        ),
        allows=Examples(
            sh=(
                "apt-get install -y nginx\n",
                "yum -y update\n",
                "yes | apt-get install nginx\n",
                "ufw --force enable\n",
                "apt-get update\n",
                "ssh-keygen -t ed25519 -N '' -f /opt/app/key\n",
            )
        ),
    ),
    ScriptRule(
        id="HNG005",
        name="question-of-a-package",
        severity=Severity.ADVICE,
        what="Configures a package anew, which asks its questions on a screen.",
        why="There is no screen: it fails, or waits until the command times out.",
        instead="Run it as `DEBIAN_FRONTEND=noninteractive dpkg-reconfigure PACKAGE`, with answers "
        "given to debconf-set-selections first.",
        right_when="Debconf's front end is set on the instances.",
        check=on("dpkg-reconfigure", when=_configures),
        flags=Examples(
            sh=(
                "dpkg-reconfigure tzdata\n",
                "sudo dpkg-reconfigure locales\n",
                "dpkg-reconfigure -plow unattended-upgrades\n",
            )
        ),
        allows=Examples(
            sh=(
                "dpkg-reconfigure -f noninteractive tzdata\n",
                "DEBIAN_FRONTEND=noninteractive dpkg-reconfigure locales\n",
                "export DEBIAN_FRONTEND=noninteractive\ndpkg-reconfigure tzdata\n",
            )
        ),
    ),
    ScriptRule(
        id="HNG007",
        name="answer-read-from-terminal",
        severity=Severity.ADVICE,
        what="Reads an answer from the terminal.",
        why="Nobody types one: the variable stays empty, or the command waits until it times out.",
        instead="Make it a parameter of the command (`{{name}}`), or set a default in the script.",
        right_when="The script's input is redirected by what calls it.",
        check=on("read", "select", when=_reads),
        flags=Examples(
            sh=(
                "read -p 'Continue? ' answer\n",
                "echo -n 'Name: '\nread name\n",
                "read -rsp Password: pass\n",
            )
        ),
        allows=Examples(
            sh=(
                'while read -r line; do echo "$line"; done < list.txt\n',
                'df | while read -r fs rest; do echo "$fs"; done\n',
                'read -r first <<< "$LINE"\n',
                "read -t 5 answer\n",
            )
        ),
    ),
)
