"""The memory of LSASS, the account database, the directory's database."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_ONLY_DUMPERS: Final = (
    "nanodump",
    "dumpert",
    "outflank-dumpert",
    "xordump",
    "out-minidump",
    "handlekatz",
    "physmem2profit",
    "processdump",
    "safetykatz",
    "lsassy",
    "pypykatz",
    "ppldump",
    "mirrordump",
    "invoke-lsassdump",
    "sharpdump",
    "andrewspecial",
    ".minidumpwritedump",
    "::minidumpwritedump",
)
_ONLY_COPIERS: Final = (
    "ntdsutil",
    "diskshadow",
    "secretsdump",
    "secretsdump.py",
    "invoke-ninjacopy",
    "invoke-dcsync",
    "get-adreplaccount",
    "get-addbaccount",
    "get-bootkey",
)
_LISTING: Final = ("get-process", "tasklist", "wmic")
_MINIDUMP: Final = ("minidump", "#24", "#+000024", "#-")
_HIVES: Final = re.compile(r"^hklm\\(?:sam|security|system)(?:\\|$)")
_DATABASES: Final = re.compile(
    r"ntds\.dit|\\config\\(?:sam|security|system)(?:$|[\"'])|harddiskvolumeshadowcopy"
    r"|\\ntds(?:\\|$)",
    re.IGNORECASE,
)


def _values(command: Command) -> tuple[str, ...]:
    return tuple(value.lower() for word in command.args for value in word.values)


def _by_library(command: Command) -> Opinion:
    joined = " ".join(_values(command))
    return "comsvcs" in joined and any(export in joined for export in _MINIDUMP)


def _of_lsass(command: Command) -> Opinion:
    return any("lsass" in value for value in _values(command))


def _of_a_process(command: Command) -> Opinion:
    """Diagnostic programs that take a process's number, which the script does not show."""
    return _of_lsass(command) or command.has("/memdmp", "-attach", "/fullmemdmp")


_JUDGES: Final[dict[str, _Judge]] = {
    "rundll32": _by_library,
    "procdump": _of_lsass,
    "procdump64": _of_lsass,
    "procdump64a": _of_lsass,
    "sqldumper": _of_a_process,
    "createdump": _of_a_process,
    "rdrleakdiag": _of_a_process,
    "tttracer": _of_a_process,
    "dumpminitool": _of_a_process,
    "adplus": _of_a_process,
    "avdump": _of_a_process,
}


def _dumps_lsass(command: Command, script: Script) -> Opinion:
    judge = _JUDGES[command.name]
    return judge(command) or (judge is _of_a_process and _is_looked_up(script))


def _is_looked_up(script: Script) -> bool:
    """Whether the number of LSASS's process is asked for."""
    return any("lsass" in text for one in script.named(*_LISTING) for text in one.texts)


def _by_hive(command: Command) -> Opinion:
    return any(c.action == "save" and _HIVES.match(c.key) for c in changes(command))


def _by_file(command: Command) -> Opinion:
    return any(_DATABASES.search(value) for value in _values(command))


def _by_extensible_storage(command: Command) -> Opinion:
    return _by_file(command) or "/vss" in command.texts


def _by_shadow_copy(command: Command) -> Opinion:
    joined = " ".join(_values(command))
    return "create" in joined and "shadow" in joined


def _by_shadow_method(command: Command) -> Opinion:
    joined = " ".join(_values(command))
    return "clientaccessible" in joined or ("win32_shadowcopy" in joined and "create" in joined)


_COPIERS: Final[dict[str, _Judge]] = {
    "reg": _by_hive,
    "esentutl": _by_extensible_storage,
    "vssadmin": _by_shadow_copy,
    "wmic": _by_shadow_copy,
    ".create": _by_shadow_method,
    "::create": _by_shadow_method,
    "invoke-cimmethod": _by_shadow_method,
    "invoke-wmimethod": _by_shadow_method,
    "copy": _by_file,
    "xcopy": _by_file,
    "robocopy": _by_file,
    "copy-item": _by_file,
    "::copy": _by_file,
    "mklink": _by_file,
    "cmd": _by_file,
    "type": _by_file,
    "get-content": _by_file,
}


def _copies_accounts(command: Command, _script: Script) -> Opinion:
    return _COPIERS[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD101",
        name="dump-of-lsass",
        severity=Severity.BLOCK,
        what="Writes the memory of LSASS, or what is in it, to a file.",
        why="The passwords and tickets of everyone who is logged in are in it.",
        instead=(
            "Use WinRM or RDP diagnostics of the one service; support tools ask for "
            "other processes."
        ),
        right_when="Never as a stored command.",
        attack="T1003.001",
        check=(on(*_ONLY_DUMPERS), on(*_JUDGES, when=_dumps_lsass)),
        flags=Examples(
            powershell=(
                "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\l.dmp full\n",
                "procdump.exe -ma lsass.exe C:\\l.dmp\n",
                "nanodump.exe --write C:\\l.dmp\n",
            ),
            bat=(
                "rundll32.exe comsvcs.dll, MiniDump 624 l.dmp full\n",
                "procdump -accepteula -ma lsass.exe l.dmp\n",
                "xordump.exe -out l.dmp\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "procdump.exe -ma app.exe C:\\a.dmp\n",
                "Get-Process lsass\n",
                "rundll32.exe shell32.dll,Control_RunDLL\n",
            ),
            bat=(
                "procdump -ma app.exe a.dmp\n",
                "tasklist | findstr lsass\n",
                "rundll32 printui.dll,PrintUIEntry /?\n",
            ),
        ),
    ),
    ScriptRule(
        id="CRD102",
        name="account-database-copied",
        severity=Severity.CONFIRM,
        what="Copies the hives or the database that hold the hashes of passwords.",
        why="They are broken elsewhere, and work on every host where they were used.",
        instead="Back the system state up with wbadmin to a protected place.",
        right_when="A domain controller is being restored, by its owner.",
        attack="T1003.002",
        check=(on(*_ONLY_COPIERS), on(*_COPIERS, when=_copies_accounts)),
        flags=Examples(
            powershell=(
                "reg save HKLM\\SAM C:\\sam\n",
                "ntdsutil 'ac i ntds' ifm 'create full C:\\n' q q\n",
                "Copy-Item C:\\Windows\\NTDS\\ntds.dit C:\\n\n",
            ),
            bat=(
                "reg save HKLM\\SECURITY C:\\s\n",
                "esentutl /y /vss C:\\Windows\\NTDS\\ntds.dit /d C:\\n.dit\n",
                "vssadmin create shadow /for=C:\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "reg save HKLM\\Software\\App C:\\a.hiv\n",
                "vssadmin list shadows\n",
                "Copy-Item C:\\a C:\\b\n",
            ),
            bat=("reg export HKLM\\Software\\App a.reg\n", "vssadmin list shadows\n", "copy a b\n"),
        ),
    ),
)
