"""Files that are encrypted one after another."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.destructive.targets import targets, works_on_homes_or_system
from mcp_server.guardrails.script import paths, sources
from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PROGRAMS: Final = names("openssl gpg gpg2 age ccrypt ccencrypt mcrypt")
_ALWAYS: Final = names("ccencrypt mcrypt")
_BY_OPENSSL: Final = ("enc", "rsautl", "smime", "cms", "pkeyutl", "aes-", "-aes")


def _encrypts(command: Command) -> bool:
    if command.has("-d", "--decrypt", "-K"):
        return False
    if command.name == "openssl":
        return any(text.startswith(_BY_OPENSSL) for text in command.texts[:1])
    if command.name == "ccrypt":
        return command.has("-e", "--encrypt", "-r") or not command.has("-c")
    return command.name in _ALWAYS or command.has("-c", "-e", "-r", "--symmetric", "--encrypt")


def _encrypted(command: Command, _script: Script) -> Opinion:
    """Within a loop or a find over folders of people, or of the system as a whole."""
    if not _encrypts(command):
        return False
    if works_on_homes_or_system(command):
        return True
    if any(v.startswith(("/home/*", "/root/*")) for w in command.args for v in w.values):
        return True
    whole = any(paths.is_critical(p) or paths.is_home(p) for p in targets(command))
    return whole and command.has("-r", "--recursive")


def _packed_and_removed(command: Command, _script: Script) -> Opinion:
    """Put into an archive with a password, and deleted."""
    removes = command.has("-m", "-df") or "-sdel" in command.texts
    locked = any(text.startswith(("-p", "-P", "--password", "-hp", "-e")) for text in command.texts)
    locked = locked or command.has("-P", "-e", "--encrypt")
    places = list(targets(command))
    return removes and locked and any(paths.is_critical(p) or paths.is_home(p) for p in places)


def _in_loop(script: Script) -> Iterator[Match]:
    """A loop that encrypts and deletes each file that a find lists."""
    encrypting = [
        c for c in script.named(*_PROGRAMS) if _encrypts(c) and any(HOLE in w.text for w in c.args)
    ]
    if not encrypting or not any(
        HOLE in word.text
        for c in script.named("rm", "shred", "unlink", "mv")
        for word in c.operands
    ):
        return
    for find in script.named("find"):
        if any(_is_somebodys(root) for root in sources.find_roots(find)):
            yield Match(encrypting[0].span)
            return


def _is_somebodys(path: str) -> bool:
    return paths.is_critical(path) or paths.is_home(path)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES007",
        name="mass-encryption",
        severity=Severity.BLOCK,
        what="Encrypts the files of users or of the system one after another.",
        why="That is what ransomware does; with the key lost, so is everything.",
        instead="Encrypt the disk, or archive one folder and keep the original.",
        right_when="Never as a command on running instances.",
        attack="T1486",
        check=(
            on("openssl", "gpg", "gpg2", "age", "ccrypt", "ccencrypt", "mcrypt", when=_encrypted),
            on("7z", "7za", "zip", "rar", when=_packed_and_removed),
            OnScript(_in_loop),
        ),
        flags=Examples(
            sh=(
                "find /home -type f -exec openssl enc -aes-256-cbc -in {} -out {}.x -k k \\;\n",
                "find / -name '*.doc' -exec gpg -c {} \\;\n",
                "find /root -type f | xargs -I{} find /home -exec gpg --symmetric {} \\;\n",
                'for f in $(find /home); do openssl enc -in "$f" -out "$f.x" -k k; rm "$f"; done\n',
                "7z a -pSecret -sdel /root/all.7z /home\n",
            )
        ),
        allows=Examples(
            sh=(
                "openssl enc -aes-256-cbc -in /opt/app/dump -out /opt/app/dump.enc -pass file:k\n",
                "gpg -d /opt/app/conf.gpg\n",
                "gpg --verify a.sig a\n",
                'for f in *.sql; do gpg -e -r ops "$f" && rm "$f"; done\n',
            )
        ),
    ),
)
