"""Programs that ask for a password, or about a host."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.linux.hangs.waiting import is_fed, is_waited_for
from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], bool]


def _mysql(command: Command) -> bool:
    return any(text in {"-p", "--password"} for text in command.texts)


def _passwd(command: Command) -> bool:
    return not command.has(
        "-l", "-u", "-d", "-e", "-S", "-n", "-x", "-i", "-w", "--lock", "--unlock", "--delete",
        "--expire", "--status", "--stdin", "-a",
    )  # fmt: skip


def _always(_command: Command) -> bool:
    return True


_PASSWORDS: Final[dict[str, _Test]] = {
    "passwd": _passwd,
    **dict.fromkeys(
        ("mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "mysqlcheck"), _mysql
    ),
    **dict.fromkeys(("psql", "pg_dump", "pg_restore"), lambda c: c.has("-W", "--password")),
    "ssh-copy-id": _always,
    "smbpasswd": lambda command: not command.has("-s", "-x", "-d", "-e", "-n"),
    "htpasswd": lambda command: not command.has("-b", "-i", "-D", "-bc", "-v"),
    "ldappasswd": lambda command: command.has("-W", "-S"),
    "kinit": lambda command: not command.has("-k", "-t", "-R", "-kt"),
    "vncpasswd": lambda command: not command.has("-f"),
    "cryptsetup": lambda command: (
        command.texts[:1] in {("luksOpen",), ("open",), ("luksFormat",)}
        and not command.has("--key-file", "-d", "-")
    ),
}
_NOT_ASKING: Final = re.compile(r"(?:BatchMode|StrictHostKeyChecking)[= ]?", re.IGNORECASE)


def _asks_for_password(command: Command, _script: Script) -> Opinion:
    if only_informs(command) or not is_waited_for(command):
        return None
    if command.name in {"mysql", "psql", "mysqldump", "pg_dump"}:  # read from /dev/tty
        return _PASSWORDS[command.name](command)
    return not is_fed(command) and _PASSWORDS[command.name](command)


def _may_ask_about_host(command: Command, _script: Script) -> Opinion:
    """Of a host that was never seen, ssh asks whether its key is right."""
    if command.name == "ssh" and (not command.operands or command.has("-V", "-Q", "-G", "-O")):
        return None
    if command.name == "scp" and not any(":" in word.text for word in command.operands):
        return None
    if command.is_started_by("sshpass") or not is_waited_for(command):
        return None
    return not any(_NOT_ASKING.search(text) for text in command.texts) and not command.has("-F")


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="HNG006",
        name="password-prompt",
        severity=Severity.ADVICE,
        what="Calls a program that asks for a password.",
        why="Nobody types one: it fails, or waits until the command times out.",
        instead="Let it read a file that only root can read (`--defaults-extra-file`, ~/.pgpass), "
        "or log in with the system's user (`auth_socket`, `peer`).",
        right_when="It is fed by a program that the script cannot show.",
        check=on(*_PASSWORDS, when=_asks_for_password),
        flags=Examples(
            sh=(
                "mysql -u root -p -e 'SHOW DATABASES'\n",
                "passwd deploy\n",
                "psql -W -c 'SELECT 1'\n",
                "ssh-copy-id app@192.0.2.7\n",
            )
        ),
        allows=Examples(
            sh=(
                "mysql --defaults-extra-file=/root/.app.cnf -e 'SHOW DATABASES'\n",
                "passwd -S deploy\n",
                "psql -w -c 'SELECT 1'\n",
            )
        ),
    ),
    ScriptRule(
        id="HNG008",
        name="unknown-host-key-asked-about",
        severity=Severity.ADVICE,
        what="Connects with ssh, which asks about a host that it has not seen before.",
        why="Nobody answers, nor types a password when the key is refused: the command waits or "
        "fails.",
        instead="Put the host's key into known_hosts and add `-o BatchMode=yes -o "
        "ConnectTimeout=10`.",
        right_when="BatchMode is set in root's ssh_config.",
        check=on("ssh", "scp", "sftp", when=_may_ask_about_host),
        flags=Examples(
            sh=(
                "ssh app@192.0.2.7 uptime\n",
                "scp app.tgz app@192.0.2.7:/tmp/\n",
                "ssh -i /opt/app/key db 'systemctl is-active mysqld'\n",
            )
        ),
        allows=Examples(
            sh=(
                "ssh -o BatchMode=yes app@192.0.2.7 uptime\n",
                "scp -o BatchMode=yes app.tgz app@192.0.2.7:/tmp/\n",
                "ssh -V\n",
            )
        ),
    ),
)
