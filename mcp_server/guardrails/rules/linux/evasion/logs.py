"""Logs and mail that are deleted or emptied."""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.script import paths, sources
from mcp_server.guardrails.script.model import HOLE, Command, Script, Word
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_EMPTYING: Final = frozenset({">", ">|", "&>"})
_SAYING_NOTHING: Final = names(": true cat echo printf") | {""}
"""Programs whose output, put into a log, is there to empty it."""
_WHOLE: Final = frozenset({"/var/log", "/var/log/journal", "/private/var/log", "/run/log/journal"})
_ROTATED: Final = re.compile(r"\.(?:gz|xz|bz2|zst|old|\d+)\Z|-\d{8}\Z|\*\.(?:gz|xz|bz2|old|\[?\d)")
_VACUUM: Final = re.compile(
    r"--vacuum-(?:time=[01][a-z]*\Z|size=[01][KMB]?\Z|files=[01]\Z)|--flush-all"
)
_MAIL: Final = re.compile(r"(?:/var/spool/mail|/var/mail|/Library/Mail)(?:/.*)?\Z")
_DELETING_LINES: Final = re.compile(r"d['\"]?\Z|\Ad\Z")


def _at(command: Command, words: tuple[Word, ...]) -> Iterator[str]:
    """The paths, from the working directory where that is known."""
    for word in words:
        for value in word.values:
            known = command.directory and not value.startswith("/")
            yield posixpath.join(command.directory, value) if known else value


def _deleted(command: Command, _script: Script) -> Opinion:
    return _weight(command, _at(command, command.operands))


def _copied_over(command: Command, _script: Script) -> Opinion:
    """`cp /dev/null LOG`, `ln -sf /dev/null LOG`."""
    if "/dev/null" not in command.texts:
        return False
    return _weight(command, _at(command, command.operands[1:]))


def _moved(command: Command, _script: Script) -> Opinion:
    """A log that is moved away, or a doctored one that is put in its place."""
    places = (*_at(command, command.operands[:1]), *_at(command, command.operands[-1:]))
    return Severity.CONFIRM if any(map(paths.is_security_log, places)) else False


def _by_dd(command: Command, _script: Script) -> Opinion:
    return _weight(
        command, (w.text.removeprefix("of=") for w in command.args if w.text.startswith("of="))
    )


def _by_find(command: Command, _script: Script) -> Opinion:
    if not command.has("-delete"):
        return False
    if sources.is_narrow(command):
        logs = any(paths.is_log(root) for root in sources.find_roots(command))
        return Severity.ADVICE if logs and not _is_rotated(command) else False
    return _weight(command, iter(sources.find_roots(command)))


def _is_rotated(find: Command) -> bool:
    """Whether a find looks for what is old, compressed or rotated."""
    options = ("-mtime", "-mmin", "-atime", "-ctime", "-size", "-empty")
    if any(option in find.texts for option in options):
        return True
    named = find.value("-name", "-iname", "-regex")
    return named is not None and bool(re.search(r"gz|\[0-9\]|\.\d|old|bz2|xz", named.text))


def _edited(command: Command, _script: Script) -> Opinion:
    """Lines taken out of a log, or out of a mailbox."""
    inplace = any(text.startswith(("-i", "--in-place")) for text in command.texts)
    deletes = command.name == "perl" or any(map(_DELETING_LINES.search, command.texts))
    return inplace and deletes and _weight(command, _at(command, command.operands[1:]))


def _written_over(command: Command, _script: Script) -> Opinion:
    targets = tuple(r.target for r in command.redirects if r.operator in _EMPTYING)
    if command.name in {"echo", "printf"} and len("".join(command.texts)) > _WORTHLESS:
        return False  # a log that is begun anew says something
    return bool(targets) and _weight(command, _at(command, targets))


_WORTHLESS: Final = 2


def _by_tee(command: Command, _script: Script) -> Opinion:
    if command.has("-a", "--append"):
        return False
    stdin = command.stdin.text if command.stdin else ""
    empty = stdin in {"", "\n"} or any(
        r.target.text == "/dev/null" for r in command.redirects if r.operator == "<"
    )
    return empty and _weight(command, _at(command, command.operands))


