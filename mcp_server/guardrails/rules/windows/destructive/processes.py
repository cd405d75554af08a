"""Processes that Windows can't run without, and processes that fill the machine."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, targets, upstream
from mcp_server.guardrails.script.windows_paths import file_name
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_VITAL: Final = frozenset(
    {"csrss", "wininit", "winlogon", "lsass", "lsm", "services", "smss", "svchost", "system", "*"}
)
_NAMED: Final = re.compile(r"name\s*=\s*[\"']?(\w+)\.exe")
_SELF: Final = frozenset({"%0", "%~0", "%~f0", "%~s0", "%~dpnx0", "%~nx0", "%~dpf0"})


def _kill(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    match command.name:
        case "taskkill" | "tskill" | "pskill":
            return any(_is_vital(word.text) for word in command.args) and not command.has("/fi")
        case "stop-process":
            names = [*targets(command, "-name", "-processname")]
            if any(_is_vital(word.text) for word in names):
                return True
            return any(_lists_all(one) for one in command.inputs)
        case _:
            return (
                "process" in command.texts
                and any(text.startswith(("delete", "terminate")) for text in command.texts)
                and any(_is_vital_query(text) for text in command.texts)
            )


def _is_vital(text: str) -> bool:
    return file_name(text).removesuffix(".exe") in _VITAL


def _is_vital_query(text: str) -> bool:
    named = _NAMED.search(text)
    return "like '%'" in text or (named is not None and named[1] in _VITAL)


def _lists_all(command: Command) -> bool:
    if command.name != "get-process":
        return False
    words = [*targets(command, "-name", "-id")]
    return not words or any(_is_vital(word.text) for word in words)


def _bombs(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.language is Language.SHELL or not command.words:
            continue
        if (
            _starts_itself(command)
            and (any(_starts_itself(one) for one in upstream(command)) or _spawns_itself(command))
        ) or (_spawns_shell(command) and _loops(command, script)):
            yield Match(command.span)


def _starts_itself(command: Command) -> bool:
    words = command.words if command.name in {"start", "call", "cmd"} else command.words[:1]
    return any(word.text.strip('"').lower() in _SELF for word in words)


def _spawns_itself(command: Command) -> bool:
    """Whether the copy runs beside this one, with nothing that decides about it."""
    return (command.name == "start" or command.is_started_by("start") or command.background) and (
        not command.conditions
    )


def _spawns_shell(command: Command) -> bool:
    if command.name not in {"start", "start-process"}:
        return False
    programs = {file_name(word.text).removesuffix(".exe") for word in command.args}
    return bool(programs & {"cmd", "powershell", "pwsh"}) and len(command.args) <= _FEW


_FEW: Final = 3


def _loops(command: Command, script: Script) -> bool:
    """Whether it is reached again and again without an end: an endless while, `goto` back."""
    if command.language is Language.POWERSHELL:
        text = script.text[: command.span.start].lower().rpartition("while")[2]
        return text.replace(" ", "").startswith(("($true){", "(1){"))
    gotos = [one for one in script.named("goto") if not one.conditions]
    return bool(gotos) and any(one.span.start > command.span.start for one in gotos)


_KILL_BOTH: Final = ("taskkill /f /im csrss.exe", "taskkill /f /im svchost.exe /t")

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES115",
        name="vital-process-killed",
        severity=Severity.CONFIRM,
        what="Kills a process that Windows can't run without, or every process.",
        why="The instance crashes at once, and what was not written is lost.",
        instead="Stop the one service with `Stop-Service`, or restart the instance with the API.",
        right_when="Never on an instance that is in use.",
        attack="T1489",
        check=on("taskkill", "tskill", "pskill", "stop-process", "wmic", when=_kill),
        flags=Examples(
            powershell=(
                *_KILL_BOTH,
                "Get-Process | Stop-Process -Force",
                "Stop-Process -Name lsass -Force",
            ),
            bat=(*_KILL_BOTH, "wmic process where \"name='lsass.exe'\" delete"),
        ),
        allows=Examples(
            powershell=(
                "Stop-Process -Name notepad",
                "Get-Process java | Stop-Process",
                "Get-Process lsass",
            ),
            bat=(
                "taskkill /f /im java.exe",
                'tasklist /fi "imagename eq svchost.exe"',
                "wmic process where \"name='java.exe'\" get processid",
            ),
        ),
    ),
    ScriptRule(
        id="DES116",
        name="fork-bomb-on-windows",
        severity=Severity.BLOCK,
        what="Starts itself or a shell again and again without an end.",
        why="The instance runs out of memory and processes within seconds and hangs.",
        instead="Loop with a bound and a pause, and wait for what was started.",
        right_when="Never.",
        attack="T1499.001",
        check=OnScript(_bombs),
        flags=Examples(
            powershell=(
                "while ($true) { Start-Process powershell }",
                "while (1) { Start-Process cmd.exe }",
                "while($true){ Start-Process pwsh }",
            ),
            bat=("%0|%0", ":a\r\nstart cmd\r\ngoto a", 'start "" "%~f0"\r\n%0'),
        ),
        allows=Examples(
            powershell=(
                "Start-Process powershell -ArgumentList '-File C:\\app\\a.ps1' -Wait",
                "while ($true) { Get-Process java; Start-Sleep 5 }",
                "1..3 | ForEach-Object { Start-Process cmd '/c ver' -Wait }",
            ),
            bat=(
                "start /wait cmd /c ver",
                "echo %0",
                ":a\r\ntimeout /t 5 /nobreak\r\nif exist C:\\flag goto a",
            ),
        ),
    ),
)
