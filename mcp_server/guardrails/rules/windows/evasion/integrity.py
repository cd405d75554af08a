"""Code signing, trusted publishers and elevation."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import at
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_BOOT: Final = (
    "testsigning on",
    "testsigning yes",
    "nointegritychecks on",
    "nointegritychecks yes",
    "nx alwaysoff",
    "nx optout",
    "loadoptions",
    "hypervisorlaunchtype off",
    "vsmlaunchtype off",
    "disableelamdrivers",
    "kernel ",
    "debug on",
)
_DRIVERS: Final = frozenset({"kernel", "type=kernel", "filesys", "type=filesys"})
_AUTHORITIES: Final = frozenset({"root", "authroot", "trustedpublisher", "ca"})
_STORES: Final = ("\\root", "\\authroot", "\\trustedpublisher", "\\ca")


def _boots_unsigned(command: Command, _script: Script) -> Opinion:
    joined = f"{' '.join(command.texts)} "
    return any(setting in joined for setting in _BOOT)


def _adds_a_driver(command: Command, _script: Script) -> Opinion:
    return "create" in command.texts and bool(_DRIVERS & set(command.texts))


def _drops_mitigations(command: Command, _script: Script) -> Opinion:
    return command.has("-disable") or command.has("-policyfilepath")


def _by_certutil(command: Command) -> Opinion:
    if not any("addstore" in text for text in command.texts):
        return False
    return True if _AUTHORITIES & set(command.texts) else Severity.ADVICE


def _by_import(command: Command) -> Opinion:
    return any(text.rstrip("\\").endswith(_STORES) for text in command.texts)


def _by_move(command: Command) -> Opinion:
    target = at(command, 1, "-destination")
    text = target.text.lower().rstrip("\\") if target is not None else ""
    return text.startswith("cert:") and text.endswith(_STORES)


def _by_store(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    return "x509store" in joined and ("root" in joined or "trustedpublisher" in joined)


def _by_certmgr(command: Command) -> Opinion:
    return {"/add", "-add"} & set(command.texts) != set() and bool(
        _AUTHORITIES & set(command.texts)
    )


def _by_policy(command: Command) -> Opinion:
    scope = command.value("-scope")
    if scope is not None and scope.text.lower() in {"process", "currentuser"}:
        return False
    return bool({"unrestricted", "bypass"} & set(command.texts)) and Severity.ADVICE


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_TRUSTING: Final[dict[str, _Judge]] = {
    "certutil": _by_certutil,
    "import-certificate": _by_import,
    "import-pfxcertificate": _by_import,
    "move-item": _by_move,
    "copy-item": _by_move,
    "new-object": _by_store,
    "certmgr": _by_certmgr,
    "unblock-file": _advised,
    "set-executionpolicy": _by_policy,
}


def _trusts(command: Command, _script: Script) -> Opinion:
    return _TRUSTING[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA104",
        name="code-signing-off",
        severity=Severity.CONFIRM,
        what="Lets unsigned code run in the kernel or at boot, or installs a driver by hand.",
        why="A fault in it stops the instance, and it can hide anything.",
        instead="Use drivers that are signed and come with an installer.",
        right_when="A test machine of a driver's maker.",
        attack="T1553.006",
        check=(
            on("bcdedit", when=_boots_unsigned),
            on("sc", when=_adds_a_driver),
            on("set-processmitigation", when=_drops_mitigations),
        ),
        flags=Examples(
            powershell=(
                "bcdedit /set testsigning on\n",
                "bcdedit.exe /set nointegritychecks on\n",
                "sc.exe create d type= kernel binPath= C:\\d.sys\n",
            ),
            bat=(
                "bcdedit /set testsigning on\n",
                "bcdedit /set nx AlwaysOff\n",
                "sc create d type= kernel binPath= C:\\d.sys\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "bcdedit /enum\n",
                "sc.exe query type= driver\n",
                "Get-WindowsDriver -Online\n",
            ),
            bat=("bcdedit\n", "sc query type= driver\n", "driverquery\n"),
        ),
    ),
    ScriptRule(
        id="EVA105",
        name="trust-extended",
        severity=Severity.CONFIRM,
        what="Makes Windows trust another certificate authority, publisher or script.",
        why="Whoever has its key can sign programs and read encrypted connections.",
        instead="Distribute the authority by group policy; sign scripts.",
        right_when="It is the company's own authority.",
        attack="T1553.004",
        check=on(*_TRUSTING, when=_trusts),
        flags=Examples(
            powershell=(
                "Import-Certificate -FilePath a.cer -CertStoreLocation Cert:\\LocalMachine\\Root\n",
                "certutil -addstore root a.cer\n",
                "Set-ExecutionPolicy Unrestricted -Scope LocalMachine\n",
            ),
            bat=(
                "certutil -addstore root a.cer\n",
                "certutil -f -addstore TrustedPublisher a.cer\n",
                "certmgr /add a.cer /s /r localMachine root\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Set-ExecutionPolicy Bypass -Scope Process -Force\n",
                "Import-Certificate -FilePath a.cer -CertStoreLocation Cert:\\LocalMachine\\My\n",
                "certutil -hashfile a SHA256\n",
            ),
            bat=(
                "certutil -hashfile a SHA256\n",
                "certutil -store root\n",
                "certutil -dump a.cer\n",
            ),
        ),
    ),
    ScriptRule(
        id="EVA106",
        name="elevation-without-asking",
        severity=Severity.CONFIRM,
        what="Starts a program that Windows elevates without asking.",
        why="Scripts have no use for it but to get rights past UAC.",
        instead="Run the command as it is: Cloud Assistant runs it as SYSTEM.",
        right_when="Never as a stored command.",
        attack="T1548.002",
        check=on("fodhelper", "computerdefaults", "sdclt", "wsreset", "slui"),
        flags=Examples(
            powershell=(
                "Start-Process C:\\Windows\\System32\\fodhelper.exe\n",
                "sdclt.exe /KickOffElev\n",
                "computerdefaults.exe\n",
            ),
            bat=("fodhelper.exe\n", "sdclt /kickoffelev\n", "start computerdefaults\n"),
        ),
        allows=Examples(
            powershell=("Start-Process notepad\n", "eventvwr\n", "Get-Command fodhelper.exe\n"),
            bat=("eventvwr\n", "where fodhelper\n", "control\n"),
        ),
    ),
)