def _in_editor(command: Command, _script: Script) -> Opinion:
    found = [w.text for w in command.operands if paths.is_security_log(w.text)]
    return Severity.CONFIRM if found else False


def _of_journal(command: Command, _script: Script) -> Opinion:
    return Severity.CONFIRM if any(map(_VACUUM.match, command.texts)) else False


def _of_macos(command: Command, _script: Script) -> Opinion:
    return "erase" in command.texts


def _of_logins(command: Command, _script: Script) -> Opinion:
    return Severity.CONFIRM if command.has("-r", "--reverse") else False


def _of_kernel(command: Command, _script: Script) -> Opinion:
    return Severity.ADVICE if command.has("-C", "-c", "--clear", "--read-clear") else False


def _weight(command: Command, places: Iterator[str]) -> Opinion:
    """All logs block; one of the security's is asked about; an application's is ordinary."""
    weight: Opinion = False
    for path in places:
        one = _weight_of(command, path)
        if one is True:
            return True
        if weight is not Severity.CONFIRM and one:
            weight = one
    return weight


def _weight_of(command: Command, path: str) -> Opinion:
    folder, name = posixpath.split(path.rstrip("/"))
    if _takes_all(command, path, folder, name):
        return True
    is_whole = paths.normalised(path) in _WHOLE or folder == "/var/log/journal"
    if is_whole or paths.is_security_log(path) or _MAIL.match(path):
        return Severity.CONFIRM
    if paths.is_log(path) and not _ROTATED.search(path) and name != HOLE:
        return Severity.ADVICE
    return False


def _takes_all(command: Command, path: str, folder: str, name: str) -> bool:
    """Whether every log goes: the folder, a glob of it, or what a find without a test finds."""
    if paths.normalised(folder) in _WHOLE and name in {"*", "*.log", "*log", "*.*"}:
        return True
    if paths.normalised(folder) in _WHOLE and name == HOLE:
        finds = [w for w in command.wrappers if w.name == "find"]
        return any(not sources.is_narrow(find) or _names_logs(find) for find in finds)
    is_recursive = command.has("-r", "-R", "--recursive", "-delete")
    return paths.normalised(path) in _WHOLE and is_recursive


def _names_logs(find: Command) -> bool:
    named = find.value("-name", "-iname")
    return (
        named is not None and named.text in {"*.log", "*log*", "*.log*"} and not _is_rotated(find)
    )


_CHECKS: Final[tuple[tuple[str, Callable[[Command, Script], Opinion]], ...]] = (
    ("rm unlink shred srm truncate wipe", _deleted),
    ("cp ln install", _copied_over),
    ("mv", _moved),
    ("dd", _by_dd),
    ("find", _by_find),
    ("sed perl", _edited),
    ("tee sponge", _by_tee),
    ("vim vi ex ed nano", _in_editor),
    ("journalctl", _of_journal),
    ("log", _of_macos),
    ("utmpdump", _of_logins),
    ("dmesg", _of_kernel),
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA001",
        name="logs-wiped",
        severity=Severity.BLOCK,
        what="Deletes or empties logs of the system, or its mail.",
        why="Nobody can find out any more what happened before; wiping all has no other use.",
        instead="Let logrotate or `journalctl --vacuum-size=500M` do it; empty one application's "
        "log by its name.",
        right_when="An image is being prepared, and nothing has run on it yet.",
        attack="T1070.002",
        check=(
            *(on(*programs.split(), when=when) for programs, when in _CHECKS),
            on(*_SAYING_NOTHING, when=_written_over),
        ),
        flags=Examples(
            sh=(
                "rm -rf /var/log/*\n",
                "truncate -s 0 /var/log/secure\n",
                "> /var/log/wtmp\n",
                "journalctl --vacuum-time=1s\n",
                "sed -i '/203.0.113.9/d' /var/log/auth.log\n",
            )
        ),
        allows=Examples(
            sh=(
                "find /opt/app/log -name '*.gz' -mtime +30 -delete\n",
                "tail -n 50 /var/log/messages\n",
                "journalctl --vacuum-size=500M\n",
                "rm -f /var/log/nginx/*.gz\n",
            )
        ),
    ),
)
