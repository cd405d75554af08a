"""Shadow copies, backup catalogues, backup files and restore points."""

from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script, Word
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, target_paths, upstream
from mcp_server.guardrails.script.windows_effects import orders
from mcp_server.guardrails.script.windows_paths import (
    NormalPath,
    file_name,
    is_drive_root,
    normalised,
)
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SHADOW: Final = "win32_shadowcopy"
_REMOVERS: Final = frozenset(
    {"remove-wmiobject", "remove-ciminstance", "invoke-cimmethod", "invoke-wmimethod", ".delete"}
)
_QUERIES: Final = frozenset({"get-wmiobject", "get-ciminstance"})
_BACKUP_SUFFIXES: Final = (
    ".bak",
    ".bac",
    ".bkf",
    ".bkp",
    ".vhd",
    ".vhdx",
    ".wbcat",
    ".wbverify",
    ".dsk",
    ".win",
    ".set",
    ".vbk",
    ".vib",
    ".vbm",
    ".tib",
    ".gho",
    ".old",
)


def _mentions(words: tuple[Word, ...], text: str) -> bool:
    return any(text in word.text.lower() for word in words)


def _shadow(command: Command, script: Script) -> Opinion:
    match command.name:
        case "vssadmin":
            return _vssadmin(command)
        case "wmic":
            return _mentions(command.words, "shadowcopy") and _mentions(command.words, "delete")
        case "diskshadow":
            return "delete shadows" in (orders(command, script) or "").lower()
        case _:
            return _object(command, script)


def _vssadmin(command: Command) -> Opinion:
    if "delete" in command.texts:
        return True
    return Severity.CONFIRM if "resize" in command.texts else None


def _object(command: Command, script: Script) -> Opinion:
    """Whether objects of the class are deleted, piped or kept in a variable."""
    if command.name in {"invoke-cimmethod", "invoke-wmimethod"} and not _mentions(
        command.words, "delete"
    ):
        return None
    if any(_mentions(one.words, _SHADOW) for one in (command, *upstream(command))):
        return True
    return any(_mentions(query.words, _SHADOW) for query in script.named(*_QUERIES)) and (
        command.name != ".delete" or len(command.words) <= _NO_ARGUMENTS
    )


_NO_ARGUMENTS: Final = 2


def _catalogue(command: Command, _script: Script) -> Opinion:
    if command.name == "wbadmin":
        if "delete" in command.texts:
            return True
        return Severity.CONFIRM if "disable" in command.texts else None
    if is_harmless_form(command):
        return None
    return Severity.CONFIRM if command.name == "remove-wbpolicy" else True


def _files(command: Command, _script: Script) -> Opinion:
    """Backup files of a whole volume; those of one folder are somebody's own."""
    if is_harmless_form(command):
        return None
    commands = (command, *upstream(command))
    paths = [path for one in commands for path in target_paths(one)]
    filters = [
        normalised(value)
        for one in commands
        for option in ("-filter", "-include")
        if (word := one.value(option)) is not None
        for value in word.values
    ]
    backups = [path for path in (*paths, *filters) if _is_backup(path)]
    if not backups:
        return None
    return any(map(_is_in_root, backups)) or any(map(is_drive_root, paths))


def _is_backup(path: NormalPath) -> bool:
    name = file_name(path)
    return HOLE not in name and (name.endswith(_BACKUP_SUFFIXES) or name.startswith("backup*"))


def _is_in_root(path: NormalPath) -> bool:
    head, _, tail = path.rpartition("\\")
    return "*" in tail and len(head) == len("c:") and head.endswith(":")


def _restore(command: Command, _script: Script) -> Opinion:
    if command.name == "schtasks":
        return (
            command.has("/change")
            and command.has("/disable")
            and any(r"systemrestore\sr" in text for text in command.texts)
        ) or (command.has("/delete") and any(r"systemrestore\sr" in text for text in command.texts))
    if command.name in {"reg", "set-itemproperty", "new-itemproperty"}:
        return any("systemrestore" in text for text in command.texts) and any(
            text in {"disablesr", "disableconfig"} for text in command.texts
        )
    return not is_harmless_form(command)


