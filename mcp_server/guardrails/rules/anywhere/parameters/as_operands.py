"""Parameters as operands: of what deletes or changes accounts and databases, and elsewhere."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.anywhere.parameters.roles import (
    chooses_program,
    is_code,
    is_harmful,
)
from mcp_server.guardrails.rules.anywhere.parameters.uses import (
    Use,
    checked_variables,
    has_parameter,
    is_quoted,
    uses,
)
from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_PRINTING: Final = frozenset(
    {"echo", "printf", "logger", "write-host", "write-output", "write-verbose", "write-warning",
     "write-information", "rem", "title", ":"}
)  # fmt: skip
_ASSIGNING: Final = frozenset({"set", "export", "declare", "local", "readonly", "typeset"})
_FILES: Final = frozenset({">", ">>", ">|", "&>", "<"})


def _is_operand(use: Use) -> bool:
    return not chooses_program(use) and not is_code(use)


def _harmed(script: Script) -> Iterator[Match]:
    for use in uses(script):
        if _is_operand(use) and not use.is_checked and is_harmful(use.command):
            yield Match(use.word.span)


def _bare(script: Script) -> Iterator[Match]:
    """Without quotes, where the placeholder itself stands in a line of the script."""
    if "{{" not in script.text:
        return
    for use in uses(script):
        if _is_elsewhere(use) and not use.word.quoted:
            yield Match(use.word.span)
    for assignment in script.assignments:
        if has_parameter(assignment.value) and not is_quoted(assignment, script):
            yield Match(assignment.span)
    for command in script.commands:
        yield from _bare_redirects(command)


def _bare_redirects(command: Command) -> Iterator[Match]:
    for redirect in command.redirects:
        if has_parameter(redirect.target) and not redirect.target.quoted:
            is_text = redirect.operator == "<<" and command.name not in interpreters.SHELLS
            if is_text or redirect.operator in _FILES:
                yield Match(redirect.target.span)


def _is_elsewhere(use: Use) -> bool:
    if use.command.name in _ASSIGNING:  # judged with the assignments
        return False
    return _is_operand(use) and use.is_direct and not is_harmful(use.command)


def _quoted(script: Script) -> Iterator[Match]:
    """The first place only: what it says holds for every one."""
    if "{{" not in script.text:
        return
    checked = checked_variables(script)
    for assignment in script.assignments:
        held = has_parameter(assignment.value) and assignment.name.lower() not in checked
        if held and is_quoted(assignment, script):
            yield Match(assignment.span)
            return
    for use in uses(script):
        if _is_elsewhere(use) and use.word.quoted and use.command.name not in _PRINTING:
            yield Match(use.word.span)
            return


_CHECK: Final = (
    "Read it once and check it before use. Shell: `name='{{name}}'; case \"$name\" in "
    "''|*[!A-Za-z0-9._-]*) exit 2;; esac`. PowerShell: `$name = '{{name}}'; if ($name -notmatch "
    "'^[\\w.-]+$') { exit 2 }`. Bat: `set \"name={{name}}\"`, then `echo %name%| findstr /r /x "
    '"[A-Za-z0-9._-]*" || exit /b 2`.'
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="INJ203",
        name="parameter-of-a-harmful-command",
        severity=Severity.CONFIRM,
        what="Lets a parameter say what is deleted, or which account, rule or table is changed.",
        why="A value such as `/`, `*` or `x; reboot` does the worst on every instance; quotes "
        "don't make it safe, because a value with a quote in it closes them.",
        instead=_CHECK,
        right_when="Few may invoke the command, and its documentation says what the values are.",
        attack="T1059",
        check=OnScript(_harmed),
        flags=Examples(
            sh=(
                "rm -rf '/opt/app/releases/{{release}}'\n",
                "userdel -r {{user}}\n",
                'mysql -e "DELETE FROM jobs WHERE id = {{id}}"\n',
                "chown -R app:app /srv/{{folder}}\n",
                "dir='{{dir}}'\nrm -rf \"$dir\"\n",
            ),
            powershell=(
                "Remove-Item -Recurse 'C:\\app\\{{release}}'\n",
                "net user {{name}} /delete\n",
                "Stop-Process -Name '{{process}}' -Force\n",
            ),
            bat=(
                'rd /s /q "C:\\app\\{{release}}"\n',
                "net user {{name}} /delete\n",
                "del /q {{file}}\n",
            ),
        ),
        allows=Examples(
            sh=(
                "release='{{release}}'\ncase \"$release\" in ''|*[!0-9.]*) exit 2 ;; esac\n"
                'rm -rf "/opt/app/releases/$release"\n',
                "user='{{user}}'\n[[ $user =~ ^[a-z]+$ ]] || exit 2\nuserdel \"$user\"\n",
                "systemctl restart '{{service}}'\n",
                "rm -rf /opt/app/releases/old\n",
            ),
            powershell=(
                "Get-Item 'C:\\app\\{{release}}'\n",
                "Restart-Service '{{service}}'\n",
                "Remove-Item -Recurse C:\\app\\old\n",
            ),
            bat=("dir {{folder}}\n", "sc query {{service}}\n", "del /q C:\\app\\old.log\n"),
        ),
    ),
    ScriptRule(
        id="INJ204",
        name="parameter-without-quotes",
        severity=Severity.ADVICE,
        what="Puts a parameter into a line of the script without quotes.",
        why="The value becomes text of the script: a space splits it, `*` lists files, and `;` or "
        "`&` begins another command.",
        instead=_CHECK,
        right_when="The value is a number or a known word, and only few may invoke the command.",
        attack="T1059",
        check=OnScript(_bare),
        flags=Examples(
            sh=(
                "systemctl restart {{service}}\n",
                "port={{port}}\n",
                "cat > /etc/app.conf <<EOF\nname={{name}}\nEOF\n",
                "ls > {{report}}\n",
            ),
            powershell=(
                "Restart-Service {{service}}\n",
                "Get-Item C:\\app\\{{folder}}\n",
                "ping.exe {{host}}\n",
            ),
            bat=("sc query {{service}}\n", "set NAME={{name}}\n", "ping {{host}}\n"),
        ),
        allows=Examples(
            sh=(
                "systemctl restart '{{service}}'\n",
                'echo "{{message}}"\n',
                "region={{ACS::RegionId}}\n",
            ),
            powershell=(
                "Restart-Service '{{service}}'\n",
                "Write-Host '{{message}}'\n",
                "Get-Service Spooler\n",
            ),
            bat=('sc query "{{service}}"\n', "sc query Spooler\n", "ver\n"),
        ),
    ),
    ScriptRule(
        id="INJ205",
        name="parameter-in-quotes-alone",
        severity=Severity.ADVICE,
        what="Relies on quotes around a parameter.",
        why="The value is put in before the script is read: one with a quote in it closes them, "
        "and within double quotes `$( )` runs.",
        instead=_CHECK,
        right_when="Only few may invoke the command, and the values are known.",
        attack="T1059",
        check=OnScript(_quoted),
        flags=Examples(
            sh=(
                "systemctl restart '{{service}}'\n",
                'name="{{name}}"\ncurl "https://api.example/$name"\n',
                'curl -fsS "https://api.example/{{path}}"\n',
            ),
            powershell=(
                "Restart-Service '{{service}}'\n",
                "$name = '{{name}}'\nGet-Service $name\n",
                'Invoke-RestMethod "https://api.example/{{path}}"\n',
            ),
            bat=(
                'sc query "{{service}}"\n',
                'dir "C:\\app\\{{folder}}"\n',
                'curl "https://api.example/{{path}}"\n',
            ),
        ),
        allows=Examples(
            sh=(
                'echo "{{message}}"\n',
                "name='{{name}}'\ncase \"$name\" in *[!a-z]*) exit 2 ;; esac\n"
                'systemctl restart "$name"\n',
                "systemctl restart nginx\n",
            ),
            powershell=(
                "Write-Host '{{message}}'\n",
                "Get-Service Spooler\n",
                "Write-Output '{{a}} and {{b}}'\n",
            ),
            bat=('echo "{{message}}"\n', "sc query Spooler\n", "ver\n"),
        ),
    ),
)
