"""Attack tools by their own names: programs, functions and the verbs that only they have."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_NAMES: Final = (
    "adexplorer adrecon advanced_port_scanner backstab bettersafetykatz bloodhound "
    "bulletspassview cachedump certify certipy chromepass coercer crackmapexec credmaster "
    "defendercontrol dialupass edrsandblast evil-winrm fgdump gmer godpotato grouper2 gsecdump "
    "iepv impacket-secretsdump incognito inveigh invoke-dllinjection juicypotato kdmapper "
    "keethief kekeo kerbrute koh krbrelayup lazagne ldapnomnom lsadump mailpv mimidogz "
    "mimikatz nbtscan netexec netpass netscan nppspy nxc passview pchunter petitpotam "
    "pingcastle powersharppack powersploit powerup powerview printspoofer processhacker "
    "psattack psexec.py pwdump pwdumpx pwdumpx64 pypykatz quarkspwdump rdpv responder "
    "roguepotato rubeus rubeus_x64 safetykatz seatbelt secretsdump sharpchrome sharpdpapi "
    "sharpdump sharpersist sharpevents sharpexec sharpgpoabuse sharphide sharphound sharpkatz "
    "sharplaps sharprdp sharpsecdump sharpshares sharpspray sharpup sharpview sharpweb "
    "sharpwmi smbexec.py snaffler sniffpass soaphound spoolsample standin sweetpotato "
    "tokenvator vncpassview vulnwhisperer watson wce webbrowserpassview whisker winpeas "
    "winpeasany winpeasx64 wmiexec wmiexec.py"
)
_TOOLS: Final = frozenset(_NAMES.split())
_INVOKED: Final = (
    r"aclpwn|adrecon|adsbackdoor|allchecks|apcinjection|bloodhound|bypassuac\w*|conptyshell"
    r"|cradlecrafter|credentialinjection|credentialphisher|dcsync|dllinjection"
    r"|domainpasswordspray|doubleagent|dumpert|enumeratelocaladmin|env_bypass|eventvwrbypass"
    r"|fodhelper\w*|getsystem|hostrecon|interceptor|internalmonologue|inveigh|kerberoast|kitty"
    r"|locallogons|lsadump|maldoc|mimikatz|mimikittenz|moduleshell|nightmare|ninjacopy"
    r"|obfuscation|passhunt|passwordspray\w*|petitpotam|phant0m|portscan|powerdump"
    r"|powershellicmp|powershellicmpex|powershelltcp\w*|powershellwmi|printnightmare"
    r"|privesc\w*|processghost\w*|ps2exe|psimage|psinject|reflectivepeinjection|rubeus|samdump"
    r"|seatbelt|serviceabuse|serviceuseradd|sessiongopher|shadowattack|sharefinder|sharp\w+"
    r"|shellcode|smbexec|spooler\w*|sqloscmd|thehash|thunderstruck|tokenmanipulation|uacbypass"
    r"|userhunter|vnc|vulnerablecom|wcmdump|weblogin|winenum|winpeas|wmicommand|zerologon"
)
_GOT: Final = (
    r"applicationhost|bloodhounddata|cachedgpppassword|chromedump|clipboardcontents"
    r"|domaincomputer|domaingroup\w*|domainspn\w*|domaintrust|domainuser|gppautologon"
    r"|gpppassword|hookedkeys|inject\w*|keystrokes|lsasecret|microphoneaudio|modifiableservice"
    r"|modifiableservicefile|netcomputer|netdomain|netgroup\w*|netlocalgroup\w*|netuser"
    r"|passhashes|passhints|registryautologon|securitypackages|servicepermission|spn"
    r"|timedscreenshot|unattendedinstallfile|unquotedservice|userspn|vaultcredential|webconfig"
    r"|webcredentials|wlan-keys"
)
_OTHERS: Final = (
    r"add-persistence|add-scrnsavebackdoor|browserpwn|copy-vss|dccuacbypass|do-exfiltration"
    r"|domainpassspray|domainrecon|extract-invoke-psimage"
    r"|find-(?:domainuserlocation|localadminaccess|pathdlhijack|processdllhijack|avsignature|"
    r"interestingfile|domainshare)"
    r"|find-domainprocess|find-gpolocation|generalrecon|inject-\w+|inmemory-\w+|install-ssp"
    r"|ipv6scan|juicypotato|kerberoasting|loadpotato|localreconmodules|mimi|mimiload"
    r"|mount-volumeshadowcopy|new-elevatedpersistenceoption|new-injection"
    r"|new-userpersistenceoption|nishang|obfuscatedms17|out-minidump|oxidbindings|passhunt"
    r"|powercat|powershellsensitive|rbcd-check|reflection-\w*|request-spnticket"
    r"|set-criticalprocess|set-macattribute|set-masterbootrecord|snaffler|start-webcam\w*"
    r"|uaccmstp|uacmagic|winpwn"
)
_FUNCTIONS: Final = re.compile(f"(?:invoke-(?:{_INVOKED})|get-(?:{_GOT})|{_OTHERS})$")
_VERBS: Final = re.compile(
    r"(?:sekurlsa|lsadump|privilege|kerberos|dpapi|vault|token|sid|crypto|misc|ts|event|process"
    r"|service)::\w+"
)
_DUMPING: Final = re.compile(
    r"sekurlsa::(?:logonpasswords|minidump|wdigest|msv|tickets|ekeys|dpapi|credman|krbtgt)"
    r"|lsadump::(?:sam|secrets|dcsync|lsa|cache|trust|dcshadow|setntlm|changentlm)"
    r"|-dumpcreds|-dumpcert"
)
_PRINTING: Final = frozenset(
    {
        "write-host",
        "write-output",
        "echo",
        "rem",
        "set",
        "select-string",
        "findstr",
        "write-verbose",
    }
)


def _tools(script: Script) -> Iterator[Match]:
    for name, commands in script.by_name.items():
        if name in _PRINTING:
            continue
        is_tool = _is_tool(name)
        for command in commands:
            joined = _verbs(command, is_tool)
            if _DUMPING.search(joined):
                yield Match(command.span, Severity.BLOCK)
            elif is_tool or _VERBS.search(joined) or _is_loaded(command):
                yield Match(command.span)


def _is_tool(name: str) -> bool:
    stem = name.removesuffix(".ps1").removesuffix(".psm1").removesuffix(".psd1")
    return stem in _TOOLS or bool(_FUNCTIONS.match(stem))


def _is_loaded(command: Command) -> bool:
    return command.name == "import-module" and any(
        _is_tool(text.replace("/", "\\").rpartition("\\")[2]) for text in command.texts
    )


def _verbs(command: Command, is_tool: bool) -> str:
    """The arguments in which verbs are looked for: `sekurlsa::logonpasswords`."""
    values = (value.lower() for word in command.args for value in word.values)
    return " ".join(value for value in values if is_tool or "::" in value)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD108",
        name="attack-tool",
        severity=Severity.CONFIRM,
        what="Runs a tool or a function that is made to get credentials or rights.",
        why=(
            "Its work is to take accounts over; security products raise an alarm by its name alone."
        ),
        instead="Ask the directory or the host's own tools for what you need to know.",
        right_when="An agreed security test with its own authorisation.",
        attack="T1588.002",
        check=OnScript(_tools),
        flags=Examples(
            powershell=(
                "Invoke-Mimikatz -DumpCreds\n",
                ".\\Rubeus.exe kerberoast\n",
                "Invoke-Kerberoast | fl\n",
            ),
            bat=(
                'mimikatz.exe "sekurlsa::logonpasswords" exit\n',
                "C:\\t\\Rubeus.exe asktgt /user:a\n",
                "C:\\t\\SharpHound.exe -c All\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Write-Host 'Invoke-Mimikatz is blocked'\n",
                "Get-LocalUser\n",
                "Invoke-Command { Get-Date }\n",
            ),
            bat=(
                "echo mimikatz is blocked\n",
                "whoami /all\n",
                "findstr mimikatz C:\\app\\av.log\n",
            ),
        ),
    ),
)
