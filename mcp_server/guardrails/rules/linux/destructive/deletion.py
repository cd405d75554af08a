"""Files and folders that are deleted."""

import posixpath
from typing import Final

from mcp_server.guardrails.rules.linux.destructive.targets import (
    is_recursive,
    takes_everything_found,
    targets,
)
from mcp_server.guardrails.script import paths, sources
from mcp_server.guardrails.script.model import HOLE, PARAMETER, TEMPORARY, Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_OWN: Final = (
    "/opt/", "/srv/", "/usr/local/", "/home/", "/root/", "/data/", "/mnt/", "/var/lib/",
    "/var/www/", "/usr/share/", "/usr/src/", "/var/spool/",
)  # fmt: skip
"""Where an application keeps its own things, some levels down."""
_DEEP: Final = 3
"""Parts of a path from which on it names one thing of an application."""
_SHALLOW: Final = ("/opt/", "/srv/", "/root/", "/data/")
"""Where two parts are enough for that."""
_SYSTEM: Final = frozenset({"etc", "usr", "lib", "run", "var", "Library", "Applications"})
_WRITTEN_ANEW: Final = frozenset(
    {"/etc/hosts", "/etc/resolv.conf", "/etc/machine-id", "/etc/ssh/sshd_config"}
)
"""Configuration that is deleted and written again in the ordinary course."""
_EVERYTHING: Final = ("/*", "/.*", "/?*")


def _takes_the_system(command: Command, _script: Script) -> Opinion:
    if takes_everything_found(command):
        return True
    return any(_is_lost(command, path) for path in targets(command))


def _is_lost(command: Command, path: str) -> bool:
    if command.name == "rm" and not is_recursive(command):
        everything = path.endswith(_EVERYTHING) and paths.is_critical(path)
        return everything or (paths.is_critical_file(path) and path not in _WRITTEN_ANEW)
    return paths.is_critical(path) or paths.is_critical_file(path)


def _found_and_deleted(command: Command, _script: Script) -> Opinion:
    """`find / -delete`; one that looks for less than everything is asked about under `/` alone."""
    if not command.has("-delete"):
        return False
    roots = [root for root in sources.find_roots(command) if root.startswith("/")]
    if not any(map(paths.is_critical, roots)):
        return False
    if not sources.is_narrow(command):
        return True
    return _is_by_name_alone(command) and any(paths.normalised(root) == "/" for root in roots)


def _is_by_name_alone(find: Command) -> Opinion:
    named = find.value("-name", "-iname")
    general = named is not None and named.text.startswith("*.")
    return Severity.CONFIRM if general and not find.has("-mtime", "-size", "-path") else False


def _elsewhere(command: Command, _script: Script) -> Opinion:
    """Neither critical nor temporary nor the script's own."""
    if command.name == "rm" and not is_recursive(command):
        return False
    weight: Opinion = False
    for path in targets(command):
        if paths.is_database(path):
            return Severity.CONFIRM
        if not _is_ordinary(path):
            weight = True
    return weight


def _is_ordinary(path: str) -> bool:
    """Unknown, relative, temporary, or one thing of an application."""
    if not path.startswith("/") or path.startswith("/" + HOLE) or PARAMETER in path:
        return True
    if path.startswith(TEMPORARY) or paths.is_temporary(path) or paths.is_log(path):
        return True
    if paths.is_critical(path) or paths.is_agent(path):
        return True  # another rule's
    return _is_one_thing(path)


def _is_one_thing(path: str) -> bool:
    parts = [part for part in posixpath.normpath(path).split("/") if part]
    if path.startswith(_OWN):
        shallow = len(parts) == _DEEP - 1 and path.startswith(_SHALLOW)
        return len(parts) >= _DEEP or (shallow and not paths.is_home(path))
    if parts and parts[0] in _SYSTEM:
        return len(parts) >= _DEEP
    return HOLE in path


def _may_be_root(command: Command, script: Script) -> Opinion:
    if not is_recursive(command) or "nounset" in script.options:
        return False
    return any(
        word.may_be_empty
        and any(
            paths.normalised(v.replace(HOLE, "")) == "/" and v.replace(HOLE, "").startswith("/")
            for v in word.values
        )
        for word in command.operands
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES001",
        name="delete-of-critical-path",
        severity=Severity.BLOCK,
        what="Deletes a folder or file without which the system, or everyone's data, is gone.",
        why="It cannot be undone, and it happens on every instance that the command runs on.",
        instead="Name the one file or folder that has to go, with its full path.",
        right_when="The instance is about to be released; then release it instead.",
        attack="T1485",
        check=(
            on("rm", "unlink", "shred", "srm", "wipe", when=_takes_the_system),
            on("find", when=_found_and_deleted),
        ),
        flags=Examples(
            sh=(
                "rm -rf /usr\n",
                "cd / && rm -rf *\n",
                'for d in /etc /var; do sudo rm -r "$d"; done\n',
                "find / -name '*' -exec rm -f {} +\n",
                "echo cm0gLXJmIC9ldGM= | base64 -d | bash\n",
            )
        ),
        allows=Examples(
            sh=(
                "rm -rf /tmp/build\n",
                'echo "never run rm -rf /"\n',
                "find /var/log/app -name '*.gz' -mtime +30 -delete\n",
                'rm -rf "$WORKDIR"\n',
                "rmdir --ignore-fail-on-non-empty /etc/ssh\n",
            )
        ),
    ),
    ScriptRule(
        id="DES002",
        name="recursive-delete-outside-temporary-folders",
        severity=Severity.CONFIRM,
        what="Deletes a whole folder that is neither temporary nor plainly one application's own.",
        why="What is in it on each instance is not known here, and it does not come back.",
        instead="Delete what is meant by its full path, move it aside first, or use a backup.",
        right_when="A person knows what is in that folder on every instance.",
        attack="T1485",
        check=on("rm", "shred", "srm", when=_elsewhere),
        flags=Examples(
            sh=("rm -rf /archive\n", "rm -r /var/lib/mysql\n", "sudo rm -rf /home/deploy\n")
        ),
        allows=Examples(
            sh=("rm -rf ./build\n", "rm -rf /opt/app/releases/41\n", 'rm -rf "$(mktemp -d)"\n')
        ),
    ),
    ScriptRule(
        id="DES003",
        name="delete-of-possibly-empty-variable",
        severity=Severity.ADVICE,
        what="Deletes everything under `/` when a variable turns out to be empty.",
        why="An unset variable is an empty text, and what is left of the path is the root.",
        instead='Write "${name:?}/" so that an empty name stops the script, or use `set -u`.',
        right_when="The variable is set above in every case.",
        attack="T1485",
        check=on("rm", when=_may_be_root),
        flags=Examples(sh=('rm -rf "$DIR/"\n', "rm -rf $PREFIX/*\n", 'sudo rm -r "/$NAME"\n')),
        allows=Examples(
            sh=(
                'rm -rf "${DIR:?}/"\n',
                'set -u\nrm -rf "$DIR/"\n',
                'DIR=/opt/app/old\nrm -rf "$DIR/"\n',
            )
        ),
    ),
)
