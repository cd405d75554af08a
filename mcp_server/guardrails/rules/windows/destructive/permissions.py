"""Owners and permissions of the folders that Windows keeps for itself."""

from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.windows_arguments import at, is_harmless_form
from mcp_server.guardrails.script.windows_paths import (
    folder_of,
    is_critical,
    is_drive_root,
    is_in_system,
)
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_CHANGES: Final = (
    "/grant",
    "/grant:r",
    "/deny",
    "/remove",
    "/reset",
    "/setowner",
    "/inheritance",
    "/g",
    "/d",
    "/p",
    "/r",
)


def _judge(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    if command.name == "takeown":
        target = command.value("/f")
        is_deep = command.has("/r")
    elif command.name == "set-acl":
        target = at(command, 0, "-path", "-literalpath")
        is_deep = False
    else:
        target = next(iter(command.args), None)
        is_deep = command.has("/t")
        if not any(text.startswith(_CHANGES) for text in command.texts):
            return None
    if target is None:
        return None
    return max((_weight(value, is_deep=is_deep) for value in target.values), key=_ORDER.index)


_ORDER: Final = (None, Severity.CONFIRM, Severity.BLOCK)


def _weight(value: str, *, is_deep: bool) -> Severity | None:
    if HOLE in value:
        return None
    if is_critical(value):
        has_all = folder_of(value)[1]
        return Severity.BLOCK if is_deep or has_all else Severity.CONFIRM
    if is_in_system(value) or (is_drive_root(value) and is_deep):
        return Severity.CONFIRM
    return None


_FLAGGED: Final = (
    "icacls C:\\Windows /grant Everyone:F /T",
    "takeown /f C:\\Windows\\System32 /r /d y",
    "icacls C:\\ /deny Users:R /T",
    "takeown /F C:\\Windows\\System32\\utilman.exe /A",
)
_ALLOWED: Final = (
    "icacls C:\\inetpub\\wwwroot /grant IIS_IUSRS:RX /T",
    "icacls C:\\Windows\\System32",
    "takeown /f D:\\data /r /d y",
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES106",
        name="permissions-of-system-folder",
        severity=Severity.BLOCK,
        what="Changes the owner or the permissions of Windows' own folders or of a whole volume.",
        why="Services no longer start or any user may replace system files, and the old "
        "permissions can't be put back.",
        instead="Change them on the application's own folder; system files are repaired with "
        "`sfc /scannow`.",
        right_when="Never on whole system folders; on one file when a vendor's instruction asks.",
        attack="T1222.001",
        check=on("icacls", "cacls", "xcacls", "takeown", "set-acl", when=_judge),
        flags=Examples(powershell=_FLAGGED, bat=_FLAGGED),
        allows=Examples(powershell=_ALLOWED, bat=_ALLOWED),
    ),
)
