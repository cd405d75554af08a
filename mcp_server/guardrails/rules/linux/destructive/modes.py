"""Owners and modes of what the system consists of."""

import posixpath
from typing import Final

from mcp_server.guardrails.rules.linux.destructive.targets import (
    is_recursive,
    takes_everything_found,
    targets,
)
from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SHARED: Final = names("/opt /srv /mnt /media /data /home /root /var/www /var/log")
"""Folders whose content belongs to several applications or people."""
_APPLICATIONS: Final = names("/var/www /srv /opt /data /mnt")
_OPEN: Final = names("777 666 776 a+rwx a+w o+w ugo+rwx +w o+rwx a=rwx")
_SYSTEM: Final = names("etc usr lib bin sbin boot lib64")
_ACCOUNTS: Final = names("/etc/shadow /etc/passwd /etc/sudoers /etc/gshadow /etc/group")
_PRIVATE: Final = names("/root /root/.ssh /etc/ssh /etc/sudoers.d")
_PROGRAMS: Final = names("/bin/chmod /bin/sh /bin/bash /usr/bin/chmod /usr/bin/sudo /bin/su")


def _changed(command: Command, _script: Script) -> Opinion:
    """Everything under a folder of the system."""
    if takes_everything_found(command):
        return True
    if not is_recursive(command):
        return False
    first = _first_path(command)
    weights = [_weight(command, path) for path in targets(command, first=first)]
    if True in weights:
        return True
    return Severity.CONFIRM if Severity.CONFIRM in weights else False


def _first_path(command: Command) -> int:
    """After a mode or an owner; `chmod -R -x /` has its mode among the options."""
    mode_as_option = command.name == "chmod" and any(
        text[:1] == "-" and text[1:] and set(text[1:]) <= set("rwxXst") and text not in {"-r"}
        for text in command.texts
    )
    given_otherwise = command.name == "setfacl" or command.has("--reference")
    return 0 if mode_as_option or given_otherwise else 1


def _weight(command: Command, path: str) -> Opinion:
    normal = paths.normalised(path)
    if paths.is_critical(path):
        if command.name in {"chown", "chgrp"} and normal in _APPLICATIONS:
            return normal != "/var/www" and Severity.CONFIRM
        deep = normal.count("/") > 1 or normal in _SHARED
        return Severity.CONFIRM if deep else True
    if _is_of_system(path):
        return Severity.CONFIRM
    known = path.startswith("/") and not paths.is_temporary(path) and HOLE not in path
    return Severity.CONFIRM if known and _opens(command) else False


def _is_of_system(path: str) -> bool:
    """A folder of the system's that is not critical as a whole."""
    if not path.startswith("/") or HOLE in path or paths.is_temporary(path):
        return False
    parts = posixpath.normpath(path).split("/")[1:]
    return parts[0] in _SYSTEM and len(parts) <= 2 and parts[:2] != ["usr", "local"]  # noqa: PLR2004 - directly in it


def _opens(command: Command) -> bool:
    mode = command.operands[0].text if command.name == "chmod" and command.operands else ""
    return (mode.lstrip("0") or mode) in _OPEN


def _opened(command: Command, _script: Script) -> Opinion:
    """Accounts that everyone may write, or programs of the system that nobody may start."""
    first = _first_path(command)
    found = set(targets(command, first=first))
    if _opens(command) and found & (_ACCOUNTS | _PRIVATE):
        return True if found & _ACCOUNTS else Severity.CONFIRM
    mode = "".join(command.texts[:1])
    disabled = mode in {"-x", "a-x", "000", "0", "ugo-x", "0000"}
    return disabled and bool(found & _PROGRAMS)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES006",
        name="recursive-mode-change-of-system-path",
        severity=Severity.BLOCK,
        what="Changes owner or mode of everything under a folder of the system.",
        why="sudo, SSH and services refuse to work with wrong modes; anyone may change programs.",
        instead="Change the one file or the application's own folder.",
        right_when="The folder belongs to one application as a whole.",
        attack="T1222.002",
        check=(
            on("chmod", "chown", "chgrp", "chflags", "setfacl", when=_changed),
            on("chmod", when=_opened),
        ),
        flags=Examples(
            sh=("chmod -R 777 /\n", "chown -R app:app /etc\n", "sudo chmod -R 000 /usr\n")
        ),
        allows=Examples(
            sh=(
                "chown -R app:app /opt/app/data\n",
                "chmod 644 /etc/app.conf\n",
                "chmod -R u+rwX ./build\n",
            )
        ),
    ),
)
