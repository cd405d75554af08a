"""Programs under a false name, and programs behind the name of another file."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Language, Script, Word
from mcp_server.guardrails.script.windows_effects import written
from mcp_server.guardrails.script.windows_paths import file_name, is_in_system, normalised
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_COPIERS: Final = frozenset(
    {"copy", "copy-item", "xcopy", "::copy", "move", "move-item", "robocopy"}
)
_STARTERS: Final = frozenset(
    {
        "start",
        "start-process",
        "call",
        "cmd",
        "powershell",
        "wmic",
        "rundll32",
        "regsvr32",
        "wscript",
        "cscript",
        "mshta",
        "::start",
        "invoke-cimmethod",
        "invoke-wmimethod",
        "control",
        "msiexec",
        "forfiles",
        "invoke-expression",
        "invoke-item",
        "msxsl",
        "bitsadmin",
        "sc",
    }
)
_SYSTEM_NAMES: Final = frozenset(
    {
        "svchost.exe",
        "lsass.exe",
        "csrss.exe",
        "winlogon.exe",
        "services.exe",
        "smss.exe",
        "wininit.exe",
        "spoolsv.exe",
        "explorer.exe",
        "taskhostw.exe",
        "taskhost.exe",
        "conhost.exe",
        "dllhost.exe",
        "lsm.exe",
        "runtimebroker.exe",
        "searchindexer.exe",
        "wuauclt.exe",
    }
)
_SYSTEM_ENDS: Final = tuple(sorted(_SYSTEM_NAMES))
_LONGEST_PATH: Final = 1024
"""Characters; the pattern's cost is the square of them."""
_STREAM: Final = re.compile(
    r"[^\\/:\s\"']{2,}:(?!\\|/|\d+$|:)[\w.$-]+(?::\$data)?(?:,[#\w]+)?$", re.IGNORECASE
)
_SYSTEM_FOLDERS: Final = ("c:\\windows\\system32\\", "c:\\windows\\syswow64\\", "c:\\windows\\")


def _renamed(script: Script) -> Iterator[Match]:
    copies: set[str] = set()
    for command in script.commands:
        if command.language is Language.SHELL or not command.words:
            continue
        if (copies and _runs(command, copies)) or _is_masquerade(command):
            yield Match(command.span)
        copies |= _copied(command)


def _runs(command: Command, paths: set[str]) -> bool:
    words = command.words if command.name in _STARTERS else command.words[:1]
    return any(normalised(word.text) in paths for word in words)


def _copied(command: Command) -> set[str]:
    """Where a program of Windows is copied to under another name."""
    if command.name not in _COPIERS:
        return set()
    sources = [word for word in command.args if _is_system_program(word)]
    if not sources:
        return set()
    names = {file_name(word.text) for word in sources}
    return {
        path
        for word in written(command)
        if (path := normalised(word.text)) and file_name(path) not in names and "." in path
        if not is_in_system(path)
    }


def _is_system_program(word: Word) -> bool:
    plain = normalised(word.text)
    return is_in_system(plain) and plain.endswith((".exe", ".com"))


def _is_masquerade(command: Command) -> bool:
    """Whether a program with the name of one of Windows' own runs from elsewhere."""
    words = command.args[:1] if command.name in {"start", "start-process"} else command.words[:1]
    for word in words:
        if not word.text.lower().endswith(_SYSTEM_ENDS):
            continue
        path = normalised(word.text)
        if file_name(path) in _SYSTEM_NAMES and "\\" in path and HOLE not in path:
            return not path.startswith(_SYSTEM_FOLDERS) or "\\temp\\" in path
    return False


