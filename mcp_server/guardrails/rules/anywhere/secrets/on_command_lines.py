"""Passwords that programs are given on their command lines, or through a pipe from a literal."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.anywhere.secrets.values import INSTEAD, WHY, is_password
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.password_options import passwords
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PRINTING: Final = frozenset(
    {"echo", "printf", "write-host", "write-output", "write-verbose", "write-information", "grep"}
    | {"write-warning", "write-error", "git-commit", "log", "logger", "rem", "throw", "findstr"}
    | {"select-string", "sed", "awk", "test", "[", "[[", "case", "for", "if", "local", "declare"}
)
"""Programs whose arguments are text."""


def _on_command_line(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.args and command.name not in _PRINTING and _has_password(command):
            yield Match(command.span)


def _has_password(command: Command) -> bool:
    words = command.args
    texts = [word.text for word in words]
    return any(
        is_password(texts[given.index][given.start : given.end])
        for given in passwords(command.name.lower(), texts)
    )


def _sets_accounts(command: Command, _script: Script) -> Opinion:
    return any(
        ":" in line and is_password(line.split(":", 2)[1]) for line in _input(command).splitlines()
    )


def _reads_password(command: Command, _script: Script) -> Opinion:
    is_asked = command.name not in {"sudo", "passwd", "docker", "podman", "helm"} or command.has(
        "-S", "--stdin", "--password-stdin"
    )
    return is_asked and is_password(_input(command).strip().partition("\n")[0])


def _input(command: Command) -> str:
    """What a command reads, where it is literal."""
    if command.stdin is not None:
        return command.stdin.text
    return ""


def _is_plain_text(command: Command, _script: Script) -> Opinion:
    value = command.value("-string")
    if value is None:
        value = next(iter(command.operands), None)
    return value is not None and value.is_literal and is_password(value.text)


_PASSWORD: Final = "NotReal" + "-48"

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="SEC206",
        name="password-on-command-line",
        severity=Severity.CONFIRM,
        what="A program is given a password as an argument.",
        why=WHY,
        instead=INSTEAD + " Many programs read it from a file of mode 600, a variable or stdin.",
        right_when="The account is temporary and the password is changed right away.",
        attack="T1552.001",
        check=OnScript(_on_command_line),
        flags=Examples(
            sh=(
                f"mysql -uroot -p{_PASSWORD} -e 'select 1'\n",
                f"mysqldump --user=ops --password={_PASSWORD} app > /backup/app.sql\n",
                f"redis-cli -h cache.example -a {_PASSWORD} info\n",
                f"sshpass -p '{_PASSWORD}' ssh ops@host.example uptime\n",
                f"curl -u ops:{_PASSWORD} https://api.example/health\n",
                f"git clone https://ops:{_PASSWORD}@git.example/app.git\n",
                f"docker login -u ops -p {_PASSWORD} registry.example\n",
                f"psql postgresql://ops:{_PASSWORD}@db.example/app -c 'select 1'\n",
            ),
            powershell=(
                f"net user ops {_PASSWORD} /add\n",
                f"sqlcmd -S db.example -U sa -P {_PASSWORD} -Q 'select 1'\n",
                f"cmdkey /add:srv.example /user:ops /pass:{_PASSWORD}\n",
                f"docker login -u ops -p {_PASSWORD} registry.example\n",
            ),
            bat=(
                f"net user ops {_PASSWORD} /add\n",
                f"schtasks /create /tn job /tr C:\\app\\j.cmd /sc daily /ru ops /rp {_PASSWORD}\n",
                f"plink -batch -l ops -pw {_PASSWORD} host.example uptime\n",
            ),
        ),
        allows=Examples(
            sh=(
                "mysql -uroot -p -e 'select 1'\n",
                'mysql -uroot -p"$MYSQL_ROOT_PASSWORD" -e "select 1"\n',
                "curl -u ops: https://api.example/health\n",
                "docker login -u ops --password-stdin r.example < /run/secrets/r\n",
                "mkdir -p /opt/app\n",
                "echo 'use mysql --password=NotShown-1 here'\n",
            ),
            powershell=(
                "net user ops * /add\n",
                "net user ops /active:no\n",
                "sqlcmd -S db.example -E -Q 'select 1'\n",
                "cmdkey /list\n",
            ),
            bat=(
                "net user ops * /add\n",
                "net use Z: \\\\srv.example\\data\n",
                "net use Z: /delete\n",
                "schtasks /query /tn job\n",
            ),
        ),
    ),
    ScriptRule(
        id="SEC207",
        name="password-piped-from-literal",
        severity=Severity.CONFIRM,
        what="A password that stands in the script is piped into a program that asks for one.",
        why=WHY,
        instead=INSTEAD,
        right_when="The account is temporary and the password is changed right away.",
        attack="T1552.001",
        check=(
            on("chpasswd", when=_sets_accounts),
            on(
                *("passwd", "sudo", "su", "smbpasswd", "kinit", "docker", "podman", "helm"),
                when=_reads_password,
            ),
        ),
        flags=Examples(
            sh=(
                f"echo 'ops:{_PASSWORD}' | chpasswd\n",
                f"chpasswd <<< ops:{_PASSWORD}\n",
                f"echo {_PASSWORD} | passwd --stdin ops\n",
                f"chpasswd <<'EOF'\nops:{_PASSWORD}\nEOF\n",
            ),
        ),
        allows=Examples(
            sh=(
                'echo "ops:$NEW_PASSWORD" | chpasswd\n',
                "chpasswd < /run/secrets/accounts\n",
                'echo "$NEW_PASSWORD" | passwd --stdin ops\n',
                "sudo -n true\n",
            ),
        ),
    ),
    ScriptRule(
        id="SEC208",
        name="secure-string-from-literal",
        severity=Severity.CONFIRM,
        what="A SecureString is made from a password that stands in the script.",
        why="Nothing about it is secure: " + WHY[0].lower() + WHY[1:],
        instead=INSTEAD + " Get-Secret of the SecretManagement module reads it as a SecureString.",
        right_when="The account is temporary and the password is changed right away.",
        attack="T1552.001",
        check=on(
            "convertto-securestring",
            when=lambda command, script: (
                command.has("-asplaintext") and _is_plain_text(command, script)
            ),
        ),
        flags=Examples(
            powershell=(
                f"ConvertTo-SecureString '{_PASSWORD}' -AsPlainText -Force\n",
                f'$p = ConvertTo-SecureString -String "{_PASSWORD}" -AsPlainText -Force\n',
                f"New-LocalUser ops -Password (ConvertTo-SecureString '{_PASSWORD}' -AsPlainText "
                "-Force)\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "ConvertTo-SecureString $password -AsPlainText -Force\n",
                "Get-Content key.txt | ConvertTo-SecureString\n",
                "ConvertTo-SecureString $env:OPS_PASSWORD -AsPlainText -Force\n",
            ),
        ),
    ),
)
