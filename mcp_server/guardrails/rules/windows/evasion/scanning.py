"""The malware scan of scripts and the tracing of events, blinded from inside."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script_rule import (
    Examples,
    Match,
    OnScript,
    Opinion,
    ScriptRule,
    on,
)
from mcp_server.models.finding import Severity

_METHODS: Final = (
    ".gettype",
    ".getfield",
    ".setvalue",
    ".getproperty",
    ".getmethod",
    ".getvalue",
    "::loadlibrary",
    "::getprocaddress",
)
_PRIVATE: Final = (".getfield", ".getfields", ".gettype")
_NAMES: Final = re.compile(
    r"amsiutils|amsiinitfailed|amsicontext|amsisession|amsiscanbuffer|amsiopensession|amsi\.dll"
    r"|system\.management\.automation\.amsi|etweventwrite|pseventlogprovider|etwprovider"
    r"|scriptblockloggingenabled|cachedgrouppolicysettings",
    re.IGNORECASE,
)
_TRACING: Final = re.compile(r"^(?:env:)?complus_etw(?:enabled|flags)$", re.IGNORECASE)


def _blinds(command: Command, _script: Script) -> Opinion:
    return any(_NAMES.search(value) for word in command.words for value in word.values)


def _reaches_in(command: Command, script: Script) -> Opinion:
    """A private static field, or a type of PowerShell's own whose name is put together."""
    texts = command.texts
    if command.name == ".gettype":
        return (
            any(HOLE in text and "management.automation" in text for text in texts)
            and Severity.CONFIRM
        )
    is_private = any("nonpublic" in text and "static" in text for text in texts)
    unknown = command.name == ".getfields" or any(HOLE in text for text in texts[:1])
    return is_private and unknown and ".getvalue" in script.by_name and Severity.CONFIRM


def _switches_tracing_off(command: Command, _script: Script) -> Opinion:
    return bool(command.texts) and bool(_TRACING.match(command.texts[0])) and Severity.CONFIRM


def _stops_a_provider(_command: Command, _script: Script) -> Opinion:
    return Severity.CONFIRM


def _assigned(script: Script) -> Iterator[Match]:
    for assignment in script.assignments:
        if _TRACING.match(assignment.name):
            yield Match(assignment.span, Severity.CONFIRM)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA103",
        name="bypass-of-script-scanning",
        severity=Severity.BLOCK,
        what="Blinds the scanning of scripts or the tracing of events, for what runs next.",
        why="It has no other use than to hide what runs next.",
        instead="Have the script excluded by its owner when it is stopped wrongly.",
        right_when="Never.",
        attack="T1562.001",
        check=(
            on(*_METHODS, when=_blinds),
            on(*_PRIVATE, when=_reaches_in),
            on("::setenvironmentvariable", "setx", when=_switches_tracing_off),
            on("set-etwtraceprovider", "remove-etwtraceprovider", when=_stops_a_provider),
            OnScript(_assigned),
        ),
        flags=Examples(
            powershell=(
                "[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils').GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true)\n",
                "$t = [Ref].Assembly.GetType('System.Management.Automation.AmsiUtils')\n",
                "[Ref].Assembly.GetType('System.Management.Automation.Tracing.PSEtwLogProvider').GetField('etwProvider','NonPublic,Static')\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "(Get-Date).GetType()\n",
                "[System.Environment]::GetEnvironmentVariable('Path')\n",
                "Write-Host 'AmsiUtils'\n",
            ),
        ),
    ),
)
