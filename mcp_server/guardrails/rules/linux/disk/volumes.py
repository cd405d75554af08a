"""Volumes, pools, arrays and the keys of disks."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_KEYS: Final = names(
    "luksFormat erase luksErase luksKillSlot luksRemoveKey reencrypt luksReencrypt"
)
_APFS: Final = names("deleteContainer deleteVolume eraseVolume")


def _by_wipefs(command: Command, _script: Script) -> Opinion:
    return command.has("-a", "--all", "-o", "--offset") and not command.has("-n", "--no-act")


def _by_gdisk(command: Command, _script: Script) -> Opinion:
    return command.has("-Z", "-z", "--zap-all", "--zap", "-o", "--clear")


def _by_lvm(command: Command, _script: Script) -> Opinion:
    return not command.has("-t", "--test", "--help")


def _forced(command: Command, _script: Script) -> Opinion:
    return any(text.startswith("-ff") for text in command.texts)


def _by_vgchange(command: Command, _script: Script) -> Opinion:
    off = command.value("-a", "--activate")
    return "-an" in command.texts or (off is not None and off.text in {"n", "ln"})


def _by_cryptsetup(command: Command, _script: Script) -> Opinion:
    return bool(_KEYS & set(command.texts))


def _by_mdadm(command: Command, _script: Script) -> Opinion:
    return command.has("--zero-superblock", "--stop", "--remove", "--fail", "-S")


def _by_pool(command: Command, _script: Script) -> Opinion:
    return command.texts[:1] in {("destroy",), ("labelclear",), ("rollback",)}


def _by_btrfs(command: Command, _script: Script) -> Opinion:
    return command.texts[:2] in {
        ("subvolume", "delete"),
        ("device", "remove"),
        ("device", "delete"),
    }


def _by_diskutil(command: Command, _script: Script) -> Opinion:
    return bool(_APFS & set(command.texts))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK003",
        name="volume-or-partition-table-removed",
        severity=Severity.CONFIRM,
        what="Removes a partition table, signatures, a volume, a pool or the keys of a disk.",
        why="The data may still be there, but nothing finds it any more.",
        instead="Unmount and detach the disk, take a snapshot, and let a person remove it.",
        right_when="The disk is being retired, and a snapshot of it exists.",
        attack="T1561.002",
        check=(
            on("wipefs", when=_by_wipefs),
            on("sgdisk", "gdisk", when=_by_gdisk),
            on("pvremove", "vgremove", "lvremove", "vgreduce", when=_by_lvm),
            on("pvcreate", when=_forced),
            on("vgchange", "lvchange", when=_by_vgchange),
            on("cryptsetup", when=_by_cryptsetup),
            on("mdadm", when=_by_mdadm),
            on("zpool", "zfs", when=_by_pool),
            on("btrfs", when=_by_btrfs),
            on("diskutil", when=_by_diskutil),
        ),
        flags=Examples(
            sh=(
                "wipefs -a /dev/vdb\n",
                "lvremove -f /dev/vg0/data\n",
                "cryptsetup luksFormat /dev/vdb -q\n",
            )
        ),
        allows=Examples(sh=("wipefs /dev/vdb\n", "lvs\n", "cryptsetup status data\n")),
    ),
)
