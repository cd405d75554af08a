"""Files and folders that are emptied, overwritten or moved away."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.destructive.targets import targets
from mcp_server.guardrails.script import effects, paths
from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_EMPTYING: Final = frozenset({">", ">|", "&>"})
_REPLACED: Final = frozenset(
    {"/etc/hosts", "/etc/resolv.conf", "/etc/fstab", "/etc/machine-id", "/etc/ssh/sshd_config",
     "/etc/nsswitch.conf", "/etc/crypttab", "/dev/null", "/etc/ld.so.conf"}
)  # fmt: skip
"""Files that are configuration, and are written anew in the ordinary course."""
_EVERY_LINE: Final = re.compile(r"(?:1,\$|\d+,\$)?d\Z|s/\.\*//g?\Z")
_EMPTY_FOLDER: Final = re.compile(r"(?:/var|/tmp|/var/tmp)?/(?:\w*empty\w*|e|blank|null)/?\Z")


def _is_key_file(path: str) -> bool:
    return paths.is_critical_file(path) and path not in _REPLACED


def _redirected_over(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.language is Language.SHELL and any(
            r.operator in _EMPTYING and _is_key_file(r.target.text) for r in command.redirects
        ):
            yield Match(command.span)


def _overwritten(command: Command, _script: Script) -> Opinion:
    """The file itself is written to, not added to."""
    if command.name == "tee" and command.has("-a", "--append"):
        return False
    if command.name in {"sed", "perl"} and not any(map(_EVERY_LINE.match, command.texts)):
        return False
    own = (r.target for r in command.redirects)
    written = [w for w in effects.written(command) if w not in own]
    return any(_is_key_file(value) for word in written for value in word.values)


def _replaced_by_nothing(command: Command, _script: Script) -> Opinion:
    nothing = "/dev/null" in command.texts and command.operands[-1].text != "/dev/null"
    return nothing and _is_key_file(command.operands[-1].text)


def _synchronised_with_nothing(command: Command, _script: Script) -> Opinion:
    """`rsync --delete` makes the target like the source, which is empty."""
    if len(command.operands) < 2 or command.has("-n", "--dry-run"):  # noqa: PLR2004 - from and to
        return False
    deletes = any(text.startswith("--del") for text in command.texts)
    source, target = command.operands[-2].text, command.operands[-1].text
    if not deletes or not paths.is_critical(target):
        return False
    return True if _EMPTY_FOLDER.match(source) else Severity.CONFIRM


def _moved_away(command: Command, _script: Script) -> Opinion:
    for path in list(targets(command))[:-1]:
        if paths.is_critical(path) and (not path.endswith("*") or path.count("/") == 1):
            return True
        if _is_key_file(path) and not command.operands[-1].text.startswith("/etc/"):
            return True
    return False


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES004",
        name="overwrite-of-critical-file",
        severity=Severity.BLOCK,
        what="Empties or overwrites a file without which nobody gets in or nothing starts.",
        why="Accounts, the boot or the loader are gone at once, on every instance.",
        instead="Change the one line with the tool made for it (usermod, visudo, grubby).",
        right_when="A rescue image is being prepared, by a person.",
        attack="T1485",
        check=(
            OnScript(_redirected_over),
            on("truncate", "dd", "tee", "sed", "perl", when=_overwritten),
            on("cp", "mv", "ln", "install", when=_replaced_by_nothing),
            on("rsync", when=_synchronised_with_nothing),
        ),
        flags=Examples(
            sh=(
                "> /etc/passwd\n",
                "cp /dev/null /etc/shadow\n",
                "truncate -s 0 /etc/sudoers\n",
                "rsync -a --delete /var/empty/ /etc/\n",
            )
        ),
        allows=Examples(
            sh=(
                "> /var/tmp/app.out\n",
                "cat /etc/passwd > /tmp/users\n",
                "echo '10.0.0.5 db' >> /etc/hosts\n",
            )
        ),
    ),
    ScriptRule(
        id="DES005",
        name="move-of-critical-path",
        severity=Severity.BLOCK,
        what="Moves a folder away that the system needs where it is.",
        why="Programs, accounts or libraries are not found any more, and the instance is lost.",
        instead="Copy what is needed, and leave the folder where it is.",
        right_when="Never on a running system.",
        attack="T1485",
        check=on("mv", when=_moved_away),
        flags=Examples(sh=("mv / /dev/null\n", "mv /etc /etc.old\n", "sudo mv /usr/lib /mnt/\n")),
        allows=Examples(
            sh=("mv /opt/app /opt/app.old\n", "mv a b\n", "mv /etc/app.conf /etc/app.conf.bak\n")
        ),
    ),
)
