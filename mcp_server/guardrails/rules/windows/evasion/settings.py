"""Registry values that weaken protection, logging or what people are asked."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, Change, changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PROTECTION: Final = (
    r"\\windows defender(?: security center)?(?:\\|$)",
    r"\\(?:mpengine|spynet|real-time protection|exploit guard|tamper.*)\\",
    r"\\microsoft\\amsi\\|\\amsienable$",
    r"\\policies\\system\\(?:enablelua|consentpromptbehavior\w+|promptonsecuredesktop)$",
    r"\\policies\\system\\(?:localaccounttokenfilterpolicy|filteradministratortoken)$",
    r"\\policies\\system\\(?:enableinstallerdetection|enablevirtualization|enablelinkedconn\w+)$",
    r"\\(?:smartscreenenabled|enablesmartscreen|shellsmartscreenlevel)$",
    r"\\dep\\|\\ci\\(?:config|policy)\\|\\hypervisorenforcedcodeintegrity|\\secureboot\\",
    r"\\memory management\\(?:moveimages|feature\w*override\w*)$|\\mitigation(?:options|audit\w*)$",
    r"\\windows\\safer\\|\\srp\\|\\wintrust\\|\\oid\\encodingtype|\\protectedroots",
    r"\\trustedpublisher\\|\\root\\certificates|\\safeboot\\",
    r"\\attachments\\(?:savezoneinformation|scanwithantivirus|hidezoneinfoonproperties)",
    r"\\associations\\(?:lowriskfiletypes|defaultfiletyperisk|modriskfiletypes)",
    r"\\trustrecords|\\protectedview\\|\\trusted locations\\|\\fileblock\\",
    r"\\security\\(?:accessvbom|vbawarnings|disableinternetfilesinpv|blockcontentexecution\w+)",
    r"\\services\\(?:windefend|wdfilter|wdboot|wdnissvc|wdnisdrv|sense|wscsvc|securityhealth\w+|"
    r"sysmon\w*|mpssvc|bfe|vss|swprv|wuauserv)\\start$",
    r"\\(?:noautoupdate|disablewindowsupdateaccess|auoptions|wuserver)$",
    r"\\donotconnecttowindowsupdateinternetlocations$|\\systemrestore\\",
    r"\\rdp-tcp\\(?:userauthentication|portnumber|securitylayer|minencryptionlevel)$",
    r"\\terminal serv(?:er|ices)\\(?:.*\\)?(?:fallowtogethelp|fallowunsolicited\w*|shadow)$",
)
_LOGGING: Final = (
    r"\\scriptblocklogging|\\modulelogging|\\powershell\\transcription",
    r"\\(?:enablescriptblocklogging|enablemodulelogging|enabletranscripting)$",
    r"\\windows script(?:ing)? host\\settings\\(?:enabled|amsienable|remote)",
    r"\\eventlog\\.*\\(?:customsd|file|maxsize|start|retention|isolation)$|\\minint$",
    r"\\winevt\\channels\\|\\etwenabled$|\\complus_etwenabled$",
    r"\\services\\eventlog\\start$|\\autologger\\.*\\(?:start|enabled)$",
    r"\\audit\\processcreationincludecmdline_enabled$",
    r"\\windows error reporting\\disabled$",
)
_ELEVATION: Final = (
    r"\\(?:ms-settings|mscfile|folder|exefile|appx\w+|launcher\.systemsettings)\\shell\\",
    r"\\app paths\\control\.exe|\\delegateexecute$|\\environment\\(?:windir|systemroot)$",
)
_PEOPLE: Final = (
    r"\\policies\\(?:.*\\)?system\\(?:disableregistrytools|disabletaskmgr|disablecmd)$",
    r"\\windows\\system\\disablecmd$",
    r"\\policies\\system\\(?:disablechangepassword|disablelockworkstation|shutdownwithoutlogon)$",
    r"\\policies\\explorer\\(?:nodrives|norun|nocontrolpanel|nodesktop|nologoff|noclose)$",
    r"\\policies\\explorer\\(?:norecentdocshistory|settingspagevisibility|noviewondrive)$",
    r"\\policies\\explorer\\(?:notrayitemsdisplay|disallowrun|restrictrun|noshutdown\w*)(?:\\|$)",
    r"\\policies\\explorer\\(?:nosecuritytab|nofileassociate\w*|startmenulogoff|noproperties\w+)$",
)
_COSMETIC: Final = (
    r"\\hide(?:fileext|den)$|\\hidden$|\\showsuperhidden$|\\policies\\explorer\\nofind$",
    r"\\wallpaper\w*$|\\legalnotice(?:caption|text)$|\\fve\\",
    r"\\securityproviders\\schannel\\protocols|\\windows error reporting\\disabled$",
)
_WEAKENS: Final = re.compile("|".join((*_PROTECTION, *_LOGGING, *_ELEVATION, *_PEOPLE)))
_IS_COSMETIC: Final = re.compile("|".join(_COSMETIC))
_OFF: Final = frozenset({"0", "0x0", "0x00000000", "dword:00000000", "$false", "false"})
_ON: Final = frozenset({"1", "0x1", "0x00000001", "dword:00000001", "$true", "true"})
_NEGATIVE: Final = ("disable", "no", "dont", "donot", "hide", "turnoff")
_LOOSER_WHEN_ON: Final = frozenset({"enablelinkedconnections"})
_POSITIVE: Final = ("enable", "processcreation", "userauthentication", "filteradministrator")


def _by_registry(command: Command, _script: Script) -> Opinion:
    weight: Opinion = False
    for change in changes(command):
        if change.action == "save" or _is_bare(change) or _strengthens(change):
            continue
        if _IS_COSMETIC.search(change.path):
            weight = Severity.ADVICE
        elif _WEAKENS.search(change.path):
            return True
    return weight


def _is_bare(change: Change) -> bool:
    """Whether a key is made, and nothing is written in it yet."""
    return change.action == "set" and not change.name and not change.data


def _strengthens(change: Change) -> bool:
    """Whether it puts protection back: `EnableLUA 1`, `DisableAntiSpyware 0`, or either gone."""
    data = change.data.strip().lower()
    if change.name.startswith(_NEGATIVE):
        return change.action == "delete" or data in _OFF
    if change.name in _LOOSER_WHEN_ON:
        return data in _OFF
    return change.name.startswith(_POSITIVE) and change.action == "set" and data in _ON


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA102",
        name="protection-off-by-registry",
        severity=Severity.CONFIRM,
        what="Sets a registry value that weakens protection, logging or what users are asked.",
        why="It holds after this command, and no console shows that it was changed.",
        instead="Use the product's own settings or a group policy.",
        right_when="The value is part of a reviewed baseline.",
        attack="T1112",
        check=on(*COMMANDS, when=_by_registry),
        flags=Examples(
            powershell=(
                (
                    "Set-ItemProperty HKLM:\\Software\\Microsoft\\Windows\\CurrentVersion\\"
                    "Policies\\System -Name EnableLUA -Value 0\n"
                ),
                (
                    "New-ItemProperty 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows "
                    "Defender' -Name DisableAntiSpyware -Value 1\n"
                ),
                "Remove-Item -Path 'HKLM:\\SOFTWARE\\Microsoft\\AMSI\\Providers\\{0}' -Recurse\n",
            ),
            bat=(
                (
                    "reg add HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\"
                    "System /v EnableLUA /t REG_DWORD /d 0 /f\n"
                ),
                (
                    'reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender" /v '
                    "DisableAntiSpyware /d 1 /f\n"
                ),
                (
                    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\System /v "
                    "CustomSD /d O:SYG:SYD:(D;;0x1;;;WD) /f\n"
                ),
            ),
        ),
        allows=Examples(
            powershell=(
                (
                    "Get-ItemProperty HKLM:\\Software\\Microsoft\\Windows\\CurrentVersion\\"
                    "Policies\\System\n"
                ),
                "Set-ItemProperty HKLM:\\Software\\App -Name EnableLog -Value 1\n",
                "New-Item HKLM:\\Software\\App\n",
            ),
            bat=(
                "reg query HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\n",
                "reg add HKLM\\Software\\App /v a /d 1\n",
                'reg query "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender"\n',
            ),
        ),
    ),
)
