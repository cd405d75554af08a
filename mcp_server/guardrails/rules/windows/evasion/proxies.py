"""Programs of Windows that run other code, so that it looks like theirs."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_ALWAYS: Final = (
    "advpack",
    "appvlp",
    "atbroker",
    "cdb",
    "certoc",
    "cl_invocation",
    "cl_mutexverifiers",
    "cmdl32",
    "cmstp",
    "conhost",
    "csi",
    "customshellhost",
    "desktopimgdownldr",
    "devtoolslauncher",
    "dfsvc",
    "diskshadow",
    "dnx",
    "eudcedit",
    "excelcnv",
    "extexport",
    "fsi",
    "gfxdownloadwrapper",
    "hh",
    "ieexec",
    "iediagcmd",
    "imewdbld",
    "infdefaultinstall",
    "installutil",
    "jsc",
    "launch-vsdevshell",
    "mavinject",
    "mavinject64",
    "mftrace",
    "microsoft.workflow.compiler",
    "msdt",
    "msxsl",
    "odbcconf",
    "offlinescannershell",
    "openconsole",
    "pcalua",
    "pcwrun",
    "pesterbat",
    "presentationhost",
    "provlaunch",
    "pubprn",
    "pubprn.vbs",
    "rasautou",
    "rcsi",
    "regasm",
    "register-cimprovider",
    "regsvcs",
    "runscripthelper",
    "scriptrunner",
    "settingsynchost",
    "sqltoolsps",
    "squirrel",
    "stordiag",
    "syncappvpublishingserver",
    "syssetup",
    "te",
    "tracker",
    "ttdinject",
    "tttracer",
    "utilityfunctions",
    "verclsid",
    "vsjitdebugger",
    "wfc",
    "wlrmdr",
    "workfolders",
    "wuauclt",
    "xwizard",
)
_LIBRARIES: Final = re.compile(
    r"^(?:[a-z]:\\windows\\(?:system32|syswow64)\\)?(?:advapi32|advpack|apphelp|appwiz\.cpl|comsvcs"
    r"|cryptext|desk\.cpl|devmgr|dfshim|display|dsquery|firewall\.cpl|fldrs|hotplug|iedkcs32|"
    r"ieframe"
    r"|iernonce|inetcpl|input|kernel32|keymgr|main\.cpl|mmsys|ndfapi|netplwiz|photoviewer|powrprof"
    r"|printui|setupapi|shell32|shimgvw|shlwapi|shwebsvc|sysdm|tcpmonui|timedate\.cpl|url|user32"
    r"|uxtheme|van|zipfldr)(?:\.dll|\.cpl)?$"
)
_OF_THE_SYSTEM: Final = re.compile(r"^[a-z]:\\windows\\system32\\[^\\]+$")
_EXPORTS: Final = re.compile(
    r"\.dll,\s?#|pcwutl|launchapplication|shellexec_rundll|launchinfsection|installhinfsection"
    r"|routethecall|openurla?\b|fileprotocolhandler|printhtml|registerocx|installscreensaver|davsetcookie|"
    r"setupinfobjectinstall"
)
_SCRIPTING: Final = re.compile(
    r"javascript:|vbscript:|mshtml|runhtmlapplication|scriptlet|createobject|getobject"
)
_TEMPORARY: Final = re.compile(
    r"\\(?:temp|tmp|downloads|public|appdata|programdata|perflogs|users)\\|%te?mp%|\.\\|^[^\\:]+$"
)
_WRITABLE: Final = ("\\temp", "\\appdata", "%temp", "\\users\\public")
_STARTABLE: Final = (".exe", ".bat", ".cmd", ".vbs", ".js", ".hta", ".ps1", ".lnk", ".scr")


def _values(command: Command) -> tuple[str, ...]:
    return tuple(value.lower() for word in command.args for value in word.values)


def _operands(command: Command) -> Iterator[str]:
    return (text for text in _values(command) if not text.startswith(("/", "-")))


def _by_rundll(command: Command) -> Opinion:
    texts = _values(command)
    if not texts:
        return False
    joined = " ".join(texts)
    if texts[0] in {"-sta", "/sta"}:
        return True
    library = texts[0].split(",")[0].strip('"')
    opens_a_file = "control_rundll" in joined and "\\" in " ".join(texts[1:])
    if opens_a_file or _SCRIPTING.search(joined) or _EXPORTS.search(joined):
        return True
    if not library.endswith((".dll", ".cpl")) and "." in library:
        return True
    is_path = "\\" in library or library.endswith(".dll")
    return is_path and not _LIBRARIES.match(library) and not _OF_THE_SYSTEM.match(library)


def _by_regsvr(command: Command) -> Opinion:
    texts = _values(command)
    if any(text.startswith(("/i:", "-i:")) or "scrobj" in text for text in texts):
        return True
    return any(
        not text.endswith((".dll", ".ocx")) or ("\\" in text and _TEMPORARY.search(text))
        for text in _operands(command)
    )


def _by_hta(command: Command) -> Opinion:
    return bool(command.args)


def _by_installer(command: Command) -> Opinion:
    return any(text[:2] in {"/y", "/z", "-y", "-z"} for text in command.texts)


def _by_format(command: Command) -> Opinion:
    return any(
        text.startswith(("/format:", "-format:")) and (".xsl" in text or "http" in text)
        for text in command.texts
    )


def _by_build(command: Command) -> Opinion:
    """The build engine that comes with Windows, or a project in a temporary folder."""
    projects = [t for t in _operands(command) if t.endswith((".xml", ".csproj", ".proj"))]
    comes_with_windows = "microsoft.net\\framework" in command.words[0].text.lower()
    return any(comes_with_windows or "\\temp" in project for project in projects)


def _by_panel(command: Command) -> Opinion:
    return any(text.endswith(".cpl") and "\\" in text for text in command.texts)


def _by_explorer(command: Command) -> Opinion:
    return any(text.startswith("/root,") or text.endswith(_STARTABLE) for text in command.texts)


def _by_script_host(command: Command) -> Opinion:
    if any("pubprn" in text or text.endswith(".wsf") for text in command.texts):
        return any("script:" in text or "\\windows\\" in text for text in command.texts)
    return any(
        any(place in text for place in _WRITABLE) or ":" in text[3:] for text in _operands(command)
    )


def _by_address(command: Command) -> Opinion:
    return any("://" in text or "@" in text for text in command.texts)


def _by_dns(command: Command) -> Opinion:
    return any("serverlevelplugindll" in text for text in command.texts)


def _by_management(command: Command) -> Opinion:
    return command.texts[:1] == ("invoke",)


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


def _always(_command: Command) -> Opinion:
    return True


_JUDGES: Final[dict[str, _Judge]] = {
    "rundll32": _by_rundll,
    "regsvr32": _by_regsvr,
    "mshta": _by_hta,
    "ftp": _by_hta,
    "msiexec": _by_installer,
    "wmic": _by_format,
    "msbuild": _by_build,
    "control": _by_panel,
    "explorer": _by_explorer,
    "forfiles": _advised,
    "csc": _advised,
    "vbc": _advised,
    "cscript": _by_script_host,
    "wscript": _by_script_host,
    "dnscmd": _by_dns,
    "winrm": _by_management,
    "finger": _by_address,
    "protocolhandler": _by_address,
    "mspub": _by_address,
    "winword": _by_address,
    "excel": _by_address,
    "powerpnt": _by_address,
    ".executeshellcommand": _always,
}


def _runs(command: Command, _script: Script) -> Opinion:
    return bool(command.args) and not {"/?", "-?", "/help"} & set(command.texts)


def _proxies(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA110",
        name="code-run-through-a-system-program",
        severity=Severity.CONFIRM,
        what="Has a program of Windows load or run code that is not its own.",
        why="It passes by what allows or watches programs by their names.",
        instead="Run the program or script itself.",
        right_when="The vendor's installer does it so (regsvr32 of its own library).",
        attack="T1218",
        check=(on(*_ALWAYS, when=_runs), on(*_JUDGES, when=_proxies)),
        flags=Examples(
            powershell=(
                "rundll32.exe C:\\Temp\\a.dll,Start\n",
                "regsvr32.exe /s C:\\Users\\Public\\a.jpg\n",
                "InstallUtil.exe /U C:\\a.dll\n",
            ),
            bat=(
                'rundll32 javascript:"\\..\\mshtml,RunHTMLApplication"\n',
                "wmic process list /format:a.xsl\n",
                "msxsl.exe a.xml a.xsl\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "rundll32.exe user32.dll,UpdatePerUserSystemParameters\n",
                "regsvr32.exe /s C:\\app\\a.dll\n",
                "msiexec.exe /i C:\\app\\a.msi /qn\n",
            ),
            bat=(
                "rundll32 printui.dll,PrintUIEntry /?\n",
                "cscript //nologo C:\\Windows\\System32\\slmgr.vbs /dli\n",
                "wmic cpu get name\n",
            ),
        ),
    ),
)
