"""Recursive deletions of folders and files."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Command, Language, Script, Word
from mcp_server.guardrails.script.windows_arguments import at, is_harmless_form, targets, upstream
from mcp_server.guardrails.script.windows_paths import (
    absolute,
    folder_of,
    is_critical,
    is_drive_root,
    is_profile,
    is_relative,
    is_temporary,
    normalised,
)
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_LISTINGS: Final = frozenset({"get-childitem", "get-item", "dir", "resolve-path"})
_FILTERS: Final = ("-filter", "-include", "-exclude")
_PATHS: Final = ("-path", "-literalpath")
_PROVIDERS: Final = (
    "hk",
    "registry::",
    "env:",
    "variable:",
    "cert:",
    "function:",
    "alias:",
    "wsman:",
    "iis:",
    "microsoft.powershell.core\\registry",
)
_MAKERS: Final = frozenset({"new-item", "mkdir", "md", "git", "expand-archive", "copy-item"})


def is_recursive(command: Command) -> bool:
    """Whether a deletion goes into subfolders."""
    if command.name in {"::delete", "::deletedirectory", ".delete"}:
        return any(text in {"$true", "true", "1"} for text in command.texts[1:]) or (
            command.name == ".delete" and "$true" in command.texts
        )
    if command.language is Language.POWERSHELL and command.has("-recurse"):
        return True
    return command.has("/s")


def _deleted(command: Command) -> Iterator[Word]:
    if command.name == "robocopy":
        if command.has("/mir", "/purge") and (word := at(command, 1)) is not None:
            yield word
    elif command.name in {"::delete", "::deletedirectory"} or command.name == ".delete":
        yield from command.args[:1]
    else:
        yield from targets(command, *_PATHS)
        for one in _listings(command):
            yield from targets(one, *_PATHS)


def _listings(command: Command) -> Iterator[Command]:
    """What lists the paths that come in, by a pipe or as the item of a loop over one."""
    for one in upstream(command):
        if one.name in _LISTINGS:
            yield one
    if any(word.text == HOLE for word in targets(command, *_PATHS)):
        for loop in command.wrappers:
            yield from (one for one in upstream(loop) if one.name in _LISTINGS)


def _is_filtered(command: Command) -> bool:
    """Whether only some of what is listed is deleted."""
    return any(
        one.name == "where-object" or (one.name in _LISTINGS and one.has(*_FILTERS))
        for loop in (command, *command.wrappers)
        for one in (loop, *upstream(loop))
    ) or command.has(*_FILTERS)


def _takes_all(command: Command, value: str, *, lists: bool) -> bool:
    """Whether the deletion takes everything below the path, or the one file that it names."""
    folder, has_all = folder_of(value)
    has_name = "." in folder.rpartition("\\")[2] or folder.endswith("bootmgr")
    if command.name in {"rd", "rmdir"}:
        return command.has("/s") or command.language is Language.POWERSHELL
    return (
        has_all
        or has_name
        or "*" in folder
        or command.name == "robocopy"
        or is_recursive(command)
        or lists
    )


def _directory(command: Command, script: Script) -> str:
    """Where a relative path begins; the last literal change before the command."""
    if command.directory or command.language is Language.BAT:
        return command.directory
    found = ""
    for change in script.named("set-location", "push-location"):
        if change.span.start < command.span.start:
            word = at(change, 0, *_PATHS)
            found = word.text if word is not None and word.is_literal else ""
    return found


def _critical(command: Command, script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    directory = _directory(command, script)
    lists = any(True for _ in _listings(command))
    weights = {
        _weight(normalised(absolute(path, directory)))
        for word in _deleted(command)
        for value in word.values
        if value and _takes_all(command, path := normalised(value), lists=lists)
    }
    if Severity.BLOCK in weights and not _is_filtered(command):
        return Severity.BLOCK
    return Severity.CONFIRM if weights - {None} else None


def _weight(path: str) -> Severity | None:
    """How bad it is to lose a path; unknown ones weigh nothing."""
    if HOLE in path or PARAMETER in path:
        return Severity.CONFIRM if is_profile(path) else None
    if is_critical(path):
        return Severity.BLOCK
    return Severity.CONFIRM if is_drive_root(path) or is_profile(path) else None


def _is_own(value: str, script: Script) -> bool:
    """Whether the script makes the folder itself."""
    plain = normalised(value)
    return any(
        plain == normalised(word.text) for maker in script.named(*_MAKERS) for word in maker.args
    )


def _other(command: Command, script: Script) -> Opinion:
    if is_harmless_form(command) or not is_recursive(command) or _is_filtered(command):
        return None
    for word in targets(command, *_PATHS):
        for value in word.values:
            if _is_other(value) and not _is_own(value, script):
                return True
    return None


def _is_other(value: str) -> bool:
    """Whether a path is known, absolute, no registry key, and neither critical nor temporary."""
    plain = normalised(value)
    if not plain or plain.startswith((HOLE, PARAMETER, *_PROVIDERS)) or is_relative(value):
        return False
    if "*" in plain and not folder_of(value)[1]:
        return False
    return not (is_critical(value) or is_drive_root(value) or is_temporary(value))


_CRITICAL_BOTH: Final = ("robocopy C:\\empty C:\\Windows /MIR", 'cmd /c "rd /s /q C:\\"')

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES101",
        name="recursive-delete-of-system-folder",
        severity=Severity.BLOCK,
        what="Deletes the system volume, Windows, the installed programs or all users' data.",
        why="The instance does not survive it, and what is lost does not come back without a "
        "snapshot.",
        instead="Name the one folder that is to go, and delete that; release the instance or roll "
        "back its disk with the ECS API when all of it is to go.",
        right_when="Never in a script that others may run.",
        attack="T1485",
        check=on(
            "remove-item",
            "rd",
            "rmdir",
            "del",
            "erase",
            "robocopy",
            "::delete",
            "::deletedirectory",
            when=_critical,
        ),
        flags=Examples(
            powershell=(
                "Remove-Item -Path C:\\Windows -Recurse -Force",
                "Get-ChildItem C:\\ -Force | Remove-Item -Recurse -Force",
                "[IO.Directory]::Delete('C:\\Program Files', $true)",
                "ri $env:SystemDrive\\* -Rec -Fo",
                *_CRITICAL_BOTH,
            ),
            bat=(
                "rd /s /q %SystemRoot%",
                "del /f /s /q C:\\*.*",
                "for %%d in (C:\\Users C:\\ProgramData) do rmdir /s /q %%d",
                *_CRITICAL_BOTH,
            ),
        ),
        allows=Examples(
            powershell=(
                "Remove-Item C:\\Windows\\Temp\\* -Recurse -Force",
                "Remove-Item C:\\Windows -Recurse -WhatIf",
                "Write-Host 'Remove-Item C:\\ -Recurse'",
                "Remove-Item 'C:\\Program Files\\Shop\\old' -Recurse",
            ),
            bat=(
                "rd /s /q C:\\Temp\\build",
                "echo rd /s /q C:\\",
                "del /q C:\\logs\\shop-*.log",
                "robocopy C:\\app D:\\backup\\app /MIR",
            ),
        ),
    ),
    ScriptRule(
        id="DES102",
        name="recursive-delete-of-other-folder",
        severity=Severity.CONFIRM,
        what="Deletes a folder with everything in it, and it is no temporary one.",
        why="Nothing is kept: a wrong or shared path loses data on every instance that it runs on.",
        instead="Move it aside first (`Move-Item D:\\data D:\\data.old`), or list what would go "
        "with `-WhatIf`.",
        right_when="The path is right, and its contents are backed up or not needed.",
        attack="T1485",
        check=on("remove-item", "rd", "rmdir", "del", "erase", "::delete", when=_other),
        flags=Examples(
            powershell=(
                "Remove-Item D:\\data -Recurse -Force",
                "Remove-Item -LiteralPath 'C:\\inetpub\\wwwroot' -Recurse",
                "[System.IO.Directory]::Delete('D:\\shop\\uploads', $true)",
            ),
            bat=(
                "rd /s /q D:\\data",
                'rmdir /s /q "C:\\inetpub\\wwwroot"',
                "del /f /s /q D:\\shop\\uploads\\*",
            ),
        ),
        allows=Examples(
            powershell=(
                "Remove-Item $env:TEMP\\setup -Recurse -Force",
                "Remove-Item .\\build -Recurse",
                "New-Item D:\\work -ItemType Directory\nRemove-Item D:\\work -Recurse",
                "Remove-Item D:\\data\\one.txt",
            ),
            bat=(
                "rd /s /q %TEMP%\\setup",
                "rmdir /s /q build",
                "mkdir D:\\work\r\nrd /s /q D:\\work",
                "del /q D:\\data\\one.txt",
            ),
        ),
    ),
)
