"""Disks below their file systems."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Language, Script
from mcp_server.guardrails.script.windows_effects import written
from mcp_server.guardrails.script.windows_paths import is_raw_device
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_RAW_READS: Final = frozenset({"read", "'read'", '"read"', "[fileaccess]::read"})


def _raw(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.language is Language.SHELL:
            continue
        if any(is_raw_device(word.text) for word in written(command)) or _opens_raw(command):
            yield Match(command.span)


def _opens_raw(command: Command) -> bool:
    if command.name == "dd":
        return any(
            text.startswith("of=") and is_raw_device(text.removeprefix("of="))
            for text in command.texts
        )
    if command.name in {"::open", "::new", "new-object", ".createfile", "::createfile"}:
        texts = [text for word in command.args for text in (word.text,) if HOLE not in text]
        if any(is_raw_device(text) for text in texts):
            return any("write" in text.lower() for text in texts) and not _RAW_READS & {
                text.lower() for text in texts
            }
    return False


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK105",
        name="raw-disk-write-on-windows",
        severity=Severity.BLOCK,
        what="Writes to a disk or volume below its file system.",
        why="It destroys the partition table or the file system; the instance does not boot.",
        instead="Use the file system, or restore an image with the ECS API.",
        right_when="Never in a script that others may run.",
        attack="T1561.002",
        check=OnScript(_raw),
        flags=Examples(
            powershell=(
                "[IO.File]::WriteAllBytes('\\\\.\\PhysicalDrive0', $zero)",
                "$s = [IO.File]::Open('\\\\.\\PhysicalDrive0', 'Open', 'Write')",
                "dd if=zero.bin of=\\\\.\\PhysicalDrive1 bs=1M",
            ),
            bat=(
                "dd if=/dev/zero of=\\\\.\\PhysicalDrive0",
                "copy /b zero.bin \\\\.\\PhysicalDrive0",
                "type zero.bin > \\\\.\\C:",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-PhysicalDisk",
                "Write-Output '\\\\.\\PhysicalDrive0'",
                "dd if=\\\\.\\PhysicalDrive1 of=D:\\image.bin bs=1M",
            ),
            bat=(
                "echo \\\\.\\PhysicalDrive0",
                "wmic diskdrive get deviceid",
                "dd if=\\\\.\\PhysicalDrive1 of=D:\\image.bin",
            ),
        ),
    ),
)
