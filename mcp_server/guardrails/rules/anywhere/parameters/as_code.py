"""Parameters that choose what runs, or are part of code that runs."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.anywhere.parameters.roles import chooses_program, is_code
from mcp_server.guardrails.rules.anywhere.parameters.uses import uses
from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import PARAMETER, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity


def _programs(script: Script) -> Iterator[Match]:
    for use in uses(script):
        if chooses_program(use) and not use.is_checked:
            yield Match(use.word.span)


def _texts(script: Script) -> Iterator[Match]:
    for use in uses(script):
        if is_code(use) and not use.is_checked:
            yield Match(use.word.span)
    if "{{" in script.text:
        yield from _inputs(script)
        yield from _foreign(script)


def _inputs(script: Script) -> Iterator[Match]:
    """A here-document or a pipe to an interpreter."""
    for command in script.commands:
        stdin = command.stdin
        if stdin is None or PARAMETER not in stdin.text:
            continue
        if command.name in interpreters.SHELLS or interpreters.runner_of(command.name) is not None:
            if not command.operands or command.texts[:1] in {("-",), ("-s",)}:
                yield Match(command.span)
        elif command.name in {"ssh", "crontab", "at", "batch", "powershell", "pwsh", "cmd"}:
            yield Match(command.span)


def _foreign(script: Script) -> Iterator[Match]:
    for foreign in script.foreign:
        if PARAMETER in foreign.code.text:
            severity = Severity.ADVICE if foreign.whole else None
            yield Match(foreign.command.span if foreign.command else foreign.code.span, severity)


_SHELL_FIX: Final = (
    "Read it once and check it before use: `name='{{name}}'; case \"$name\" in "
    "*[!A-Za-z0-9._-]*) exit 2;; esac`"
)
_WINDOWS_FIX: Final = (
    "in PowerShell `$name = '{{name}}'; if ($name -notmatch '^[\\w.-]+$') { exit 2 }`; in Bat "
    '`set "name={{name}}"` and findstr /r /x'
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="INJ201",
        name="parameter-chooses-what-runs",
        severity=Severity.CONFIRM,
        what="Runs what a parameter names.",
        why="Whoever fills in the parameter runs any program as root or SYSTEM; the script that "
        "was agreed to says nothing of it.",
        instead="Let the parameter choose among known actions: `case '{{action}}' in start) ...;; "
        "stop) ...;; *) exit 2;; esac`, or `switch` in PowerShell, or `if` in Bat.",
        right_when="The command is a runner on purpose, and only few may invoke it.",
        attack="T1059",
        check=OnScript(_programs),
        flags=Examples(
            sh=(
                "{{command}}\n",
                "sudo {{tool}} --check\n",
                'cmd="{{command}}"\n$cmd\n',
                "bash {{script_path}}\n",
                "source {{env_file}}\n",
            ),
            powershell=(
                "{{command}}\n",
                "& {{tool}} /check\n",
                "Start-Process '{{program}}'\n",
            ),
            bat=("{{command}}\n", "call {{script}}\n", "start {{program}}\n"),
        ),
        allows=Examples(
            sh=(
                "systemctl restart '{{service}}'\n",
                'echo "{{message}}"\n',
                'action=\'{{action}}\'\ncase "$action" in start|stop) "/opt/app/$action" ;; esac\n',
                "{{ACS::RegionId}}\n",
            ),
            powershell=(
                "Restart-Service '{{service}}'\n",
                "Write-Host '{{message}}'\n",
                "Get-Service -Name '{{service}}'\n",
            ),
            bat=("sc query {{service}}\n", "echo {{message}}\n", 'if "{{a}}"=="x" ver\n'),
        ),
    ),
    ScriptRule(
        id="INJ202",
        name="parameter-in-code",
        severity=Severity.CONFIRM,
        what="Puts a parameter into a text that is run as code.",
        why="A value with a quote, a semicolon or `$( )` in it becomes commands, with or without "
        "quotes around it.",
        instead=f"Pass it as an argument: `sh -c 'echo \"$1\"' sh \"$name\"`, `python3 -c '...' "
        f'"$name"`, `awk -v`. {_SHELL_FIX}; {_WINDOWS_FIX}.',
        right_when="The parameter is code on purpose, and only few may invoke the command.",
        attack="T1059",
        check=OnScript(_texts),
        flags=Examples(
            sh=(
                'eval "set -- {{arguments}}"\n',
                'sh -c "ping -c 1 {{host}}"\n',
                "bash <<EOF\ndocker pull {{image}}\nEOF\n",
                "python3 -c 'print(\"{{text}}\")'\n",
                'ssh -o BatchMode=yes db "systemctl restart {{service}}"\n',
            ),
            powershell=(
                'Invoke-Expression "Get-Service {{name}}"\n',
                'cmd /c "ping {{host}}"\n',
                'powershell -Command "Restart-Service {{service}}"\n',
            ),
            bat=(
                "cmd /c ping {{host}}\n",
                'powershell -Command "Restart-Service {{service}}"\n',
                'powershell -c "Get-Process {{name}}"\n',
            ),
        ),
        allows=Examples(
            sh=(
                "sh -c 'ping -c 1 \"$1\"' sh 192.0.2.7\n",
                "cat > /etc/motd <<'EOF'\nThis is {{name}}\nEOF\n",
                "name='{{name}}'\ncase \"$name\" in *[!a-z]*) exit 2 ;; esac\n"
                'sh -c "docker pull $name"\n',
                "ping -c 1 {{host}}\n",
            ),
            powershell=(
                "Get-Service '{{name}}'\n",
                'cmd /c "ver"\n',
                'Write-Host "{{message}}"\n',
            ),
            bat=("ping {{host}}\n", "cmd /c ver\n", "echo {{message}}\n"),
        ),
    ),
)
