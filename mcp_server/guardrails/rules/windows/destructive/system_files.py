"""Writing over, moving or formatting away what Windows starts from."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Language, Script, Word
from mcp_server.guardrails.script.windows_arguments import at, is_harmless_form, positional
from mcp_server.guardrails.script.windows_effects import written
from mcp_server.guardrails.script.windows_paths import is_critical, normalised
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_CODE: Final = (".exe", ".dll", ".sys", ".efi", "bootmgr", "boot.ini", "ntldr", "\\sam", "\\bcd")


def _overwritten(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.language is Language.SHELL or is_harmless_form(command):
            continue
        for word in written(command):
            if _is_system_file(word):
                yield Match(command.span)


def _is_system_file(word: Word) -> bool:
    return any(
        HOLE not in value and is_critical(value) and normalised(value).endswith(_CODE)
        for value in word.values
    )


def _moved(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    source = at(command, 0, "-path", "-literalpath")
    if command.name in {"::move"}:
        source = next(iter(command.args), None)
    return source is not None and any(
        HOLE not in value and is_critical(value) for value in source.values
    )


def _system_format(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    if command.name == "format-volume":
        letter = command.value("-driveletter")
        path = command.value("-path")
        return any(
            word is not None and word.text.lower().rstrip(":\\") in {"c", "c,"}
            for word in (letter, path)
        )
    return any(normalised(word.text) == "c:\\" for word in positional(command))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES103",
        name="overwrite-of-windows-boot-file",
        severity=Severity.BLOCK,
        what="Writes over a file that Windows boots or runs from.",
        why="Windows does not start again, and the file can't be restored while it is down.",
        instead="Repair system files with `sfc /scannow` or `DISM /Online /Cleanup-Image "
        "/RestoreHealth`.",
        right_when="Never in a script that others may run.",
        attack="T1485",
        check=OnScript(_overwritten),
        flags=Examples(
            powershell=(
                "Set-Content -Path C:\\Windows\\System32\\ntoskrnl.exe -Value ''",
                "Copy-Item .\\a.dll C:\\Windows\\System32\\hal.dll -Force",
                "[IO.File]::WriteAllText('C:\\bootmgr', '')",
            ),
            bat=(
                "echo x > C:\\Windows\\System32\\hal.dll",
                "copy /y nul C:\\bootmgr",
                "type nul > C:\\Windows\\System32\\winload.exe",
            ),
        ),
        allows=Examples(
            powershell=(
                "Copy-Item .\\shop.dll C:\\Windows\\System32\\shop.dll",
                "Set-Content C:\\app\\boot.ini -Value 'a=b'",
                "Copy-Item C:\\Windows\\System32\\hal.dll D:\\copies",
            ),
            bat=(
                "copy /y hosts C:\\Windows\\System32\\drivers\\etc\\hosts",
                "echo x > C:\\app\\hal.dll",
                "copy C:\\bootmgr D:\\copies\\bootmgr.bak",
            ),
        ),
    ),
    ScriptRule(
        id="DES104",
        name="system-folder-moved-away",
        severity=Severity.BLOCK,
        what="Moves or renames a folder or file that Windows needs in its place.",
        why="Windows and every program stop working at once, and it does not start again.",
        instead="Copy what is needed, and leave the original where it is.",
        right_when="Never in a script that others may run.",
        attack="T1485",
        check=on("move-item", "rename-item", "move", "ren", "rename", "::move", when=_moved),
        flags=Examples(
            powershell=(
                "Rename-Item C:\\Windows\\System32 System33",
                "Move-Item -Path 'C:\\Program Files' -Destination D:\\",
                "[IO.Directory]::Move('C:\\Windows', 'C:\\Gone')",
            ),
            bat=(
                "ren C:\\Windows Gone",
                "move /y C:\\Windows\\System32 D:\\",
                "rename C:\\Windows\\System32\\ntoskrnl.exe old.exe",
            ),
        ),
        allows=Examples(
            powershell=(
                "Rename-Item C:\\app\\old new",
                "Move-Item 'C:\\Program Files\\Shop' D:\\Shop",
                "Rename-Item C:\\Windows\\System32 x -WhatIf",
            ),
            bat=(
                "ren C:\\app\\old new",
                "move /y C:\\Temp\\a.txt D:\\",
                "ren C:\\Windows\\SoftwareDistribution SoftwareDistribution.old",
            ),
        ),
    ),
    ScriptRule(
        id="DES105",
        name="format-of-windows-volume",
        severity=Severity.BLOCK,
        what="Formats the volume that Windows runs from.",
        why="Everything on it is lost, and the instance does not start again.",
        instead="Replace the system disk with the ECS API (`ReplaceSystemDisk`) when the instance "
        "is to begin anew.",
        right_when="Never.",
        attack="T1561.001",
        check=on("format", "format-volume", when=_system_format),
        flags=Examples(
            powershell=(
                "Format-Volume -DriveLetter C -FileSystem NTFS -Force",
                "format C: /q /y",
                "cmd /c 'format C: /fs:ntfs /y'",
            ),
            bat=("format C: /q /y", "format.com c: /fs:ntfs", 'cmd /c "format C: /y"'),
        ),
        allows=Examples(
            powershell=(
                "Format-Volume -DriveLetter D -FileSystem NTFS",
                "Write-Output 'format C: /q'",
                "Format-Volume -DriveLetter C -WhatIf",
            ),
            bat=("format D: /q /y", "echo format C: /q", "rem format C: /q"),
        ),
    ),
)
