"""Passwords taken from the network, from people and from the directory, or guessed."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_CAPTURING: Final = (
    "new-neteventsession",
    "add-neteventpacketcaptureprovider",
    "tshark",
    "dumpcap",
    "windump",
    "rawcap",
)


def _starts_a_trace(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    starts = "start" in texts if command.name == "pktmon" else texts[:2] == ("trace", "start")
    return starts and Severity.ADVICE


def _guesses(command: Command, _script: Script) -> Opinion:
    r"""`net use \\host /user:x password` once for each line of a list: password spraying."""
    logs_in = command.texts[:1] == ("use",) and any(
        text.startswith(("/user:", "/u:")) for text in command.texts
    )
    return logs_in and any(not word.is_literal or "%" in word.text for word in command.args)


def _requests_a_ticket(command: Command, _script: Script) -> Opinion:
    return any("kerberosrequestorsecuritytoken" in word.text.lower() for word in command.words)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD106",
        name="packets-captured",
        severity=Severity.ADVICE,
        what="Captures what goes over the network.",
        why="Passwords and tokens may be in it.",
        instead="Capture one port for seconds, and delete the file.",
        right_when="A fault of the network is being looked for.",
        attack="T1040",
        check=(on(*_CAPTURING), on("netsh", "pktmon", when=_starts_a_trace)),
        flags=Examples(
            powershell=(
                "netsh trace start capture=yes\n",
                "New-NetEventSession -Name c\n",
                "pktmon start --etw\n",
            ),
            bat=(
                "netsh trace start capture=yes\n",
                "pktmon start --etw\n",
                "tshark -i 1 -w a.pcap\n",
            ),
        ),
        allows=Examples(
            powershell=("netsh trace stop\n", "Get-NetEventSession\n", "pktmon stop\n"),
            bat=("netsh trace show status\n", "pktmon stop\n", "netstat -an\n"),
        ),
    ),
    ScriptRule(
        id="CRD107",
        name="password-spraying",
        severity=Severity.CONFIRM,
        what="Tries a password against many accounts or hosts.",
        why="It locks accounts, and from outside it looks like an attack.",
        instead="Ask the directory for what you need to know.",
        right_when="An agreed security test.",
        attack="T1110.003",
        check=on("net", "net1", when=_guesses),
        flags=Examples(
            powershell=(
                (
                    "foreach ($u in Get-Content u.txt) { net use '\\\\dc\\IPC$' /user:$u "
                    "Spring2020 }\n"
                ),
                "net use '\\\\dc\\IPC$' /user:$name $word\n",
                "Get-Content u.txt | ForEach-Object { net use '\\\\dc\\IPC$' /user:$_ a }\n",
            ),
            bat=(
                "for /f %%n in (u.txt) do net use \\\\dc\\IPC$ /user:%%n Spring2020\n",
                "net use \\\\dc\\IPC$ /user:%NAME% %WORD%\n",
                "for /f %%p in (p.txt) do net use \\\\dc\\IPC$ /user:admin %%p\n",
            ),
        ),
        allows=Examples(
            powershell=("net use Z: \\\\fs\\share\n", "net use\n", "net use Z: /delete\n"),
            bat=("net use Z: \\\\fs\\share\n", "net use\n", "net use Z: /delete\n"),
        ),
    ),
    ScriptRule(
        id="CRD109",
        name="password-window-shown",
        severity=Severity.CONFIRM,
        what="Shows a window that asks for a password, and reads what is typed.",
        why="People type it into a window that looks like Windows' own; the script has it then.",
        instead="Use the role of the instance, or a managed service account.",
        right_when="Never as a stored command: nobody sits in front of it.",
        attack="T1056.002",
        check=on(".promptforcredential", ".promptforwindowscredentials"),
        flags=Examples(
            powershell=(
                "$c = $Host.UI.PromptForCredential('Login', 'Please sign in', '', '')\n",
                "$host.ui.PromptForCredential('Update', 'Password', 'a', 'b').Password\n",
                "$x = $Host.UI.PromptForCredential('a', 'b', 'c', 'd').GetNetworkCredential()\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "$Host.UI.WriteLine('ready')\n",
                "Get-Help Get-Credential\n",
                "Write-Host 'PromptForCredential'\n",
            ),
        ),
    ),
    ScriptRule(
        id="CRD110",
        name="service-ticket-requested",
        severity=Severity.CONFIRM,
        what="Asks the directory for a service's Kerberos ticket by hand.",
        why="The service's password can be found from the ticket, offline.",
        instead="Let the program that uses the service ask; test it with Test-NetConnection.",
        right_when="A fault of Kerberos is being looked for, by the directory's owner.",
        attack="T1558.003",
        check=on("new-object", "::new", when=_requests_a_ticket),
        flags=Examples(
            powershell=(
                "New-Object System.IdentityModel.Tokens.KerberosRequestorSecurityToken"
                " -ArgumentList 'HTTP/web.example'\n",
                "New-Object IdentityModel.Tokens.KerberosRequestorSecurityToken 'HTTP/a.example'\n",
                "[IdentityModel.Tokens.KerberosRequestorSecurityToken]::new('HTTP/a.example')\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "New-Object System.Net.WebClient\n",
                "klist\n",
                "Write-Host 'KerberosRequestorSecurityToken'\n",
            ),
        ),
    ),
)
