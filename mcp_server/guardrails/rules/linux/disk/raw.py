"""Writing to a disk itself."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import effects, paths
from mcp_server.guardrails.script.model import HOLE, Command, Language, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_ASKING: Final = ("--help", "--version", "-V", "-h")


def disks(command: Command) -> Iterator[str]:
    """The disks and partitions among the operands of a command."""
    for word in command.operands:
        for value in word.values:
            if paths.is_disk(value):
                yield value


def _redirected(script: Script) -> Iterator[Match]:
    """`> /dev/sda`, whatever writes there."""
    for command in script.commands:
        if command.language is Language.SHELL and any(
            r.operator in {">", ">>", ">|", "<>", "&>"} and any(map(paths.is_disk, r.target.values))
            for r in command.redirects
        ):
            yield Match(command.span)


def _written(command: Command, _script: Script) -> Opinion:
    """The disk that it copies to, also one found among those that the instance has."""
    targets = [value for word in effects.written(command) for value in word.values]
    if any(map(paths.is_disk, targets)):
        return True
    return any(value == f"/dev/{HOLE}" for value in targets) and Severity.CONFIRM


def _wiped(command: Command, _script: Script) -> Opinion:
    return any(disks(command)) and not command.has(*_ASKING)


def _rescued_to(command: Command, _script: Script) -> Opinion:
    return any(paths.is_disk(word.text) for word in command.operands[1:2])


def _by_badblocks(command: Command, _script: Script) -> Opinion:
    return command.has("-w") and any(disks(command))


def _by_hdparm(command: Command, _script: Script) -> Opinion:
    return any("security-erase" in text or "trim-sector" in text for text in command.texts)


def _by_nvme(command: Command, _script: Script) -> Opinion:
    return command.texts[:1] in {("format",), ("sanitize",), ("delete-ns",)}


def _by_scsi(command: Command, _script: Script) -> Opinion:
    return command.name == "sg_sanitize" or command.has("--format", "-F")


def _restored(command: Command, _script: Script) -> Opinion:
    """macOS: an image put over a disk."""
    return command.texts[:1] == ("restore",) and command.has("--erase", "-erase")


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DSK001",
        name="write-to-raw-disk",
        severity=Severity.BLOCK,
        what="Writes over a disk or a partition itself, past every file system.",
        why="Everything on it is lost at once, and on the system disk the instance with it.",
        instead="Detach and release the cloud disk, or make a new one from a snapshot.",
        right_when="An empty disk is being prepared from an image, by a person who names it.",
        attack="T1561.001",
        check=(
            OnScript(_redirected),
            on("dd", "dcfldd", "dc3dd", "cp", "tee", "sponge", "truncate", when=_written),
            on("blkdiscard", "nwipe", "wipe", "scrub", "shred", "srm", when=_wiped),
            on("ddrescue", when=_rescued_to),
            on("badblocks", when=_by_badblocks),
            on("hdparm", when=_by_hdparm),
            on("nvme", when=_by_nvme),
            on("sg_format", "sg_sanitize", when=_by_scsi),
            on("asr", when=_restored),
        ),
        flags=Examples(
            sh=(
                "dd if=/dev/zero of=/dev/vdb bs=1M\n",
                "cat image.raw > /dev/sda\n",
                "shred -n 1 /dev/nvme1n1\n",
                ": > /dev/vda\n",
            )
        ),
        allows=Examples(
            sh=(
                "dd if=/dev/vdb of=/mnt/backup.img\n",
                "dd if=/dev/zero of=/swapfile bs=1M count=1024\n",
                "hdparm -I /dev/sda\n",
            )
        ),
    ),
)
