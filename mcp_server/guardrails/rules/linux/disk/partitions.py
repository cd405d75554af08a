"""Partitions of disks, and volumes that shrink."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PARTED: Final = names(
    "mklabel mktable mkpart rm resizepart rescue mkpartfs set resize name toggle disk_set"
)
_ERASING: Final = ("erase", "partition", "zero", "random", "secureErase", "reformat")
_CREATING: Final = ("-n", "-d", "-t", "-R", "-l", "-g", "--new", "--delete", "--mbrtogpt")


def _by_fdisk(command: Command, _script: Script) -> Opinion:
    asks = command.has("-l", "--list", "-s", "--getsz", "-v", "-V", "--version", "--help", "-x")
    return bool(command.operands) and not asks


def _by_sfdisk(command: Command, _script: Script) -> Opinion:
    return not command.has(
        *("-l", "-d", "--dump", "-J", "--json", "-s", "-V", "--verify", "-n", "--list", "-v"),
        *("--no-act", "--list-free", "-F", "--show-size"),
    )


def _by_parted(command: Command, _script: Script) -> Opinion:
    return bool(_PARTED & {part for text in command.texts for part in text.split()})


def _by_gdisk(command: Command, _script: Script) -> Opinion:
    if command.name == "gdisk":
        return bool(command.operands) and not command.has("-l")
    return command.has(*_CREATING)


def _by_diskutil(command: Command, _script: Script) -> Opinion:
    return any(text.startswith(_ERASING) for text in command.texts[:2])


def _shrinks(command: Command, _script: Script) -> Opinion:
    if command.name == "lvreduce":
        return not command.has("-t", "--test")
    return any(t[:1] == "-" and any(c.isdecimal() for c in t) for t in command.texts)


def _by_dmsetup(command: Command, _script: Script) -> Opinion:
    return bool({"remove", "remove_all", "wipe_table"} & set(command.texts))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK004",
        name="partitioning",
        severity=Severity.CONFIRM,
        what="Changes the partitions of a disk, or shrinks a volume.",
        why="One wrong number makes file systems unreadable.",
        instead="Use a whole disk without partitions, or grow only (growpart, resize2fs).",
        right_when="The disk is new, or a snapshot exists.",
        attack="T1561.002",
        check=(
            on("fdisk", "cfdisk", when=_by_fdisk),
            on("sfdisk", when=_by_sfdisk),
            on("parted", when=_by_parted),
            on("sgdisk", "gdisk", when=_by_gdisk),
            on("diskutil", when=_by_diskutil),
            on("lvreduce", "lvresize", when=_shrinks),
            on("dmsetup", when=_by_dmsetup),
        ),
        flags=Examples(
            sh=(
                "parted -s /dev/vdb mklabel gpt mkpart primary 0% 100%\n",
                "echo ',,83' | sfdisk /dev/vdb\n",
                "sgdisk -n 1:0:0 /dev/vdb\n",
            )
        ),
        allows=Examples(sh=("parted -l\n", "fdisk -l /dev/vda\n", "sfdisk -d /dev/vda\n")),
    ),
)