def _streams(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.language is not Language.SHELL and _uses_stream(command):
            yield Match(command.span)


def _uses_stream(command: Command) -> bool:
    if command.name in {"set-content", "add-content", "out-file"}:
        stream = command.value("-stream")
        return stream is not None and stream.text.lower() != "zone.identifier"
    if any(_is_stream(word) for word in written(command)):
        return True
    words = command.words if command.name in _STARTERS else command.words[:1]
    return any(_is_stream(word) for word in words)


def _is_stream(word: Word) -> bool:
    if ":" not in word.text or len(word.text) > _LONGEST_PATH:
        return False
    text = word.text.strip("\"'").lower()
    if "://" in text or text.endswith(":zone.identifier") or text.startswith(("-", "/", "$", "hk")):
        return False
    found = _STREAM.search(text)
    return (
        found is not None and "." in text and not text.startswith(("env:", "function:", "wsman:"))
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="OBF107",
        name="windows-program-under-false-name",
        severity=Severity.CONFIRM,
        what="Runs a copy of a Windows program under another name, or a program that bears the "
        "name of one of Windows' own elsewhere.",
        why="It hides from readers and monitoring what runs.",
        instead="Call the program by its own name, where Windows keeps it.",
        right_when="A test of monitoring, which a person has agreed to.",
        attack="T1036.003",
        check=OnScript(_renamed),
        flags=Examples(
            powershell=(
                "Copy-Item C:\\Windows\\System32\\cmd.exe C:\\Temp\\help.exe\n"
                "C:\\Temp\\help.exe /c ver",
                "copy $env:SystemRoot\\System32\\cscript.exe $env:TEMP\\n.exe\n"
                "Start-Process $env:TEMP\\n.exe",
                "C:\\ProgramData\\svchost.exe",
            ),
            bat=(
                "copy %SystemRoot%\\System32\\cmd.exe C:\\a.exe\r\nC:\\a.exe /c ver",
                "copy %windir%\\System32\\certutil.exe %TEMP%\\c.tmp\r\n%TEMP%\\c.tmp -dump a.cer",
                "start C:\\Temp\\lsass.exe",
            ),
        ),
        allows=Examples(
            powershell=(
                "Copy-Item C:\\Windows\\System32\\cmd.exe D:\\copies\\cmd.exe",
                "C:\\Windows\\System32\\svchost.exe -k netsvcs",
                "Copy-Item C:\\app\\a.exe C:\\Temp\\b.exe\nC:\\Temp\\b.exe",
            ),
            bat=(
                "copy %windir%\\System32\\robocopy.exe D:\\copies\\robocopy.exe",
                "%SystemRoot%\\System32\\cmd.exe /c ver",
                "copy C:\\app\\a.exe C:\\Temp\\b.exe\r\nC:\\Temp\\b.exe",
            ),
        ),
    ),
    ScriptRule(
        id="OBF108",
        name="alternate-data-stream",
        severity=Severity.CONFIRM,
        what="Writes to an alternate data stream of a file, or runs what is in one.",
        why="Such content is in no listing and no size; it is where payloads are hidden.",
        instead="Write an ordinary file.",
        right_when="A tool keeps metadata there, such as `Zone.Identifier`.",
        attack="T1564.004",
        check=OnScript(_streams),
        flags=Examples(
            powershell=(
                "Set-Content C:\\Temp\\a.txt -Stream job -Value 'Get-Date'",
                "wmic process call create 'C:\\Temp\\a.txt:b.exe'",
                "'x' > C:\\Temp\\a.txt:hidden.ps1",
            ),
            bat=(
                "type C:\\Temp\\b.exe > C:\\Temp\\a.txt:b.exe",
                'wmic process call create "C:\\Temp\\a.txt:b.exe"',
                "rundll32 C:\\Temp\\a.txt:b.dll,Start",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-Content C:\\Temp\\a.exe -Stream Zone.Identifier",
                "Set-Content C:\\Temp\\a.txt 'time: 12:30'",
                "Unblock-File C:\\Temp\\a.exe",
            ),
            bat=(
                "type C:\\Temp\\a.txt > D:\\copies\\a.txt",
                "echo a:b > C:\\Temp\\a.txt",
                "curl -o C:\\Temp\\a.txt http://api.example:8080/a.txt",
            ),
        ),
    ),
)
