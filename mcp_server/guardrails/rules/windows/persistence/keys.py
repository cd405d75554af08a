"""Registry keys from which Windows starts something."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_WRITING: Final = frozenset({"set", "copy"})
_STARTED: Final = (
    r"\\currentversion\\run(?:once|onceex|services|servicesonce)?(?:\\|$)",
    r"\\policies\\explorer\\run(?:\\|$)",
    r"\\policies\\system\\shell$",
    r"\\windows nt\\currentversion\\windows\\(?:run|load)$",
    r"\\active setup\\installed components\\",
    r"\\userinitmprlogonscript$",
    r"\\control panel\\desktop\\scrnsave\.exe$",
    r"\\command processor\\autorun$",
    r"\\terminal serv(?:er|ices)\\(?:.*\\)?initialprogram$",
    r"\\rdpwd\\startupprograms$",
    r"\\group policy\\scripts\\",
    r"\\policies\\.*\\scripts\\(?:startup|logon|logoff|shutdown)",
    r"\\explorer\\(?:user )?shell folders\\(?:common )?startup$",
    r"\\explorer\\bootexecute$",
    r"\\microsoft\\office\\.*\\(?:addins|options\\open)",
    r"\\office test\\special\\perf",
    r"\\outlook\\(?:webview|today|security).*\\url$",
    r"\\appcompatflags\\telemetrycontroller\\",
    r"\\windows error reporting\\hangs\\debugger$",
    r"\\(?:internet explorer\\extensions|url search hooks)\\",
)
_LOADED: Final = (
    r"\\winlogon\\(?:shell|userinit|notify|taskman|gpextensions|mpnotify|vmapplet|system)(?:\\|$)",
    r"\\image file execution options\\",
    r"\\silentprocessexit\\",
    r"\\(?:load)?appinit_dlls$",
    r"\\appcertdlls(?:\\|$)",
    r"\\lsa\\(?:(?:authentication|security|notification) packages|osconfig\\.*)$",
    r"\\lsadbextpt$",
    r"\\print\\(?:monitors|environments|providers)\\",
    r"\\timeproviders\\",
    r"\\session manager\\(?:bootexecute|setupexecute|execute|pendingfilerename\w+|knowndlls)",
    r"\\microsoft\\netsh(?:\\|$)",
    r"\\(?:inprocserver32|localserver32|treatas|scriptleturl)(?:\\|$)",
    r"\\(?:cor|coreclr)_(?:enable_profiling|profiler(?:_path(?:_\d+)?)?)$",
    r"\\dotnet_startup_hooks$",
    r"\\shell\\(?:open|runas|edit|print)\\command(?:\\|$)",
    r"\\shellex\\",
    r"\\services\\[^\\]+(?:\\parameters)?\\(?:imagepath|servicedll|failurecommand)$",
    r"\\services\\dns\\parameters\\serverlevelplugindll$",
    r"\\autodialdll$",
    r"\\winsock2\\parameters\\protocol_catalog",
    r"\\networkprovider\\order",
    r"\\credential providers\\",
    r"\\authentication\\(?:credential provider filters|logonui\\.*)",
    r"\\browser helper objects\\",
    r"\\extensioninstallforcelist(?:\\|$)",
    r"\\appcompatflags\\(?:custom|installedsdb)",
    r"\\schedule\\taskcache\\",
    r"\\wmi\\autologger\\.*\\providers",
    r"\\verifierdlls$",
    r"\\currentversion\\aedebug(?:protected)?\\",
    r"\\cryptography\\(?:oid|providers|offload)",
    r"\\htmlhelp author\\location$",
    r"\\explorer\\.*(?:shellexecutehooks|sharedtaskscheduler|shelliconoverlayidentifiers)",
    r"\\ntds\\.*dll",
    r"\\event viewer\\microsoftredirection(?:url|program)",
    r"\\ctf\\langbaraddin\\",
    r"\\dlloverridepath$",
    r"\\system\\setup\\(?:cmdline|setuptype)$",
    r"\\peerdist\\extension|\\dhcpserver\\parameters\\calloutdlls$",
)
_STARTS: Final = re.compile("|".join(_STARTED))
_LOADS: Final = re.compile("|".join(_LOADED))
_SCRIPTS: Final = re.compile(r"^\s*(?:javascript|vbscript|script):", re.IGNORECASE)


def _autoruns(command: Command, _script: Script) -> Opinion:
    return any(c.action in _WRITING and _STARTS.search(c.path) for c in changes(command))


def _hooks(command: Command, _script: Script) -> Opinion:
    return any(
        c.action in _WRITING and (_LOADS.search(c.path) or _SCRIPTS.search(c.data))
        for c in changes(command)
    )


def _imports(command: Command, _script: Script) -> Opinion:
    return any(c.action in {"import", "load"} for c in changes(command))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER101",
        name="registry-autostart",
        severity=Severity.CONFIRM,
        what="Registers something that starts with Windows or at every logon.",
        why="It runs again and again after this command, on every instance.",
        instead="Install a service or a package that brings its own start, under change control.",
        right_when="The entry belongs to the application and is reviewed.",
        attack="T1547.001",
        check=on(*COMMANDS, when=_autoruns),
        flags=Examples(
            powershell=(
                (
                    "Set-ItemProperty -Path HKLM:\\Software\\Microsoft\\Windows\\"
                    "CurrentVersion\\Run "
                    "-Name app -Value C:\\app\\a.exe\n"
                ),
                (
                    "New-ItemProperty 'HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\"
                    "RunOnce' "
                    "-Name a -Value C:\\a.exe\n"
                ),
                "reg add HKCU\\Environment /v UserInitMprLogonScript /d C:\\a.bat\n",
            ),
            bat=(
                (
                    "reg add HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v app /d "
                    "C:\\app\\a.exe /f\n"
                ),
                'reg add "HKCU\\Software\\Microsoft\\Command Processor" /v AutoRun /d C:\\a.bat\n',
                'reg add "HKCU\\Control Panel\\Desktop" /v SCRNSAVE.EXE /d C:\\a.scr\n',
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-ItemProperty HKLM:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\n",
                (
                    "Remove-ItemProperty -Path "
                    "HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run "
                    "-Name app\n"
                ),
                "Set-ItemProperty -Path HKLM:\\Software\\App -Name Port -Value 80\n",
            ),
            bat=(
                "reg query HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\n",
                "reg add HKLM\\Software\\App /v Port /d 80 /f\n",
                "reg delete HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v app /f\n",
            ),
        ),
    ),
    ScriptRule(
        id="PER102",
        name="registry-hook",
        severity=Severity.CONFIRM,
        what="Registers code that Windows or other programs load or start in place of their own.",
        why="It sees and changes what those programs do, with their rights.",
        instead="Configure the one program by its own settings.",
        right_when="The vendor's installer would set the same value, and it was reviewed.",
        attack="T1546",
        check=on(*COMMANDS, when=_hooks),
        flags=Examples(
            powershell=(
                (
                    "Set-ItemProperty 'HKLM:\\Software\\Microsoft\\Windows "
                    "NT\\CurrentVersion\\Winlogon' -Name Shell -Value 'explorer.exe, C:\\a.exe'\n"
                ),
                (
                    "New-ItemProperty -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\NTDS -Name "
                    "LsaDbExtPt -Value C:\\a.dll\n"
                ),
                (
                    "New-Item -Path 'HKCU:\\Software\\Classes\\CLSID\\{0}\\InprocServer32' -Value "
                    "C:\\a.dll\n"
                ),
            ),
            bat=(
                (
                    'reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File '
                    'Execution Options\\a.exe" /v Debugger /d C:\\b.exe /f\n'
                ),
                (
                    'reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa /v "Security '
                    'Packages" /t '
                    'REG_MULTI_SZ /d "a" /f\n'
                ),
                "reg add HKCR\\ms-settings\\shell\\open\\command /d C:\\a.exe /f\n",
            ),
        ),
        allows=Examples(
            powershell=(
                (
                    "Get-ItemProperty 'HKLM:\\Software\\Microsoft\\Windows "
                    "NT\\CurrentVersion\\Winlogon'\n"
                ),
                (
                    "Set-ItemProperty HKLM:\\System\\CurrentControlSet\\Control\\FileSystem -Name "
                    "LongPathsEnabled -Value 1\n"
                ),
                "New-Item -Path HKLM:\\Software\\App\n",
            ),
            bat=(
                "reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\n",
                (
                    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem /v "
                    "LongPathsEnabled "
                    "/t REG_DWORD /d 1 /f\n"
                ),
                "reg add HKLM\\SOFTWARE\\App /v Dir /d C:\\app\n",
            ),
        ),
    ),
    ScriptRule(
        id="PER109",
        name="registry-file-imported",
        severity=Severity.CONFIRM,
        what="Imports a file or a hive into the registry whose contents are not in the script.",
        why="Whatever it says is set: what starts with Windows, what protects it.",
        instead="Set the values with reg add, so that they can be read here.",
        right_when="The file comes with the application and was reviewed.",
        attack="T1112",
        check=on(*COMMANDS, when=_imports),
        flags=Examples(
            powershell=(
                "reg import C:\\app\\settings.reg\n",
                "reg.exe restore HKLM\\Software\\App C:\\app\\app.hiv\n",
                "regedit.exe /s C:\\app\\settings.reg\n",
            ),
            bat=(
                "reg import C:\\app\\settings.reg\n",
                "regedit /s settings.reg\n",
                "reg load HKLM\\Other C:\\app\\other.hiv\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "reg export HKLM\\Software\\App C:\\backup\\app.reg\n",
                "reg add HKLM\\Software\\App /v Port /d 80 /f\n",
                "Get-Item HKLM:\\Software\\App\n",
            ),
            bat=(
                "regedit /e C:\\backup\\app.reg HKEY_LOCAL_MACHINE\\Software\\App\n",
                "echo [HKEY_LOCAL_MACHINE\\Software\\App]> a.reg\nreg import a.reg\n",
                "reg query HKLM\\Software\\App\n",
            ),
        ),
    ),
)
