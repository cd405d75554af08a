"""Family: portability. What the PowerShell or Windows on the instance does not know."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Origin, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_NEW_PARAMETERS: Final = {
    "foreach-object": ("-parallel",),
    "invoke-webrequest": ("-skipcertificatecheck", "-form", "-maximumretrycount"),
    "invoke-restmethod": (
        "-skipcertificatecheck",
        "-form",
        "-maximumretrycount",
        "-skiphttperrorcheck",
        "-responseheadersvariable",
    ),
    "convertfrom-json": ("-ashashtable", "-depth"),
    "get-content": ("-asbytestream",),
    "set-content": ("-asbytestream",),
    "test-connection": ("-tcpport", "-targetname"),
    "convertto-json": ("-asarray", "-enumsasstrings"),
    "select-string": ("-raw", "-noemphasis"),
    "split-path": ("-leafbase", "-extension"),
}
_NEW_COMMANDS: Final = (
    "test-json",
    "join-string",
    "get-uptime",
    "remove-service",
    "get-error",
    "remove-alias",
    "show-markdown",
)
_UNIX: Final = (
    "grep",
    "egrep",
    "sed",
    "awk",
    "chmod",
    "chown",
    "sudo",
    "touch",
    "uname",
    "which",
    "systemctl",
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "export",
    "source",
    "head",
    "tail",
    "xargs",
    "useradd",
    "rm",
    "df",
    "free",
    "crontab",
    "ln",
)
_SWITCHES: Final = frozenset({"/s", "/q", "/f", "/y", "/b", "/a", "/s/q", "/q/s"})


def _new(command: Command, script: Script) -> Opinion:
    if script.language is not Language.POWERSHELL or command.is_started_by("pwsh"):
        return None
    parameters = _NEW_PARAMETERS.get(command.name)
    if parameters is None:
        return command.name not in script.functions
    texts = {text.partition(":")[0] for text in command.texts}
    return any(parameter in texts for parameter in parameters)


def _chained(script: Script) -> Iterator[Match]:
    """`a && b` and `a || b`, which came with PowerShell 7."""
    direct = [one for one in script.commands if one.origin is Origin.DIRECT]
    for left, right in pairwise(direct):
        if left.language is Language.POWERSHELL and left.span.end < right.span.start:
            between = script.text[left.span.end : right.span.start]
            if between.strip(" )\"'") in {"&&", "||"}:
                yield Match(right.span)


def _unix(command: Command, script: Script) -> Opinion:
    return (
        not command.conditions
        and command.name not in script.functions
        and command.words[0].text.lower() == command.name
    )


def _bat_form(command: Command, _script: Script) -> Opinion:
    """`rd /s /q` and the like, which are aliases of cmdlets without such switches."""
    if command.name == "set-variable":
        return command.words[0].text.lower() == "set" and any(
            "=" in text for text in command.texts[:1]
        )
    return bool(_SWITCHES & set(command.texts))


_WMIC: Final = ("wmic cpu get name", "wmic os get caption", "wmic.exe logicaldisk get size")
_NO_WMIC: Final = ("echo wmic", "systeminfo", 'powershell -c "Get-CimInstance Win32_Processor"')

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="POR101",
        name="powershell-seven-feature",
        severity=Severity.ADVICE,
        what="Uses a cmdlet or parameter that came with PowerShell 6 or 7.",
        why="Cloud Assistant runs Windows PowerShell 5.1, where this fails.",
        instead="Use the form that 5.1 has, or install PowerShell 7 and call `pwsh -File`.",
        right_when="The script runs under `pwsh`.",
        check=on(*_NEW_PARAMETERS, *_NEW_COMMANDS, when=_new),
        flags=Examples(
            powershell=(
                "1..9 | ForEach-Object -Parallel { Start-Sleep $_ }",
                "Invoke-WebRequest https://a.example -SkipCertificateCheck",
                "Get-Uptime",
            ),
        ),
        allows=Examples(
            powershell=(
                "1..9 | ForEach-Object { Start-Sleep $_ }",
                "Invoke-WebRequest https://a.example -UseBasicParsing",
                "pwsh -Command Get-Uptime",
            ),
        ),
    ),
    ScriptRule(
        id="POR102",
        name="pipeline-chain-operator",
        severity=Severity.ADVICE,
        what="Chains commands with `&&` or `||`.",
        why="Windows PowerShell 5.1 does not parse it: nothing of the script runs.",
        instead="Write `a; if ($?) { b }`.",
        right_when="The script runs under `pwsh`.",
        check=OnScript(_chained),
        flags=Examples(
            powershell=(
                "git pull && npm ci",
                "Test-Path C:\\app || mkdir C:\\app",
                "cd C:\\app && ./run.ps1",
            ),
        ),
        allows=Examples(
            powershell=(
                "git pull; if ($?) { npm ci }",
                'cmd /c "git pull && npm ci"',
                "Write-Host 'a && b'",
            ),
        ),
    ),
    ScriptRule(
        id="POR103",
        name="unix-command-on-windows",
        severity=Severity.ADVICE,
        what="Calls a command of Linux, which Windows does not have.",
        why="The script stops there, or goes on without what it needs.",
        instead="Use the cmdlet: `Select-String` for grep, `Get-Content -Tail` for tail, "
        "`icacls` for chmod; or create the command with the type RunShellScript.",
        right_when="Git for Windows or WSL puts it in the path.",
        check=on(*_UNIX, when=_unix),
        flags=Examples(
            powershell=("Get-Process | grep java", "sudo systemctl restart nginx", "chmod +x a.sh"),
            bat=("grep ERROR app.log", "chmod +x run.sh", "tail -n 5 app.log"),
        ),
        allows=Examples(
            powershell=(
                "Select-String ERROR app.log",
                "if (Get-Command grep -ErrorAction Ignore) { grep ERROR app.log }",
                "Get-Content app.log -Tail 5",
            ),
            bat=("findstr ERROR app.log", "echo chmod", "type app.log"),
        ),
    ),
    ScriptRule(
        id="POR104",
        name="bat-form-in-powershell",
        severity=Severity.ADVICE,
        what="Gives switches of cmd to what is a cmdlet in PowerShell.",
        why="`rd /s /q x` means `Remove-Item /s /q x` there, which fails or takes the switch for "
        "a path.",
        instead="Write `Remove-Item x -Recurse -Force`, or create the command with the type "
        "RunBatScript.",
        right_when="Never.",
        check=on(
            "remove-item", "copy-item", "move-item", "get-childitem", "set-variable", when=_bat_form
        ),
        flags=Examples(
            powershell=("rd /s /q C:\\Temp\\build", "dir /b C:\\app", "copy /y a.txt b.txt"),
        ),
        allows=Examples(
            powershell=(
                "Remove-Item C:\\Temp\\build -Recurse",
                'cmd /c "dir /b C:\\app"',
                "Copy-Item a.txt b.txt",
            ),
        ),
    ),
    ScriptRule(
        id="POR105",
        name="wmic-is-gone",
        severity=Severity.ADVICE,
        what="Uses wmic, which newer Windows versions no longer have.",
        why="It is an optional feature since Windows Server 2025, and off.",
        instead="Use `Get-CimInstance`, from Bat with `powershell -c`.",
        right_when="All instances run an older version.",
        check=on("wmic"),
        flags=Examples(powershell=_WMIC, bat=_WMIC),
        allows=Examples(powershell=_NO_WMIC, bat=_NO_WMIC),
    ),
)
