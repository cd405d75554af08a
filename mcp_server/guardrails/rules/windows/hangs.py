"""Family: hangs. What waits for somebody who is not there."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, positional
from mcp_server.guardrails.script.windows_paths import file_name
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_GRAPHIC: Final = frozenset(
    {
        "notepad",
        "mmc",
        "taskmgr",
        "regedt32",
        "wbemtest",
        "mstsc",
        "mspaint",
        "calc",
        "write",
        "wordpad",
        "control",
        "explorer",
        "devmgmt.msc",
        "services.msc",
        "eventvwr",
        "msinfo32",
        "perfmon",
        "resmon",
        "cleanmgr",
        "out-gridview",
        "show-command",
        "vim",
        "vi",
        "nano",
        "edit",
    }
)
_QUIET: Final = ("/q", "/qn", "/qb", "/quiet", "/passive", "-q", "-qn", "-quiet", "-passive")


def _key(command: Command, _script: Script) -> Opinion:
    match command.name:
        case "choice":
            return not command.has("/t", "/?")
        case "get-credential":
            return True
        case "set":
            return (
                command.has("/p")
                and command.stdin is None
                and not any(one.operator == "<" for one in command.redirects)
            )
        case "pause":
            return command.stdin is None and not command.inputs
        case _:
            return not command.inputs


def _endless(command: Command, _script: Script) -> Opinion:
    match command.name:
        case "ping":
            return command.has("-t", "/t")
        case "get-content":
            return command.has("-wait") and not command.has("-totalcount")
        case "typeperf":
            return not command.has("-sc", "/sc", "-q", "-qx", "-?", "/?")
        case "netstat":
            return any(text.isdecimal() for text in command.texts)
        case "get-counter":
            return command.has("-continuous")
        case _:
            return command.language is Language.POWERSHELL and command.has("-wait", "-f")


def _is_bare(command: Command) -> bool:
    return not command.args and not _is_fed(command)


def _waits_for_window(command: Command) -> bool:
    first = next(iter(positional(command)), None) or command.value("-filepath")
    name = file_name(first.text).removesuffix(".exe") if first is not None else ""
    return command.has("-wait") and name in _GRAPHIC


_INTERACTIVE: Final[dict[str, Callable[[Command], bool]]] = {
    "cmd": lambda command: command.has("/k") or _is_bare(command),
    "powershell": lambda command: command.has("-noexit") or _is_bare(command),
    "pwsh": lambda command: command.has("-noexit") or _is_bare(command),
    **dict.fromkeys(("diskpart", "nslookup", "ftp", "python", "wmic", "netsh"), _is_bare),
    "copy": lambda command: command.texts[:1] == ("con",),
    "more": lambda command: command.language is Language.BAT and _is_bare(command),
    "regedit": lambda command: not command.has("/s", "-s", "/e", "-e"),
    "runas": lambda _command: True,
    "start-process": _waits_for_window,
}


def _interactive(command: Command, _script: Script) -> Opinion:
    judge = _INTERACTIVE.get(command.name)
    return judge(command) if judge is not None else not command.background


def _is_fed(command: Command) -> bool:
    return (
        command.stdin is not None
        or bool(command.inputs)
        or any(one.operator == "<" for one in command.redirects)
    )


def _begins(command: Command, *words: str) -> bool:
    return command.texts[:1] in {(word,) for word in words}


def _installs_loudly(command: Command) -> bool:
    acts = command.has("/i", "/x", "/package", "/uninstall", "-i", "-x", "/p", "/a")
    return acts and not any(text.startswith(_QUIET) for text in command.texts)


def _deletes_all(command: Command) -> bool:
    has_all = any(word.text.endswith(("\\*", "\\*.*")) for word in command.operands)
    return has_all and not command.has("/q")


def _retries_forever(command: Command) -> bool:
    copies = command.has("/mir", "/e", "/s")
    return copies and not any(text.startswith("/r:") for text in command.texts)


_ASKING: Final[dict[str, Callable[[Command], bool]]] = {
    "msiexec": _installs_loudly,
    "rd": lambda command: command.has("/s") and not command.has("/q"),
    "rmdir": lambda command: command.has("/s") and not command.has("/q"),
    "del": _deletes_all,
    "erase": _deletes_all,
    "format": lambda command: bool(command.operands) and not command.has("/y"),
    "choco": lambda command: (
        _begins(command, "install", "upgrade", "uninstall")
        and not command.has("-y", "--yes", "--confirm", "-yes")
    ),
    "reg": lambda command: _begins(command, "add", "delete") and not command.has("/f"),
    "schtasks": lambda command: command.has("/delete") and not command.has("/f"),
    "chkdsk": lambda command: command.has("/f", "/r", "/x"),
    "xcopy": lambda command: command.language is Language.BAT and not command.has("/y", "/i"),
    "robocopy": _retries_forever,
    "install-module": lambda command: not command.has("-force"),
    "install-packageprovider": lambda command: not command.has("-force"),
}


def _asks(command: Command, _script: Script) -> Opinion:
    return not is_harmless_form(command) and not _is_fed(command) and _ASKING[command.name](command)


_ASK_BOTH: Final = (
    "msiexec /i C:\\app\\shop.msi",
    "choco install 7zip",
    "reg add HKLM\\SOFTWARE\\Shop /v Mode /d 1",
    "schtasks /delete /tn Shop",
)
_ASK_ALLOWS: Final = (
    "msiexec /i C:\\app\\shop.msi /qn /norestart",
    "choco install 7zip -y",
    "reg add HKLM\\SOFTWARE\\Shop /v Mode /d 1 /f",
)
_INTERACTIVE_BOTH: Final = (
    "notepad C:\\app\\a.txt",
    "cmd /k ver",
    "diskpart",
    "powershell -NoExit",
)
_INTERACTIVE_ALLOWS: Final = ("cmd /c ver", "powershell -File C:\\app\\a.ps1", "diskpart /s a.txt")

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="HNG101",
        name="waits-for-a-key-on-windows",
        severity=Severity.ADVICE,
        what="Waits for a key or for an answer.",
        why="Nobody sits there: the command runs into its timeout, or reads nothing and goes on.",
        instead="Take the value as a parameter of the command, or wait with `Start-Sleep`.",
        right_when="The same script is used by hand too, and this line is not reached here.",
        check=on(
            "pause",
            "choice",
            "set",
            "read-host",
            "get-credential",
            ".readkey",
            "::readkey",
            "::readline",
            ".promptforchoice",
            when=_key,
        ),
        flags=Examples(
            powershell=("pause", "$n = Read-Host 'Name'", "$c = Get-Credential"),
            bat=("pause", "choice /c yn /m Continue", "set /p NAME=Name: "),
        ),
        allows=Examples(
            powershell=("Start-Sleep 5", "Write-Host 'pause'", "$n = 'shop'"),
            bat=(
                "timeout /t 5 /nobreak",
                "choice /c yn /t 5 /d y",
                "set /p NAME=<C:\\app\\name.txt",
            ),
        ),
    ),
    ScriptRule(
        id="HNG102",
        name="endless-output-on-windows",
        severity=Severity.ADVICE,
        what="Follows something and never ends.",
        why="The command runs until its timeout, and is then reported as failed.",
        instead="Bound it: `ping -n 4`, `Get-Content -Tail 100`, `typeperf -sc 5`.",
        right_when="The timeout is meant to end it.",
        check=on(
            "ping",
            "get-content",
            "typeperf",
            "netstat",
            "get-counter",
            "get-winevent",
            when=_endless,
        ),
        flags=Examples(
            powershell=(
                "ping -t db.example",
                "Get-Content C:\\app\\a.log -Wait",
                "Get-Counter '\\Processor(_Total)\\% Processor Time' -Continuous",
            ),
            bat=("ping -t db.example", 'typeperf "\\Memory\\Available MBytes"', "netstat -an 5"),
        ),
        allows=Examples(
            powershell=(
                "ping -n 4 db.example",
                "Get-Content C:\\app\\a.log -Tail 100",
                "Get-Counter -MaxSamples 3",
            ),
            bat=(
                "ping -n 4 db.example",
                'typeperf "\\Memory\\Available MBytes" -sc 5',
                "netstat -an",
            ),
        ),
    ),
    ScriptRule(
        id="HNG103",
        name="interactive-program-on-windows",
        severity=Severity.ADVICE,
        what="Starts a program that waits for a person: a window, an editor, a shell.",
        why="Nobody sees it in a command's session; it stays there until the timeout.",
        instead="Use a command that ends by itself; write files with `Set-Content`.",
        right_when="Hardly ever in a command that runs unattended.",
        check=on(*_GRAPHIC, *_INTERACTIVE, when=_interactive),
        flags=Examples(
            powershell=(*_INTERACTIVE_BOTH, "Get-Process | Out-GridView"),
            bat=(*_INTERACTIVE_BOTH, "copy con C:\\app\\a.txt"),
        ),
        allows=Examples(powershell=_INTERACTIVE_ALLOWS, bat=_INTERACTIVE_ALLOWS),
    ),
    ScriptRule(
        id="HNG104",
        name="question-not-answered-on-windows",
        severity=Severity.ADVICE,
        what="Runs a program in a form that asks before it acts, or shows a window.",
        why="Nobody answers: it waits until the timeout, or takes the answer no.",
        instead="Add the switch that answers: `/qn`, `/q`, `/f`, `/y`, `-y`, `-Force`, `/r:3`.",
        right_when="The question can't come up in this place.",
        check=on(*_ASKING, when=_asks),
        flags=Examples(
            powershell=(*_ASK_BOTH, "Install-Module Pester"),
            bat=(*_ASK_BOTH, "rd /s C:\\Temp\\build", "robocopy C:\\app D:\\app /MIR"),
        ),
        allows=Examples(
            powershell=(*_ASK_ALLOWS, "Install-Module Pester -Force"),
            bat=(*_ASK_ALLOWS, "rd /s /q C:\\Temp\\build", "robocopy C:\\a D:\\a /MIR /R:3 /W:5"),
        ),
    ),
)
