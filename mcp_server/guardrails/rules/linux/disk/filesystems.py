"""File systems that are made, checked with force, or taken away from what runs."""

from typing import Final

from mcp_server.guardrails.rules.linux.disk.guards import is_guarded
from mcp_server.guardrails.rules.linux.disk.raw import disks
from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_MAKING: Final = names(
    "mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.msdos mkfs.ntfs"
    " mkfs.f2fs mkfs.bcachefs mkfs.exfat mkfs.minix mkfs.cramfs mkfs.jfs mkfs.reiserfs mkfs.erofs"
    " mkfs.gfs2 mkfs.ocfs2 mkfs.nilfs2 mkfs.udf mke2fs mkswap newfs newfs_hfs newfs_apfs"
    " newfs_msdos mkdosfs mkntfs mkexfatfs mkudffs mkreiserfs"
)
_N_IS_A_NAME: Final = names("mkfs.vfat mkfs.fat mkfs.xfs mkdosfs mkfs.msdos mkfs.exfat")
_WHOLE: Final = names("/ /usr /var /home /etc /boot")


def _makes(command: Command, script: Script) -> Opinion:
    if command.has("--help", "-V", "--version"):
        return False
    if command.has("-n") and command.name not in _N_IS_A_NAME:
        return False
    targets = [w.text for w in command.operands if w.text.startswith("/dev/")]
    if not targets or all(target.startswith("/dev/loop") for target in targets):
        return False
    if is_guarded(command, script):
        return Severity.ADVICE
    return Severity.BLOCK if any(map(paths.is_system_disk, disks(command))) else True


def _repairs(command: Command, _script: Script) -> Opinion:
    """A repair that throws away the log of the file system, or an editor of its structures."""
    if command.name == "debugfs":
        return command.has("-w")
    return command.has("-L")


def _takes_away(command: Command, _script: Script) -> Opinion:
    places = {word.text.rstrip("/") or "/" for word in command.operands}
    if command.name == "umount":
        return command.has("-a", "--all") or bool(places & _WHOLE)
    options = ",".join(text for text in command.texts if "remount" in text).split(",")
    return "ro" in options and bool(places & _WHOLE)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK002",
        name="file-system-made-anew",
        severity=Severity.CONFIRM,
        what="Makes a file system on a disk or a partition.",
        why="Whatever was on it is lost; on another instance the same name may be another disk.",
        instead="Make one only where there is none: if ! blkid /dev/vdb; then mkfs.ext4 ...; fi",
        right_when="The disk is new and empty on every instance.",
        attack="T1561.002",
        check=on(*_MAKING, when=_makes),
        flags=Examples(
            sh=(
                "mkfs.ext4 /dev/vdb\n",
                "mkfs -t xfs /dev/vda1\n",
                "sudo mkswap /dev/vdc1\n",
                "if ! blkid /dev/vdb; then mkfs.ext4 /dev/vdb; fi\n",
            )
        ),
        allows=Examples(sh=("mkfs.ext4 -V\n", "mkswap /swapfile\n", "blkid /dev/vdb\n")),
    ),
    ScriptRule(
        id="DSK005",
        name="file-system-taken-away",
        severity=Severity.CONFIRM,
        what="Unmounts what the system runs from, makes it read-only, or repairs it by force.",
        why="Programs lose the files they have open, and what was not written yet is lost.",
        instead="Unmount the one data disk by its folder, after stopping what uses it.",
        right_when="A rescue, by a person, with a snapshot at hand.",
        attack="T1489",
        check=(
            on("umount", "mount", when=_takes_away),
            on("xfs_repair", "debugfs", when=_repairs),
        ),
        flags=Examples(sh=("umount -a\n", "mount -o remount,ro /\n", "xfs_repair -L /dev/vdb1\n")),
        allows=Examples(
            sh=("umount /data\n", "mount -o remount,noatime /data\n", "xfs_repair -n /dev/vdb1\n")
        ),
    ),
)
