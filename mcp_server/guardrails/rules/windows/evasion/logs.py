"""Event logs, audit and history."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script import windows_effects
from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.registry import COMMANDS, changes
from mcp_server.guardrails.script.windows_arguments import positional, upstream
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_DELETING: Final = (
    "remove-item",
    "clear-content",
    "del",
    "erase",
    "rd",
    "rmdir",
    "::delete",
    "::writeallbytes",
)
_TRACES: Final = re.compile(
    r"consolehost_history|psreadline|historysavepath|\\windows\\recent\\|\\prefetch\\"
    r"|\\terminal server client\\|\.evtx$|\\winevt\\logs|\\inetpub\\logs|\\recentservers",
    re.IGNORECASE,
)
_RECENT: Final = re.compile(
    r"\\(?:terminal server client|runmru|typedpaths|typedurls|recentdocs|opensavepidlmru|userassist"
    r"|wordwheelquery|bam\\state|shellbags?|bagmru|appcompatcache|mountpoints2)(?:\\|$)"
)
_SOURCES: Final = ("get-eventlog", "get-winevent")
_SOME: Final = 3
"""Logs named in one command, from which on it is taken for all of them."""


def _by_wevtutil(command: Command) -> Opinion:
    texts = command.texts
    verb = texts[0] if texts else ""
    if verb in {"cl", "clear-log"}:
        named = command.args[1] if len(command.args) > 1 else None
        is_known = named is not None and HOLE not in named.text and "%" not in named.text
        return Severity.CONFIRM if is_known else True
    if verb in {"sl", "set-log"}:
        off = ("/e:f", "/enabled:f", "/ms:1", "/maxsize:1", "/ca:")
        return any(text.startswith(off) for text in texts) and Severity.CONFIRM
    return verb in {"um", "uninstall-manifest"} and Severity.CONFIRM


def _by_cmdlet(command: Command) -> Opinion:
    """All logs block; one is asked about."""
    named = command.value("-logname")
    logs = positional(command) or ((named,) if named is not None else ())
    if not logs or len(logs) >= _SOME or any(HOLE in log.text for log in logs):
        return True
    return any(one.name in _SOURCES for one in upstream(command)) or Severity.CONFIRM


def _by_method(command: Command) -> Opinion:
    named = any("eventlog" in word.text.lower() for word in command.words)
    return named and Severity.CONFIRM


def _all(_command: Command) -> Opinion:
    return True


def _by_auditpol(command: Command) -> Opinion:
    off = any(
        text.startswith(("/clear", "/remove", "/restore"))
        or text in {"/success:disable", "/failure:disable"}
        for text in command.texts
    )
    return off and Severity.CONFIRM


def _by_logman(command: Command) -> Opinion:
    texts = command.texts
    traces = any("eventlog" in text or "trace" in text or "-ets" in text for text in texts)
    return traces and texts[:1] in {("stop",), ("delete",), ("update",)} and Severity.CONFIRM


def _by_wmi(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    return "nteventlog" in joined and "cleareventlog" in joined


def _by_appcmd(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    return "httplogging" in joined and "dontlog:true" in joined and Severity.CONFIRM


_JUDGES: Final[dict[str, _Judge]] = {
    "wevtutil": _by_wevtutil,
    "clear-eventlog": _by_cmdlet,
    "clear-winevent": _by_cmdlet,
    "remove-eventlog": _by_cmdlet,
    ".clear": _by_method,
    ".clearlog": _by_method,
    ".cleareventlog": _all,
    "auditpol": _by_auditpol,
    "logman": _by_logman,
    "wmic": _by_wmi,
    "appcmd": _by_appcmd,
}


def _clears(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _forgets(command: Command, _script: Script) -> Opinion:
    match command.name:
        case "set-psreadlineoption":
            style = command.value("-historysavestyle")
            is_off = style is not None and style.text.lower() == "savenothing"
            return is_off or command.has("-historysavepath")
        case "clear-history":
            return Severity.ADVICE
        case "doskey":
            return command.has("/reinstall", "/listsize=0")
    clears = any("inetcpl" in text and "clearmytracks" in text for text in command.texts)
    return clears and Severity.ADVICE


def _deletes_traces(command: Command, script: Script) -> Opinion:
    found = [value for word in windows_effects.deleted(command) for value in word.values]
    found += [word.text for word in command.args if "historysavepath" in word.text.lower()]
    if any(_TRACES.search(text) for text in found):
        return True
    asked = "get-psreadlineoption" in script.by_name
    return asked and any(HOLE in word.text for word in command.operands)


def _deletes_recent_entries(command: Command, _script: Script) -> Opinion:
    return any(c.action == "delete" and _RECENT.search(c.key) for c in changes(command))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA108",
        name="event-logs-cleared",
        severity=Severity.BLOCK,
        what="Clears event logs or turns audit off.",
        why=(
            "Nobody can find out any more what happened before; clearing all of them "
            "has no other use."
        ),
        instead="Let logs wrap around: wevtutil sl NAME /ms:SIZE; archive them first.",
        right_when="One log of an application, and it is archived.",
        attack="T1070.001",
        check=on(*_JUDGES, when=_clears),
        flags=Examples(
            powershell=(
                "Get-EventLog -List | ForEach-Object { Clear-EventLog -LogName $_.Log }\n",
                "wevtutil cl Security\n",
                "Clear-EventLog -LogName Security\n",
            ),
            bat=(
                'for /f "tokens=*" %%l in (\'wevtutil el\') do wevtutil cl "%%l"\n',
                "wevtutil cl System\n",
                "auditpol /clear /y\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-EventLog -LogName System -Newest 5\n",
                "wevtutil qe System /c:5\n",
                "auditpol /get /category:*\n",
            ),
            bat=("wevtutil el\n", "wevtutil qe Security /c:5\n", "auditpol /get /category:*\n"),
        ),
    ),
    ScriptRule(
        id="EVA109",
        name="windows-history-removed",
        severity=Severity.CONFIRM,
        what="Deletes traces of what was done: history, prefetch, recent files, log files.",
        why="Nobody can follow any more what happened on the instance.",
        instead="Leave them alone; Windows keeps them small.",
        right_when="A secret was typed by mistake; then remove that one line.",
        attack="T1070.003",
        check=(
            on("set-psreadlineoption", "clear-history", "doskey", "rundll32", when=_forgets),
            on(*_DELETING, when=_deletes_traces),
            on(*COMMANDS, when=_deletes_recent_entries),
        ),
        flags=Examples(
            powershell=(
                "Remove-Item (Get-PSReadlineOption).HistorySavePath\n",
                "Set-PSReadlineOption -HistorySaveStyle SaveNothing\n",
                "Remove-Item C:\\Windows\\Prefetch\\* -Force\n",
            ),
            bat=(
                "del C:\\Windows\\Prefetch\\*.pf\n",
                (
                    "del %APPDATA%\\Microsoft\\Windows\\PowerShell\\PSReadLine\\"
                    "ConsoleHost_history.txt\n"
                ),
                "del /q C:\\Windows\\System32\\winevt\\Logs\\Security.evtx\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Remove-Item C:\\app\\old.log\n",
                "Get-History\n",
                "Get-PSReadlineOption\n",
            ),
            bat=("del C:\\app\\old.log\n", "doskey /history\n", "dir C:\\Windows\\Prefetch\n"),
        ),
    ),
)