_SHADOW_BOTH: Final = (
    "vssadmin delete shadows /all /quiet",
    "wmic shadowcopy delete",
    "vssadmin resize shadowstorage /for=C: /on=C: /maxsize=401MB",
)
_NO_SHADOW: Final = (
    "vssadmin list shadows",
    "wmic shadowcopy list brief",
    "vssadmin create shadow /for=C:",
)
_CATALOGUE_BOTH: Final = (
    "wbadmin delete catalog -quiet",
    "wbadmin delete systemstatebackup -keepVersions:0",
    "wbadmin delete backup -keepVersions:1 -backupTarget:E:",
)
_NO_CATALOGUE: Final = (
    "wbadmin get versions",
    "wbadmin start backup -backupTarget:E: -include:C: -quiet",
    "wbadmin get status",
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES107",
        name="shadow-copies-deleted",
        severity=Severity.BLOCK,
        what="Deletes the volume shadow copies, or leaves them too little room to stay.",
        why="They are what files are restored from; deleting them is what ransomware does before "
        "it encrypts.",
        instead="Let Windows age them out; give them a limit with `vssadmin resize shadowstorage` "
        "in a change that a person agreed to.",
        right_when="A person has decided that no copy is needed any more; disk snapshots exist.",
        attack="T1490",
        check=on("vssadmin", "wmic", "diskshadow", *_REMOVERS, when=_shadow),
        flags=Examples(
            powershell=(
                *_SHADOW_BOTH,
                "Get-WmiObject Win32_ShadowCopy | ForEach-Object { $_.Delete() }",
                "Get-CimInstance Win32_ShadowCopy | Remove-CimInstance",
            ),
            bat=_SHADOW_BOTH,
        ),
        allows=Examples(
            powershell=(*_NO_SHADOW, "Get-CimInstance Win32_ShadowCopy"), bat=_NO_SHADOW
        ),
    ),
    ScriptRule(
        id="DES108",
        name="windows-backups-deleted",
        severity=Severity.BLOCK,
        what="Deletes backups of Windows Server Backup, or the catalogue that finds them.",
        why="Without them neither files nor the system can be restored.",
        instead="Let the retention of the backup policy remove what is too old.",
        right_when="The backups were moved elsewhere and a person has checked them there.",
        attack="T1490",
        check=on(
            "wbadmin", "remove-wbbackupset", "remove-wbcatalog", "remove-wbpolicy", when=_catalogue
        ),
        flags=Examples(
            powershell=(*_CATALOGUE_BOTH, "Remove-WBBackupSet -All -Force"), bat=_CATALOGUE_BOTH
        ),
        allows=Examples(powershell=_NO_CATALOGUE, bat=_NO_CATALOGUE),
    ),
    ScriptRule(
        id="DES109",
        name="backup-files-of-a-volume-deleted",
        severity=Severity.BLOCK,
        what="Deletes the backup and disk image files of a whole volume.",
        why="They are what everything else is restored from, whoever made them.",
        instead="Delete old backups in the one folder that you own, by age.",
        right_when="Never for a whole volume.",
        attack="T1490",
        check=on("remove-item", "del", "erase", when=_files),
        flags=Examples(
            powershell=(
                "Remove-Item C:\\*.bak -Recurse -Force",
                "Get-ChildItem D:\\ -Recurse -Include *.vhdx | Remove-Item -Force",
                "Get-ChildItem C:\\ -Recurse -Filter *.bkf | Remove-Item",
            ),
            bat=(
                "del /s /f /q C:\\*.vhd C:\\*.bak C:\\*.bkf",
                "del /s /q D:\\backup*.*",
                "erase /s /q E:\\*.vbk",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-ChildItem D:\\backup\\shop -Filter *.bak | Remove-Item",
                "Remove-Item C:\\app\\config.bak",
                "Get-ChildItem C:\\ -Recurse -Filter *.bak",
            ),
            bat=(
                "del /q D:\\backup\\shop\\*.bak",
                "dir /s C:\\*.bak",
                "del C:\\app\\config.bak",
            ),
        ),
    ),
    ScriptRule(
        id="DES110",
        name="system-restore-disabled",
        severity=Severity.CONFIRM,
        what="Turns off the restore points of Windows.",
        why="A bad change can't be rolled back on the instance any more.",
        instead="Leave it on, or take disk snapshots with the ECS API first.",
        right_when="Snapshots by the platform take its place.",
        attack="T1490",
        check=on(
            "disable-computerrestore",
            "schtasks",
            "reg",
            "set-itemproperty",
            "new-itemproperty",
            when=_restore,
        ),
        flags=Examples(
            powershell=(
                "Disable-ComputerRestore -Drive 'C:\\'",
                "schtasks /Change /TN '\\Microsoft\\Windows\\SystemRestore\\SR' /disable",
                "Set-ItemProperty 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\SystemRestore'"
                " -Name DisableSR -Value 1",
            ),
            bat=(
                "powershell -c \"Disable-ComputerRestore -Drive 'C:\\'\"",
                'schtasks /Change /TN "\\Microsoft\\Windows\\SystemRestore\\SR" /disable',
                'reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SystemRestore"'
                " /v DisableSR /t REG_DWORD /d 1 /f",
            ),
        ),
        allows=Examples(
            powershell=(
                "Enable-ComputerRestore -Drive 'C:\\'",
                "Get-ComputerRestorePoint",
                "schtasks /Query /TN '\\Microsoft\\Windows\\SystemRestore\\SR'",
            ),
            bat=(
                "powershell -c Get-ComputerRestorePoint",
                'schtasks /Query /TN "\\Microsoft\\Windows\\SystemRestore\\SR"',
                'reg query "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SystemRestore"',
            ),
        ),
    ),
)
