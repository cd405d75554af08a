"""Programs and libraries that are loaded into others, or put in their place."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.script import windows_effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import (
    Examples,
    Match,
    OnScript,
    Opinion,
    ScriptRule,
    on,
)
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_ACCESSIBILITY: Final = re.compile(
    r"\\system32\\(?:sethc|utilman|osk|magnify|narrator|displayswitch|atbroker|logonui"
    r"|easeofaccessdialog|cmdkey|backgroundtaskhost)\.exe$",
    re.IGNORECASE,
)
_SYSTEM_FILE: Final = re.compile(
    r"\\windows \\"
    r"|\\windows\\(?:system32|syswow64|sysnative)\\(?:wbem\\|spool\\[^*]*\\)?[^\\]+"
    r"\.(?:dll|exe|sys|ocx|cpl|scr)$"
    r"|\\windows\\[^\\]+\.dll$",
    re.IGNORECASE,
)
_PROFILER: Final = re.compile(
    r"^(?:env:)?(?:cor|coreclr)_(?:enable_profiling|profiler(?:_path)?)$"
    r"|^(?:env:)?(?:dotnet_startup_hooks|complus_version)$",
    re.IGNORECASE,
)


def _as_helper(command: Command) -> Opinion:
    return command.texts[:2] == ("add", "helper")


def _as_module(command: Command) -> Opinion:
    return command.texts[:2] in {("install", "module"), ("add", "module")}


def _as_handler(command: Command) -> Opinion:
    return any("=" in text for text in command.texts)


def _as_shim(command: Command) -> Opinion:
    return not any(text.startswith(("-u", "/u", "-?", "/?")) for text in command.texts)


def _always(_command: Command) -> Opinion:
    return True


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_JUDGES: Final[dict[str, _Judge]] = {
    "netsh": _as_helper,
    "appcmd": _as_module,
    "new-webglobalmodule": _always,
    "install-transportagent": _always,
    "enable-transportagent": _always,
    "ftype": _as_handler,
    "assoc": _as_handler,
    "sdbinst": _as_shim,
    "add-printerport": _always,
    "add-printerdriver": _advised,
    "gpscript": _advised,
}


def _loads(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _sets_a_profiler(command: Command, _script: Script) -> Opinion:
    return bool(command.texts) and bool(_PROFILER.match(command.texts[0]))


def _assigned_profilers(script: Script) -> Iterator[Match]:
    for assignment in script.assignments:
        if _PROFILER.match(assignment.name):
            yield Match(assignment.span)


def _replaces(command: Command, _script: Script) -> Opinion:
    if command.name in {"takeown", "icacls"}:
        return any(_ACCESSIBILITY.search(text) for text in command.texts)
    places = [value for word in windows_effects.written(command) for value in word.values]
    return any(_ACCESSIBILITY.search(place) or _SYSTEM_FILE.search(place) for place in places)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER107",
        name="module-loaded-into-a-program",
        severity=Severity.CONFIRM,
        what="Registers a library or a handler that other programs load.",
        why="It runs inside them, with their rights, from then on.",
        instead="Install the product that brings it.",
        right_when="The vendor's instructions say so.",
        attack="T1546",
        check=(
            on(*_JUDGES, when=_loads),
            on("::setenvironmentvariable", "setx", when=_sets_a_profiler),
            OnScript(_assigned_profilers),
        ),
        flags=Examples(
            powershell=(
                "netsh add helper C:\\a.dll\n",
                "New-WebGlobalModule -Name m -Image C:\\a.dll\n",
                "setx COR_PROFILER '{0}'\n",
            ),
            bat=("netsh add helper C:\\a.dll\n", "assoc .hta=a\n", "sdbinst -q C:\\a.sdb\n"),
        ),
        allows=Examples(
            powershell=(
                "netsh interface show interface\n",
                "Get-WebGlobalModule\n",
                "setx JAVA_HOME C:\\jdk\n",
            ),
            bat=("netsh show helper\n", "assoc .txt\n", "ftype\n"),
        ),
    ),
    ScriptRule(
        id="PER108",
        name="system-program-replaced",
        severity=Severity.CONFIRM,
        what="Puts a file in the place of a program or library of Windows.",
        why="Windows starts it as SYSTEM, some of them before anyone has logged in.",
        instead="Install updates and features by Windows' own means.",
        right_when="A driver or runtime without an installer, from its vendor.",
        attack="T1546.008",
        check=on(
            "copy",
            "xcopy",
            "move",
            "robocopy",
            "copy-item",
            "move-item",
            "takeown",
            "icacls",
            "ren",
            "rename-item",
            "::copy",
            "invoke-webrequest",
            when=_replaces,
        ),
        flags=Examples(
            powershell=(
                (
                    "Copy-Item C:\\Windows\\System32\\cmd.exe "
                    "C:\\Windows\\System32\\sethc.exe -Force\n"
                ),
                "Copy-Item a.dll C:\\Windows\\System32\\a.dll\n",
                "Invoke-WebRequest https://x.example/a -OutFile C:\\Windows\\System32\\a.exe\n",
            ),
            bat=(
                "copy /y C:\\Windows\\System32\\cmd.exe C:\\Windows\\System32\\utilman.exe\n",
                "takeown /f C:\\Windows\\System32\\osk.exe\n",
                "copy a.dll %SystemRoot%\\System32\\a.dll\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Copy-Item a.dll C:\\app\\a.dll\n",
                "Copy-Item C:\\Windows\\System32\\drivers\\etc\\hosts C:\\backup\\\n",
                "Get-Item C:\\Windows\\System32\\sethc.exe\n",
            ),
            bat=("copy a.dll C:\\app\\\n", "dir C:\\Windows\\System32\\osk.exe\n", "copy a b\n"),
        ),
    ),
)
