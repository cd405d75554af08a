"""Family: lint. A handful of mistakes that scripts for Windows have often."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Language, Script, Word
from mcp_server.guardrails.script.windows_arguments import targets
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SC: Final = frozenset(
    {
        "query",
        "queryex",
        "start",
        "stop",
        "config",
        "delete",
        "create",
        "qc",
        "failure",
        "qdescription",
    }
)
_NAME: Final = re.compile(r"[\"']?\$\{?((?:env:)?\w+)")
_CURL: Final = re.compile(r"^(?:-[a-zA-Z]{1,4}|--[a-z-]+)$")


def _parsing(command: Command, script: Script) -> Opinion:
    if script.language is not Language.POWERSHELL or command.is_started_by("pwsh"):
        return None
    return not command.has("-usebasicparsing")


def _hides_program(command: Command, _script: Script) -> Opinion:
    """Whether an alias of the cmdlet is given options of the program that it hides."""
    if command.words[0].text.lower() not in {"curl", "wget"}:
        return False
    return any(_CURL.match(word.text) and not _names_parameter(word.text) for word in command.args)


def _names_parameter(text: str) -> bool:
    """Whether a word is a parameter of Invoke-WebRequest: `-Uri`, `-OutFile`."""
    return len(text) > len("-xx") and text[1].isupper()


def _service_alias(command: Command, _script: Script) -> Opinion:
    return command.words[0].text.lower() == "sc" and bool(_SC & set(command.texts[:2]))


def _path_list(command: Command, _script: Script) -> Opinion:
    return command.texts[:1] == ("path",) and len(command.args) > 1


def _unset(command: Command, script: Script) -> Opinion:
    """A deletion that reaches the drive's root when a variable is empty."""
    if command.language is Language.POWERSHELL and not command.has("-recurse"):
        return None
    for word in targets(command, "-path", "-literalpath"):
        head, mark, tail = word.text.replace("/", "\\").partition("\\")
        if head == HOLE and mark and tail in {"", "*", "*.*"}:
            return word.may_be_empty or (
                command.language is Language.POWERSHELL and not (_is_assigned(word, script))
            )
    return None


