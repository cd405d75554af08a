"""Microsoft Defender and Sysmon, switched off or told to look away."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_SERVICES: Final = frozenset(
    {
        "windefend",
        "sense",
        "wdnissvc",
        "wdnisdrv",
        "wdfilter",
        "wdboot",
        "securityhealthservice",
        "wscsvc",
        "sgrmbroker",
        "mssecflt",
        "webthreatdefsvc",
        "msmpeng",
        "msmpeng.exe",
        "mpcmdrun.exe",
        "nissrv.exe",
        "sysmon",
        "sysmon64",
        "sysmondrv",
        "uhssvc",
    }
)
_STOPPING: Final = frozenset({"stop", "delete", "config", "pause"})
_EXCLUDING: Final = ("-exc", "-attacksurfacereductiononly", "-controlledfolderaccessallowed")
_DISABLING: Final = ("-dis", "-signaturedis", "-unknownthreat")
_PROTECTING: Final = (
    "-enable",
    "-mapsreporting",
    "-puaprotection",
    "-submitsamplesconsent",
    "-cloudblocklevel",
    "-attacksurfacereductionrules",
)
_ACTING: Final = ("-low", "-moderate", "-high", "-severe", "-threatiddefaultaction")
_OFF: Final = frozenset({"$false", "false", "0", "disabled"})
_LENIENT: Final = frozenset({*_OFF, "auditmode", "neversend", "2", "allow", "6", "noaction", "9"})
_DEFINITIONS: Final = ("-removedefinitions", "/removedefinitions", "-restore", "-downloadfile")


def _by_preference(command: Command) -> Opinion:
    return any(_is_weaker(text, value) for text, value in pairwise((*command.texts, "")))


def _is_weaker(option: str, value: str) -> bool:
    name, mark, glued = option.partition(":")
    given = glued if mark else value
    if name.startswith(_EXCLUDING):
        return True
    if name.startswith(_DISABLING):
        return given not in _OFF
    return name.startswith((*_PROTECTING, *_ACTING)) and given in _LENIENT


def _by_its_own_program(command: Command) -> Opinion:
    return any(text.startswith(_DEFINITIONS) for text in command.texts)


def _by_feature(command: Command) -> Opinion:
    return any("defender" in text for text in command.texts) and not command.has("-whatif")


def _by_dism(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    return "defender" in joined and ("/disable-feature" in joined or "/remove" in joined)


def _by_control(command: Command) -> Opinion:
    texts = frozenset(command.texts)
    return _names_a_service(command) and bool(_STOPPING & texts)


def _names_a_service(command: Command) -> bool:
    return any(value.lower() in _SERVICES for word in command.args for value in word.values)


def _by_filter_manager(command: Command) -> Opinion:
    return command.texts[:1] == ("unload",)


def _by_sensor(command: Command) -> Opinion:
    return command.has("/uninstall", "-uninstall")


def _by_sysmon(command: Command) -> Opinion:
    return command.has("-u", "/u")


def _by_wmi(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    return "call" in command.texts and ("antivirus" in joined or "msft_mppreference" in joined)


def _by_service_cmdlet(command: Command) -> Opinion:
    return _names_a_service(command) and not command.has("-whatif")


def _always(_command: Command) -> Opinion:
    return True


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_JUDGES: Final[dict[str, _Judge]] = {
    "set-mppreference": _by_preference,
    "add-mppreference": _by_preference,
    "remove-mppreference": _advised,
    "remove-mpthreat": _always,
    "mpcmdrun": _by_its_own_program,
    "uninstall-windowsfeature": _by_feature,
    "remove-windowsfeature": _by_feature,
    "disable-windowsoptionalfeature": _by_feature,
    "dism": _by_dism,
    "sc": _by_control,
    "net": _by_control,
    "net1": _by_control,
    "stop-service": _by_service_cmdlet,
    "set-service": _by_service_cmdlet,
    "suspend-service": _by_service_cmdlet,
    "remove-service": _by_service_cmdlet,
    "stop-process": _by_service_cmdlet,
    "taskkill": _names_a_service,
    "windowssensor": _by_sensor,
    "fltmc": _by_filter_manager,
    "sysmon": _by_sysmon,
    "sysmon64": _by_sysmon,
    "wmic": _by_wmi,
}


def _is_weakened(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA101",
        name="defender-off-or-excluded",
        severity=Severity.CONFIRM,
        what=(
            "Turns Microsoft Defender or Sysmon off, in whole or in part, or excludes "
            "something from it."
        ),
        why="What runs from then on is neither stopped nor seen.",
        instead="Exclude the one file by its hash, in the product's console.",
        right_when="Another product takes over, and its owner knows.",
        attack="T1562.001",
        check=on(*_JUDGES, when=_is_weakened),
        flags=Examples(
            powershell=(
                "Set-MpPreference -DisableRealtimeMonitoring $true\n",
                "Add-MpPreference -ExclusionPath C:\\app\n",
                "Stop-Service WinDefend -Force\n",
            ),
            bat=(
                "sc stop WinDefend\n",
                "sc config WinDefend start= disabled\n",
                "fltmc unload SysmonDrv\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Set-MpPreference -DisableRealtimeMonitoring $false\n",
                "Add-MpPreference\n",
                "Get-MpPreference\n",
                "Update-MpSignature\n",
                "Get-Service WinDefend\n",
            ),
            bat=("sc query WinDefend\n", "net start WinDefend\n", "sysmon -s\n"),
        ),
    ),
)
