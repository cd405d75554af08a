"""Disks and their partitions."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, positional, upstream
from mcp_server.guardrails.script.windows_effects import orders
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_WIPE_LINE: Final = re.compile(r"^\s*(?:cle\w*|del\w*|for\w*|conv\w*|uniqueid)\b", re.I | re.M)
_CLEAN_SYSTEM: Final = re.compile(
    r"^\s*sel\w*\s+dis\w*\s*=?\s*0\b[^\0]*?^\s*cle\w*\b|^\s*sel\w*\s+vol\w*\s*=?\s*c\b[^\0]*?^\s*format\b",
    re.I | re.M,
)
_CHANGE_LINE: Final = re.compile(
    r"^\s*(?:create|extend|shrink|offline|attributes|assign|remove|active|inactive|gpt|setid)\b",
    re.I | re.M,
)
_DISKPART_FLAGS: Final = ("diskpart /s C:\\scripts\\new-disk.txt",)


def _diskpart(command: Command, script: Script) -> Opinion:
    text = orders(command, script)
    if text is None:
        return command.has("/s") or None
    if _CLEAN_SYSTEM.search(text):
        return Severity.BLOCK
    return bool(_WIPE_LINE.search(text) or _CHANGE_LINE.search(text)) or None


def _clear(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    number = command.value("-number") or next(iter(positional(command)), None)
    if command.name == "remove-partition":
        letter = command.value("-driveletter")
        is_system = letter is not None and letter.text.lower().rstrip(":") == "c"
        return Severity.BLOCK if is_system else Severity.CONFIRM
    if number is not None and number.text == "0":
        return Severity.BLOCK
    if command.inputs and _is_every_disk(command):
        return Severity.BLOCK
    return Severity.CONFIRM


def _is_every_disk(command: Command) -> bool:
    """Whether all disks come in: no number, no filter."""
    chain = (*upstream(command),)
    return all(one.name == "get-disk" and not one.args for one in chain)


def is_new_disk(command: Command) -> bool:
    """Whether only disks come in that hold nothing yet."""
    return any(
        "raw" in text for one in upstream(command) for text in one.texts if one.name != "get-item"
    )


def _partition(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    if command.name == "set-disk" and not command.has(
        "-partitionstyle", "-isoffline", "-isreadonly"
    ):
        return None
    return Severity.ADVICE if is_new_disk(command) else True


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK101",
        name="disk-cleared-on-windows",
        severity=Severity.CONFIRM,
        what="Clears a disk or removes a partition, with all data on it.",
        why="What was on it is lost, and disk numbers differ between instances.",
        instead="Choose the disk by its size or serial number, check that it is empty "
        "(`PartitionStyle` RAW), and take a snapshot first.",
        right_when="The disk was chosen by a property that only it has, and holds nothing.",
        attack="T1561.002",
        check=on(
            "clear-disk",
            "remove-partition",
            "reset-physicaldisk",
            "remove-storagepool",
            "remove-virtualdisk",
            when=_clear,
        ),
        flags=Examples(
            powershell=(
                "Clear-Disk -Number 0 -RemoveData -RemoveOEM -Confirm:$false",
                "Get-Disk | Clear-Disk -RemoveData -Confirm:$false",
                "Remove-Partition -DriveLetter E -Confirm:$false",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-Disk | Format-Table Number, Size",
                "Clear-Disk -Number 1 -RemoveData -WhatIf",
                "Get-Partition -DriveLetter E",
            ),
        ),
    ),
    ScriptRule(
        id="DSK102",
        name="diskpart-script",
        severity=Severity.CONFIRM,
        what="Gives diskpart orders that change disks, or a file of orders that can't be seen.",
        why="`clean` and `format` need no confirmation there, and disk numbers differ between "
        "instances.",
        instead="Use `Initialize-Disk`, `New-Partition` and `Format-Volume` on a disk that was "
        "chosen by a property of its own.",
        right_when="A person has read the orders and knows which disk they reach.",
        attack="T1561.002",
        check=on("diskpart", when=_diskpart),
        flags=Examples(
            powershell=(
                *_DISKPART_FLAGS,
                '"select disk 1`nclean" | diskpart',
                "@'\nselect disk 0\nclean all\n'@ | diskpart.exe",
            ),
            bat=(
                *_DISKPART_FLAGS,
                "(echo select disk 1\necho clean) | diskpart",
                "echo select disk 2 > d.txt\necho create partition primary >> d.txt\n"
                "diskpart /s d.txt",
            ),
        ),
        allows=Examples(
            powershell=(
                "'list disk' | diskpart",
                '"list volume`nexit" | diskpart',
                "Write-Output 'diskpart /s a.txt'",
            ),
            bat=(
                "echo list disk | diskpart",
                "rem diskpart /s a.txt",
                "echo list volume > l.txt\ndiskpart /s l.txt",
            ),
        ),
    ),
    ScriptRule(
        id="DSK103",
        name="disk-partitioned-on-windows",
        severity=Severity.CONFIRM,
        what="Initialises, partitions or takes a disk off line.",
        why="On the wrong disk the data is out of reach or lost.",
        instead="Take only disks that hold nothing: `Get-Disk | Where-Object PartitionStyle -eq "
        "'RAW' | Initialize-Disk`.",
        right_when="A new data disk is prepared and was chosen by a property of its own.",
        check=on(
            "initialize-disk",
            "new-partition",
            "resize-partition",
            "set-disk",
            "convert-physicaldisk",
            "set-partition",
            when=_partition,
        ),
        flags=Examples(
            powershell=(
                "Initialize-Disk -Number 2 -PartitionStyle GPT",
                "New-Partition -DiskNumber 1 -UseMaximumSize -DriveLetter E",
                "Set-Disk -Number 1 -IsOffline $true",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-Disk | Where-Object PartitionStyle -eq 'RAW'",
                "Get-Partition -DiskNumber 1",
                "Initialize-Disk -Number 2 -WhatIf",
            ),
        ),
    ),
)
