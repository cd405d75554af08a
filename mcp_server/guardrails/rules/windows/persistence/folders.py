"""Startup folders, profiles and templates, from which programs start or load files."""

import re
from typing import Final

from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_STARTUP: Final = re.compile(
    r"\\start menu\\programs\\startup(?:\\|$)"
    r"|\\startup\\[^\\]+\.(?:lnk|url|bat|cmd|vbs|exe|js|ps1|hta)$"
    r"|\\system32\\grouppolicy\\.{0,260}\\scripts\\|\\windows\\system32\\tasks\\",
    re.IGNORECASE,
)
_PROFILES: Final = re.compile(
    r"(?:^|\\)(?:microsoft\.\w+_)?profile\.ps1$|\\(?:site|user)customize\.py$"
    r"|\\site-packages\\.{0,260}\.pth$|\\(?:word|excel)\\startup\\|\\xlstart\\|\\microsoft\\addins\\"
    r"|\\normal\.dotm$|localstate\\settings\.json$|\\vbaproject\.otm$|\\outlook\\.{0,260}\.otm$",
    re.IGNORECASE,
)
_BY_NAME: Final = frozenset({"$profile", "profile"})


def _folders(command: Command, _script: Script) -> Opinion:
    if command.name == ".createshortcut":
        places = [word.text for word in command.args]
    else:
        places = [value for word in effects.written(command) for value in word.values]
    return any(
        _STARTUP.search(place) or _PROFILES.search(place) or place.lower() in _BY_NAME
        for place in places
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER106",
        name="startup-folder-or-profile-written",
        severity=Severity.CONFIRM,
        what="Puts a file where Windows or a program starts it by itself.",
        why="It runs as whoever logs in or opens the program.",
        instead="Use a service or a task that is managed.",
        right_when="The file is the operator's own and reviewed.",
        attack="T1547.001",
        check=on(
            "copy",
            "xcopy",
            "move",
            "robocopy",
            "echo",
            "copy-item",
            "move-item",
            "new-item",
            "set-content",
            "add-content",
            "out-file",
            "invoke-webrequest",
            "type",
            "mklink",
            "::writealltext",
            "::copy",
            "write-output",
            ".createshortcut",
            "::appendalltext",
            "invoke-restmethod",
            ".downloadfile",
            "start-bitstransfer",
            "curl",
            "certutil",
            "expand-archive",
            when=_folders,
        ),
        flags=Examples(
            powershell=(
                (
                    'Copy-Item a.lnk "$env:APPDATA\\Microsoft\\Windows\\Start '
                    'Menu\\Programs\\Startup\\a.lnk"\n'
                ),
                (
                    "Add-Content -Path C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\"
                    "profile.ps1 -Value 'a.exe'\n"
                ),
                (
                    'Set-Content -Path "$env:ProgramData\\Microsoft\\Windows\\Start '
                    'Menu\\Programs\\Startup\\a.bat" -Value a\n'
                ),
            ),
            bat=(
                (
                    'copy a.bat "%ProgramData%\\Microsoft\\Windows\\Start '
                    'Menu\\Programs\\Startup\\a.bat"\n'
                ),
                (
                    'echo a.exe > "%APPDATA%\\Microsoft\\Windows\\Start '
                    'Menu\\Programs\\Startup\\a.cmd"\n'
                ),
                'copy a.dotm "%APPDATA%\\Microsoft\\Word\\Startup\\a.dotm"\n',
            ),
        ),
        allows=Examples(
            powershell=(
                "Copy-Item a.lnk C:\\app\\a.lnk\n",
                'Get-ChildItem "$env:APPDATA\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"\n',
                "Set-Content -Path C:\\app\\a.txt -Value a\n",
            ),
            bat=(
                "copy a.bat C:\\app\\a.bat\n",
                "echo a > C:\\app\\a.cmd\n",
                'dir "%APPDATA%\\Microsoft\\Windows\\Start Menu"\n',
            ),
        ),
    ),
)
