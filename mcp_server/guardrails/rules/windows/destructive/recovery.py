"""The boot configuration, the recovery environment, journals and free space."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_OFF: Final = frozenset({"no", "off", "0", "false"})
_ENTRIES: Final = frozenset({"{current}", "{default}", "{bootmgr}"})
_WIPES: Final = frozenset({"-z", "-c", "/z", "/c", "-p", "/p"})


def _boot(command: Command, _script: Script) -> Opinion:
    if command.name == "reagentc":
        return command.has("/disable", "-disable")
    texts = command.texts
    if command.has("/delete", "-delete") and _ENTRIES & set(texts):
        return Severity.BLOCK
    if command.has("/delete", "-delete", "/import", "-import"):
        return True
    if "recoveryenabled" in texts:
        return texts[-1] in _OFF
    return "bootstatuspolicy" in texts and texts[-1].startswith("ignore")


def _journal(command: Command, _script: Script) -> Opinion:
    return "usn" in command.texts and "deletejournal" in command.texts


def _wipe(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    match command.name:
        case "cipher":
            return any(text.startswith("/w") for text in command.texts)
        case "fsutil":
            return "setzerodata" in command.texts
        case _:
            return bool(_WIPES & set(command.texts)) or bool(command.operands)


_BOOT_FLAGS: Final = (
    'bcdedit /set "{default}" recoveryenabled no',
    'bcdedit /set "{default}" bootstatuspolicy ignoreallfailures',
    'bcdedit /delete "{current}" /f',
    "reagentc /disable",
)
_BOOT_ALLOWS: Final = (
    "bcdedit /enum",
    'bcdedit /set "{default}" recoveryenabled yes',
    "reagentc /info",
)
_JOURNAL_FLAGS: Final = (
    "fsutil usn deletejournal /D C:",
    "fsutil.exe usn deletejournal /N D:",
    'cmd /c "fsutil usn deletejournal /D C:"',
)
_JOURNAL_ALLOWS: Final = (
    "fsutil usn queryjournal C:",
    "fsutil fsinfo drives",
    "fsutil usn readjournal C:",
)
_WIPE_FLAGS: Final = ("cipher /w:D:\\", "sdelete -z D:", "sdelete64 -p 3 -s D:\\data")
_WIPE_ALLOWS: Final = ("cipher /c D:\\data", "sdelete /?", "cipher /e D:\\data\\keys")

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES111",
        name="boot-recovery-weakened",
        severity=Severity.CONFIRM,
        what="Turns off Windows' recovery at boot, or deletes an entry of the boot configuration.",
        why="After a failure the instance no longer repairs itself, or does not boot at all.",
        instead="Leave recovery on; keep a copy first with `bcdedit /export`.",
        right_when="A cloud image must not stop at the recovery screen, and a person has agreed.",
        attack="T1490",
        check=on("bcdedit", "reagentc", when=_boot),
        flags=Examples(powershell=_BOOT_FLAGS, bat=_BOOT_FLAGS),
        allows=Examples(powershell=_BOOT_ALLOWS, bat=_BOOT_ALLOWS),
    ),
    ScriptRule(
        id="DES112",
        name="change-journal-deleted",
        severity=Severity.CONFIRM,
        what="Deletes the change journal of a volume.",
        why="It is evidence of what happened to files, and backup and indexing rely on it.",
        instead="Leave it; it is small and ages out.",
        right_when="The journal is broken and its vendor's instruction asks to recreate it.",
        attack="T1070",
        check=on("fsutil", when=_journal),
        flags=Examples(powershell=_JOURNAL_FLAGS, bat=_JOURNAL_FLAGS),
        allows=Examples(powershell=_JOURNAL_ALLOWS, bat=_JOURNAL_ALLOWS),
    ),
    ScriptRule(
        id="DES113",
        name="free-space-or-files-wiped",
        severity=Severity.CONFIRM,
        what="Overwrites files or free space, so that nothing can be recovered.",
        why="It can't be undone, hides what was there, and keeps the disk busy for hours.",
        instead="Delete the files; on a cloud disk, release the disk when data must be gone.",
        right_when="Data protection asks for it and a person has named the path.",
        attack="T1561.001",
        check=on("cipher", "sdelete", "sdelete64", "fsutil", when=_wipe),
        flags=Examples(powershell=_WIPE_FLAGS, bat=_WIPE_FLAGS),
        allows=Examples(powershell=_WIPE_ALLOWS, bat=_WIPE_ALLOWS),
    ),
)
