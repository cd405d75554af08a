"""Volumes: what they hold, where they are seen, how they are locked."""

from typing import Final

from mcp_server.guardrails.rules.windows.disk.disks import is_new_disk
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, positional
from mcp_server.guardrails.script.windows_paths import normalised
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_FORMAT_FLAGS: Final = (
    "format D: /fs:ntfs /q /y",
    "format.com E: /y",
    'cmd /c "format F: /q /y"',
)
_MOUNT_FLAGS: Final = ("mountvol E: /d", "mountvol D: /p", "mountvol C:\\mnt\\data /d")
_MOUNT_ALLOWS: Final = ("mountvol", "mountvol D: /l", "echo mountvol E: /d")
_BDE_FLAGS: Final = (
    "manage-bde -off D:",
    "manage-bde -lock D: -ForceDismount",
    "manage-bde -protectors -delete D:",
)
_BDE_ALLOWS: Final = (
    "manage-bde -status",
    "manage-bde -protectors -get C:",
    "manage-bde -status C: -p",
)
_CONVERT_FLAGS: Final = (
    "convert D: /fs:ntfs",
    "mbr2gpt /convert /disk:0 /allowFullOS",
    "mbr2gpt.exe /convert",
)
_CONVERT_ALLOWS: Final = ("mbr2gpt /validate /disk:0", "convert /?", "magick convert a.png b.jpg")


def _format(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    if command.name == "format-volume":
        letter = command.value("-driveletter")
        if letter is not None and letter.text.lower().rstrip(":") == "c":
            return None
        return Severity.ADVICE if is_new_disk(command) else True
    volumes = [normalised(word.text) for word in positional(command)]
    return any(_is_volume(volume) and volume != "c:\\" for volume in volumes)


def _is_volume(path: str) -> bool:
    return (len(path) == len("d:\\") and path.endswith(":\\")) or path.startswith("\\\\?\\volume")


def _mount(command: Command, _script: Script) -> Opinion:
    if command.name == "mountvol":
        return command.has("/d", "/p")
    return not is_harmless_form(command)


def _bitlocker(command: Command, _script: Script) -> Opinion:
    if command.name != "manage-bde":
        return not is_harmless_form(command)
    if "-status" in command.texts or "-get" in command.texts:
        return None
    return command.has(
        "-off", "-on", "-lock", "-forcerecovery", "-protectors", "-changekey", "-wipefreespace"
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK104",
        name="data-volume-formatted",
        severity=Severity.CONFIRM,
        what="Formats a volume; everything on it is lost.",
        why="Drive letters differ between instances, and nothing asks again.",
        instead="Check first that the volume is empty and of the expected size and label.",
        right_when="The volume is new, or its data is no longer needed.",
        attack="T1561.001",
        check=on("format", "format-volume", when=_format),
        flags=Examples(
            powershell=(
                "Format-Volume -DriveLetter D -FileSystem NTFS -Confirm:$false",
                "Get-Volume -DriveLetter E | Format-Volume",
                *_FORMAT_FLAGS,
            ),
            bat=_FORMAT_FLAGS,
        ),
        allows=Examples(
            powershell=(
                "Get-Volume -DriveLetter D",
                "Format-Volume -DriveLetter D -WhatIf",
                "Get-Date | Format-Table",
            ),
            bat=("echo format D: /q", "format /?", "rem format D:"),
        ),
    ),
    ScriptRule(
        id="DSK106",
        name="volume-unmounted",
        severity=Severity.CONFIRM,
        what="Takes a volume away from its letter or folder.",
        why="Programs that use the path fail, and services on it do not start.",
        instead="Stop what uses the volume first, and check the letter by the volume's label.",
        right_when="The disk is to be detached and nothing uses it.",
        check=on("mountvol", "remove-partitionaccesspath", "dismount-vhd", when=_mount),
        flags=Examples(
            powershell=(
                *_MOUNT_FLAGS,
                "Remove-PartitionAccessPath -DiskNumber 1 -PartitionNumber 2 -AccessPath E:",
            ),
            bat=_MOUNT_FLAGS,
        ),
        allows=Examples(powershell=_MOUNT_ALLOWS, bat=_MOUNT_ALLOWS),
    ),
    ScriptRule(
        id="DSK107",
        name="disk-encryption-changed",
        severity=Severity.CONFIRM,
        what="Turns BitLocker on or off, locks a volume, or changes what unlocks it.",
        why="Without the recovery key the data is out of reach after the next start; without "
        "encryption it is readable to whoever gets the disk.",
        instead="Encrypt disks with the platform's KMS; keep the recovery key outside first.",
        right_when="The recovery key is kept, and a person planned the change.",
        attack="T1486",
        check=on(
            "manage-bde",
            "disable-bitlocker",
            "enable-bitlocker",
            "lock-bitlocker",
            "suspend-bitlocker",
            "remove-bitlockerkeyprotector",
            when=_bitlocker,
        ),
        flags=Examples(
            powershell=(*_BDE_FLAGS, "Disable-BitLocker -MountPoint D:"), bat=_BDE_FLAGS
        ),
        allows=Examples(powershell=(*_BDE_ALLOWS, "Get-BitLockerVolume"), bat=_BDE_ALLOWS),
    ),
    ScriptRule(
        id="DSK108",
        name="volume-converted",
        severity=Severity.CONFIRM,
        what="Converts a volume's file system or a disk's partition table in place.",
        why="A failure half-way leaves it unreadable, and there is no way back.",
        instead="Take a snapshot of the disk first, or copy to a new disk.",
        right_when="A snapshot exists and the validation passed.",
        check=on(
            "convert",
            "mbr2gpt",
            when=lambda command, _: (
                command.has("/fs", "/convert") and not is_harmless_form(command)
            ),
        ),
        flags=Examples(powershell=_CONVERT_FLAGS, bat=_CONVERT_FLAGS),
        allows=Examples(powershell=_CONVERT_ALLOWS, bat=_CONVERT_ALLOWS),
    ),
)