def _is_assigned(word: Word, script: Script) -> bool:
    found = _NAME.match(script.text[word.span.start : word.span.end])
    if found is None:
        return False
    name = found[1].lower()
    return any(one.name.lower().lstrip("$") == name for one in script.assignments)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="LNT101",
        name="webrequest-without-basic-parsing",
        severity=Severity.ADVICE,
        what="Calls Invoke-WebRequest without -UseBasicParsing.",
        why="Windows PowerShell 5.1 then needs Internet Explorer's engine, which was never set up "
        "for SYSTEM: it fails, or asks.",
        instead="Add `-UseBasicParsing`.",
        right_when="The script runs under PowerShell 7.",
        check=on("invoke-webrequest", when=_parsing),
        flags=Examples(
            powershell=(
                "Invoke-WebRequest https://files.example/a.zip -OutFile C:\\Temp\\a.zip",
                "$r = iwr https://api.example/status",
                "(Invoke-WebRequest -Uri https://api.example).StatusCode",
            ),
        ),
        allows=Examples(
            powershell=(
                "Invoke-WebRequest https://files.example/a.zip -OutFile a.zip -UseBasicParsing",
                "Invoke-RestMethod https://api.example/status",
                "curl.exe -o a.zip https://files.example/a.zip",
            ),
        ),
    ),
    ScriptRule(
        id="LNT102",
        name="alias-hides-a-program",
        severity=Severity.ADVICE,
        what="Gives options of curl or wget to the cmdlet that bears their name in PowerShell.",
        why="In Windows PowerShell 5.1 `curl` and `wget` are aliases of Invoke-WebRequest, which "
        "does not know these options.",
        instead="Write `curl.exe`, or use the parameters of Invoke-WebRequest.",
        right_when="The script runs under PowerShell 7.",
        check=on("curl", "wget", "invoke-webrequest", when=_hides_program),
        flags=Examples(
            powershell=(
                "curl -s https://api.example/status",
                "curl -fsSL https://files.example/a.zip",
                "wget -q https://files.example/a.zip",
            ),
        ),
        allows=Examples(
            powershell=(
                "curl.exe -s https://api.example/status",
                "curl https://api.example/status -UseBasicParsing",
                "iwr https://api.example/status -OutFile a.json",
            ),
        ),
    ),
    ScriptRule(
        id="LNT103",
        name="sc-is-set-content",
        severity=Severity.ADVICE,
        what="Calls `sc`, which is Set-Content in Windows PowerShell.",
        why="No service changes: a file with the name of the sub-command is written.",
        instead="Write `sc.exe`, or use Get-Service, Set-Service and their like.",
        right_when="The script runs under PowerShell 7.",
        check=on(
            "set-content",
            "sc",
            when=lambda command, script: (
                command.language is Language.POWERSHELL and _service_alias(command, script)
            ),
        ),
        flags=Examples(
            powershell=("sc query Spooler", "sc start Shop", "sc config Shop start= auto"),
        ),
        allows=Examples(
            powershell=("sc.exe query Spooler", "sc a.txt 'text'", "Set-Content a.txt 'query'"),
        ),
    ),
    ScriptRule(
        id="LNT104",
        name="path-written-with-setx",
        severity=Severity.ADVICE,
        what="Writes PATH with setx.",
        why="setx cuts the value at 1,024 characters and mixes the user's and the machine's "
        "entries; the lost ones don't come back.",
        instead="Use `[Environment]::SetEnvironmentVariable('Path', $new, 'Machine')` with the "
        "machine's own value.",
        right_when="The whole new value is short and written out.",
        check=on("setx", when=_path_list),
        flags=Examples(
            powershell=(
                'setx PATH "$env:PATH;C:\\app"',
                "setx.exe Path 'C:\\app' /M",
                'setx /? ; setx path "C:\\app"',
            ),
            bat=(
                'setx PATH "%PATH%;C:\\app"',
                'setx Path "%Path%;C:\\app" /M',
                "setx path C:\\app",
            ),
        ),
        allows=Examples(
            powershell=(
                "setx SHOP_HOME C:\\app",
                "$env:PATH += ';C:\\app'",
                "[Environment]::SetEnvironmentVariable('Path', $new, 'Machine')",
            ),
            bat=("setx SHOP_HOME C:\\app", "set PATH=%PATH%;C:\\app", "echo setx PATH"),
        ),
    ),
    ScriptRule(
        id="LNT105",
        name="delete-below-variable-that-may-be-empty",
        severity=Severity.ADVICE,
        what="Deletes everything below a variable that may be empty.",
        why="Empty, the path means the root of the drive.",
        instead="Check it first: `if (-not $dir) { throw }`, or `if not defined DIR exit /b 1`.",
        right_when="The variable is set in every case.",
        check=on("remove-item", "rd", "rmdir", "del", "erase", when=_unset),
        flags=Examples(
            powershell=(
                'Remove-Item "$dir\\*" -Recurse -Force',
                "Remove-Item -Path $env:SHOP_DIR\\* -Recurse",
                'ri "$($shop.Dir)\\*" -Recurse',
            ),
            bat=("rd /s /q %DIR%\\", "del /s /q %SHOP_DIR%\\*", 'del /q "%DIR%\\*.*"'),
        ),
        allows=Examples(
            powershell=(
                'Remove-Item "$dir\\shop\\*" -Recurse',
                "Remove-Item C:\\Temp\\* -Recurse",
                "Remove-Item $file",
            ),
            bat=("rd /s /q %DIR%\\shop", "del /q C:\\Temp\\*", "del /q %FILE%"),
        ),
    ),
)
