"""Passwords, groups, shells and states of accounts."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], Opinion]

_DIRECTORY_ACTS: Final = frozenset(
    {"-create", "create", "-append", "append", "-passwd", "passwd", "-delete", "delete", "-merge",
     "-change", "change"}
)  # fmt: skip
_ADMIN_ACTS: Final = (
    "-addUser", "-deleteUser", "-resetPasswordFor", "-newPassword", "-guestAccount",
    "-secureTokenOn", "-screenLock",
)  # fmt: skip
_LOGIN_WINDOW: Final = re.compile(
    r"autoLoginUser|GuestEnabled|SHOWOTHERUSERS|DisableFDEAutoLogin|Hide500Users"
)


def _passwd(command: Command) -> Opinion:
    return not command.has("-S", "--status", "--help", "-a")


def _is_changed(command: Command) -> Opinion:
    return bool(command.args) and not command.has("--help", "--version")


def _usermod(command: Command) -> Opinion:
    """What only moves a service's home or its comment is no matter of access."""
    if not command.operands or command.has("--help"):
        return False
    given = [text for text in command.texts if text.startswith("-")]
    return Severity.ADVICE if set(given) <= {"-d", "--home", "-c", "--comment", "-m"} else True


_CHANGING: Final[dict[str, _Test]] = {
    "usermod": _usermod,
    "passwd": _passwd,
    "chage": lambda command: _is_changed(command) and not command.has("-l", "--list"),
    **dict.fromkeys(
        ("gpasswd", "groupmod", "groupmems", "chsh", "chfn", "smbpasswd", "ldappasswd", "kpasswd"),
        _is_changed,
    ),
    **dict.fromkeys(("chpasswd", "vipw", "vigr", "dsenableroot", "grpunconv", "pwunconv"), _passwd),
    "faillock": lambda command: command.has("--reset"),
    "pdbedit": lambda command: command.has("-a", "-x", "--create", "--delete"),
    "dscl": lambda command: not _DIRECTORY_ACTS.isdisjoint(command.texts),
    "dseditgroup": lambda command: command.has("-o") and "read" not in command.texts,
    "sysadminctl": lambda command: any(text in _ADMIN_ACTS for text in command.texts),
    "pwpolicy": lambda command: not any(
        text.startswith(("-get", "-authentication-allowed")) for text in command.texts
    ),
    "defaults": lambda command: (
        "write" in command.texts and any(map(_LOGIN_WINDOW.search, command.texts))
    ),
    "kickstart": lambda command: not {"-activate", "-configure", "-access"}.isdisjoint(
        command.texts
    ),
    "loginctl": lambda command: (
        Severity.ADVICE
        if command.texts[:1] in {("terminate-user",), ("kill-user",), ("terminate-session",)}
        else False
    ),
}  # fmt: skip


def _changes(command: Command, _script: Script) -> Opinion:
    return _CHANGING[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="ACC003",
        name="account-changed",
        severity=Severity.CONFIRM,
        what="Changes a password, a group, a shell or the state of an account.",
        why="Somebody may get rights that nobody meant, or be locked out.",
        instead="Change accounts in the directory, or by the tool that manages the instances.",
        right_when="The change is asked for by those whose account it is.",
        attack="T1098",
        check=on(*_CHANGING, when=_changes),
        flags=Examples(
            sh=(
                "usermod -aG wheel deploy\n",
                "passwd -l root\n",
                "gpasswd -a deploy sudo\n",
                "echo 'deploy:{{password}}' | chpasswd\n",
                "dscl . -append /Groups/admin GroupMembership deploy\n",
            )
        ),
        allows=Examples(
            sh=(
                "passwd -S root\n",
                "chage -l deploy\n",
                "id deploy\n",
                "dscl . -read /Users/deploy\n",
            )
        ),
    ),
)
