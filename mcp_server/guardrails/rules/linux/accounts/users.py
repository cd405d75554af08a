"""Accounts that are added or removed."""

import re
from typing import Final

from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

ADMIN_GROUPS: Final = re.compile(
    r"(?:^|,)(?:sudo|wheel|root|adm|docker|lxd|admin|shadow|disk|libvirt|kmem|sudoers|0)(?:,|$)"
)
"""Groups whose members are root, or may become it."""
_NO_SHELL: Final = ("nologin", "false", "/dev/null", "true")
_USER_AND_GROUP: Final = 2


def _adds(command: Command, _script: Script) -> Opinion:
    """A service's own account, without a shell, is ordinary."""
    if not command.operands or command.has("--help", "--version", "-D", "--defaults"):
        return False
    if _is_root_again(command):
        return True
    group = command.value("-G", "--groups", "-g", "--gid", "--ingroup", "-aG")
    if group is not None and ADMIN_GROUPS.search(group.text):
        return True
    if command.name == "adduser":
        named = [word for word in command.operands if word.quoted or word.text not in {"", HOLE}]
        if len(named) == _USER_AND_GROUP:
            return _joins_group(command)
        if command.has("--system"):
            return Severity.ADVICE if command.has("--shell") else False
    shell = command.value("-s", "--shell")
    if shell is not None and shell.is_literal:
        return not shell.text.endswith(_NO_SHELL)
    return not command.has("-r", "--system", "-S", "-D")


def _joins_group(command: Command) -> Opinion:
    """`adduser USER GROUP` on Debian; the values of options are no operands here."""
    if any(text.startswith("-") and text != "--quiet" for text in command.texts):
        return not command.has("-r", "--system", "-S")
    return True if ADMIN_GROUPS.search(command.operands[-1].text) else Severity.ADVICE


def _is_root_again(command: Command) -> bool:
    """Whether the account gets the number of root."""
    number = command.value("-u", "--uid")
    return number is not None and number.text == "0"


def _removes(command: Command, _script: Script) -> Opinion:
    return bool(command.operands) and not command.has("--help", "--version")


def _adds_elsewhere(command: Command, _script: Script) -> Opinion:
    """Directories of a network."""
    texts = command.texts
    match command.name:
        case "samba-tool":
            return texts[:1] == ("user",) and not {"list", "show"} & set(texts)
        case "ipa":
            return bool(texts) and texts[0].startswith(("user-", "group-", "sudorule-", "passwd"))
        case "pw":
            return bool(texts) and texts[0] in {"useradd", "usermod", "userdel", "groupadd", "user"}
        case "realm":
            return texts[:1] in {("join",), ("leave",), ("permit",)}
        case _:
            return not only_informs(command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="ACC001",
        name="account-added",
        severity=Severity.CONFIRM,
        what="Adds an account that people may log in with.",
        why="It stays on every instance, and nobody watches it.",
        instead="Use `useradd --system --shell /usr/sbin/nologin` for a service; for people use "
        "Session Manager or the directory.",
        right_when="Accounts are managed by commands like this one, and the name is agreed.",
        attack="T1136.001",
        check=(
            on("useradd", "adduser", when=_adds),
            on("pw", "samba-tool", "ipa", "realm", "newusers", when=_adds_elsewhere),
        ),
        flags=Examples(
            sh=(
                "useradd -m -s /bin/bash deploy\n",
                "useradd -o -u 0 -r ops\n",
                "adduser deploy\n",
                "useradd -r -s /bin/bash ops\n",
                "adduser deploy sudo\n",
            )
        ),
        allows=Examples(
            sh=(
                "useradd -r -s /sbin/nologin app\n",
                "adduser --system --no-create-home app\n",
                "groupadd app\n",
                "useradd --help\n",
            )
        ),
    ),
    ScriptRule(
        id="ACC002",
        name="account-removed",
        severity=Severity.CONFIRM,
        what="Removes an account or a group.",
        why="Its files lose their owner, and what ran as it does not start any more.",
        instead="Lock it first (`usermod -L`), and remove it when nothing needs it.",
        right_when="The account is known to be unused.",
        attack="T1531",
        check=on("userdel", "deluser", "groupdel", "delgroup", when=_removes),
        flags=Examples(sh=("userdel -r deploy\n", "deluser deploy\n", "sudo groupdel deploy\n")),
        allows=Examples(sh=("userdel --help\n", "getent group deploy\n", "groups deploy\n")),
    ),
)
