"""Naive regular expressions over the text: what a guard without a parser does."""

import re
from typing import Final

_BLOCK: Final = re.compile(
    r"rm\s+-\w*[rf]\w*\s+(?:--no-preserve-root\s+)?[/~]|mkfs|dd\s+.*of=/dev/|>\s*/dev/[sv]d"
    r"|:\(\)\s*\{|/dev/tcp/|nc\s+.*-e"
    r"|format\s+[c-z]:|rd\s+/s|Remove-Item.*-Recurse.*C:\\|vssadmin\s+delete|Invoke-Mimikatz"
    r"|LTAI\w{12}|PRIVATE KEY|TCPClient",
    re.IGNORECASE,
)
_CONFIRM: Final = re.compile(
    r"curl.*\|\s*(?:ba)?sh|wget.*\|\s*(?:ba)?sh|shutdown|reboot|useradd|net\s+user|passwd|crontab"
    r"|iptables\s+-F|setenforce|chmod\s+777"
    r"|DownloadString|Invoke-Expression|iex\b|schtasks|reg\s+add|Set-MpPreference|base64\s+-d"
    r"|/etc/shadow|authorized_keys|sudoers",
    re.IGNORECASE,
)


def regex_verdict(text: str) -> str:
    """block, confirm or ok."""
    if _BLOCK.search(text):
        return "block"
    return "confirm" if _CONFIRM.search(text) else "ok"
