"""Backups and snapshots that are deleted."""

import re
from typing import Final

from mcp_server.guardrails.rules.linux.destructive.targets import is_recursive, targets
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_FOLDER: Final = re.compile(
    r"/(?:backups?|bak|snapshots?|dumps|var/backups?|mnt/backups?|data/backups?|srv/backups?"
    r"|opt/backups?|home/backups?|root/backups?|volumes/[^/]*backup[^/]*|\.snapshots)(?:/\*?)?\Z",
    re.IGNORECASE,
)
_NONE_KEPT: Final = re.compile(r"0[a-z]?\Z")


def _whole_folder(command: Command, _script: Script) -> Opinion:
    """Every backup; one by its name is ordinary."""
    everything = [path for path in targets(command) if _FOLDER.match(path)]
    return any(is_recursive(command) or path.endswith("*") for path in everything)


def _by_restic(command: Command, _script: Script) -> Opinion:
    if "forget" not in command.texts:
        return False
    kept = [
        value.text
        for option in ("--keep-last", "--keep-daily", "--keep-weekly", "--keep-monthly")
        if (value := command.value(option)) is not None
    ]
    return command.has("--unsafe-allow-remove-all") or (
        bool(kept) and all(map(_NONE_KEPT.match, kept))
    )


def _by_borg(command: Command, _script: Script) -> Opinion:
    """A repository; one archive of it is asked about too."""
    return command.texts[:1] == ("delete",) and not command.has("-n", "--dry-run")


def _by_snapshots(command: Command, _script: Script) -> Opinion:
    texts = set(command.texts)
    return bool(
        texts
        & {"--delete-all", "delete", "delete-all", "--delete", "purge", "remove-all-but-n-full"}
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES011",
        name="backups-destroyed",
        severity=Severity.BLOCK,
        what="Deletes a whole folder of backups, or a repository of them.",
        why="Nothing is left to restore from; destroyers of data begin with the backups.",
        instead="Delete what is too old: find /backup -name '*.tgz' -mtime +90 -delete; or let the "
        "backup program expire it.",
        right_when="The folder is being moved, and the copies are proved to be readable.",
        attack="T1490",
        check=(
            on("rm", "shred", "srm", when=_whole_folder),
            on("restic", when=_by_restic),
            on("borg", when=_by_borg),
        ),
        flags=Examples(
            sh=(
                "rm -rf /backup\n",
                "rm -rf /mnt/backups/*\n",
                "restic forget --keep-last 0 --prune\n",
            )
        ),
        allows=Examples(
            sh=(
                "find /backup -name '*.tgz' -mtime +90 -delete\n",
                "rm -f /backup/app-2020-01-01.tgz\n",
                "restic forget --keep-daily 7 --prune\n",
            )
        ),
    ),
    ScriptRule(
        id="DES012",
        name="snapshots-deleted",
        severity=Severity.CONFIRM,
        what="Deletes snapshots of the system.",
        why="The way back from a bad change or an attack is gone.",
        instead="Let the snapshot program's own limits remove the oldest ones.",
        right_when="The disk is full, and a backup exists elsewhere.",
        attack="T1490",
        check=on("timeshift", "snapper", "duplicity", "rsnapshot", "rear", when=_by_snapshots),
        flags=Examples(
            sh=(
                "timeshift --delete-all\n",
                "snapper delete 1-100\n",
                "duplicity remove-all-but-n-full 0 file:///backup --force\n",
            )
        ),
        allows=Examples(
            sh=(
                "timeshift --list\n",
                "snapper create -d before\n",
                "duplicity /srv file:///backup\n",
            )
        ),
    ),
)
