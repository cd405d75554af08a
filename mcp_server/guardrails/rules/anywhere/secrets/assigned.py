"""Variables that are named for a secret and get one that stands in the script."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.anywhere.secrets.values import (
    INSTEAD,
    WHY,
    is_assigned_secret,
    is_password,
)
from mcp_server.guardrails.script.model import Assignment, Script
from mcp_server.guardrails.script.password_options import passwords
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_NAMED: Final = re.compile(
    r"(?:password|passwd|passphrase|(?:^|_|:)pwd$|secret|(?:^|_|:|auth|access)token|api_?key|"
    r"access_?key|private_?key|_pass$|credential)",
    re.IGNORECASE,
)
_NAMED_OTHERWISE: Final = re.compile(
    r"(?:file|path|dir|name|url|uri|length|len|size|cmd|command|policy|age|prompt|field|regex|"
    r"pattern|type|id|days|hash|count|expir\w*|ttl|min|max|msg|message|version|keyword|enabled?|"
    r"required|host|port|mode|method|algorithm|algo|format|store|manager|group|rule|label|hint)$",
    re.IGNORECASE,
)
_CLIENT_VARIABLES: Final = frozenset(
    {"PGPASSWORD", "MYSQL_PWD", "REDISCLI_AUTH", "SSHPASS", "RSYNC_PASSWORD", "OPENSSL_PASSWORD"}
    | {"SQLCMDPASSWORD", "ANSIBLE_VAULT_PASSWORD", "RESTIC_PASSWORD", "BORG_PASSPHRASE"}
)
"""What programs take a password from; whatever stands in them is one."""


def _assigned(script: Script) -> Iterator[Match]:
    for assignment in script.assignments:
        if _is_secret(assignment):
            yield Match(assignment.span)
    for command in script.commands:
        if any(_is_secret(assignment) for assignment in command.assignments):
            yield Match(command.span)


def _is_secret(assignment: Assignment) -> bool:
    name, value = assignment.name.removeprefix("env:"), assignment.value
    if name.upper() in _CLIENT_VARIABLES:
        return value.is_literal and is_password(value.text)
    if "://" in value.text:
        return any(
            is_password(value.text[given.start : given.end])
            for given in passwords("", (value.text,))
        )
    return (
        _NAMED.search(name) is not None
        and _NAMED_OTHERWISE.search(name) is None
        and is_assigned_secret(value)
    )


_PASSWORD: Final = "NotReal" + "-48"

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="SEC209",
        name="secret-in-variable",
        severity=Severity.CONFIRM,
        what="A variable that is named for a secret gets one that stands in the script.",
        why=WHY,
        instead=INSTEAD,
        right_when="The value is no secret, or is changed right after.",
        attack="T1552.001",
        check=OnScript(_assigned),
        flags=Examples(
            sh=(
                f"DB_PASSWORD='{_PASSWORD}'\nmysql -uroot -p\"$DB_PASSWORD\" -e 'select 1'\n",
                f"PGPASSWORD={_PASSWORD} psql -h db.example -c 'select 1'\n",
                f"export DATABASE_URL=postgres://ops:{_PASSWORD}@db.example/app\n",
                "export JENKINS_API_TOKEN=11NotARealToken0001\n",
            ),
            powershell=(
                f"$Password = '{_PASSWORD}'\n",
                f'$env:DB_PASSWORD = "{_PASSWORD}"\n',
                '$apiKey = "NotARealKey-0001"\n',
            ),
            bat=(
                f"set DB_PASSWORD={_PASSWORD}\n",
                f'set "PGPASSWORD={_PASSWORD}"\n',
                "set API_KEY=NotARealKey-0001\n",
            ),
        ),
        allows=Examples(
            sh=(
                'DB_PASSWORD="$(cat /run/secrets/db)"\n',
                "PASSWORD_FILE=/run/secrets/db-1.txt\n",
                "PASSWORD=\n",
                "DB_PASSWORD=changeme\n",
                "TOKEN_URL=https://auth.example/token\n",
                'PGPASSWORD="$DB_PASSWORD" psql -h db.example -c "select 1"\n',
            ),
            powershell=(
                "$Password = Read-Host -AsSecureString\n",
                "$Password = $env:DB_PASSWORD\n",
                "$PasswordLength = '16Chars'\n",
                "$Password = ''\n",
            ),
            bat=(
                "set DB_PASSWORD=%1\n",
                "set DB_PASSWORD=\n",
                "set /p DB_PASSWORD=Password: \n",
                "set PASSWORD_FILE=C:\\app\\db1.txt\n",
            ),
        ),
    ),
)
