"""How Windows keeps passwords."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, changes
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SETTINGS: Final = re.compile(
    r"\\wdigest\\uselogoncredential$"
    r"|\\lsa\\(?:disablerestrictedadmin|disablerestrictedadminoutboundcreds|disabledomaincreds"
    r"|dsrmadminlogonbehavior|everyoneincludesanonymous|limitblankpassworduse"
    r"|lmcompatibilitylevel|lsacfgflags|nolmhash|restrictanonymous(?:sam)?|runasppl)$"
    r"|\\winlogon\\(?:defaultpassword|cachedlogonscount)$|\\credssp\\|\\deviceguard\\"
    r"|\\specialaccounts\\userlist|\\allowprotectedcreds$|\\netlogon\\parameters\\"
    r"|\\kerberos\\parameters\\|\\credentialsdelegation\\"
)


def _weakens(command: Command, _script: Script) -> Opinion:
    return any(
        change.action in {"set", "delete"} and _SETTINGS.search(change.path)
        for change in changes(command)
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD104",
        name="credential-protection-weakened",
        severity=Severity.CONFIRM,
        what="Changes how Windows keeps passwords, so that they can be read or passed on.",
        why="Whoever gets in next finds them in clear.",
        instead="Leave the defaults; use a group managed service account.",
        right_when="An old system cannot log in otherwise, and that is written down.",
        attack="T1112",
        check=on(*COMMANDS, when=_weakens),
        flags=Examples(
            powershell=(
                (
                    "Set-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Control\\"
                    "SecurityProviders\\WDigest -Name UseLogonCredential -Value 1\n"
                ),
                (
                    "New-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa -Name "
                    "DisableRestrictedAdmin -Value 0\n"
                ),
                (
                    'reg add "HKLM\\SOFTWARE\\Microsoft\\Windows '
                    'NT\\CurrentVersion\\Winlogon" /v DefaultPassword /d a /f\n'
                ),
            ),
            bat=(
                (
                    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa /v RunAsPPL /t "
                    "REG_DWORD /d 0 /f\n"
                ),
                (
                    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa /v "
                    "LmCompatibilityLevel /d 0 /f\n"
                ),
                (
                    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\"
                    "WDigest /v UseLogonCredential /d 1 /f\n"
                ),
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\n",
                "Set-ItemProperty HKLM:\\Software\\App -Name a -Value 1\n",
                "reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\n",
            ),
            bat=(
                "reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\n",
                "reg add HKLM\\Software\\App /v a /d 1 /f\n",
                "gpresult /r\n",
            ),
        ),
    ),
)
