"""What on Windows runs code that comes from elsewhere: downloads, decoded and unknown text."""

from __future__ import annotations

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Execution, Language
from mcp_server.guardrails.script.windows_arguments import at
from mcp_server.guardrails.script.windows_downloads import (
    FOREIGN,
    MOVERS,
    NETWORK,
    Downloads,
    Fetched,
    source_of,
    taints_into,
)
from mcp_server.guardrails.script.windows_paths import file_name

_EVALUATORS: Final = frozenset(
    {
        "invoke-expression",
        ".invokescript",
        ".addscript",
        ".newscriptblock",
        "::invokescript",
        "::load",
        "::unsafeloadfrom",
        "::loadmodule",
        ".run",
        ".exec",
        ".shellexecute",
        "::start",
        "add-type",
        "new-module",
        "import-module",
        "invoke-command",
        "start-job",
    }
)
_EXPRESSIONS: Final = frozenset(
    {"invoke-expression", ".invokescript", "::invokescript", ".newscriptblock"}
)
_INTERPRETERS: Final = frozenset({"powershell", "pwsh", "cmd", "python", "python3", "py", "node"})
_LAUNCHERS: Final = _INTERPRETERS | {
    "start-process",
    "start",
    "call",
    "invoke-item",
    "invoke-expression",
    "msiexec",
    "regsvr32",
    "rundll32",
    "cscript",
    "wscript",
    "mshta",
    "java",
    "javaw",
    "dotnet",
    "installutil",
    "regasm",
    "regsvcs",
    "msbuild",
    "import-module",
    "add-type",
    "::loadfile",
    "::loadfrom",
    "::unsafeloadfrom",
    "::start",
    ".run",
    ".exec",
    ".shellexecute",
    ".load",
    "invoke-command",
    "start-job",
    "invoke-wmimethod",
    "invoke-cimmethod",
    "wmic",
    "wusa",
    "pnputil",
    "add-appxpackage",
    "forfiles",
    "explorer",
    "psexec",
    "ruby",
    "perl",
    "bash",
    "php",
    "odbcconf",
    "cmstp",
    "mavinject",
    "control",
}
_WEB_SHARE: Final = re.compile(
    r"^\\\\(?:live\.sysinternals\.com|[^\\]+@(?:ssl|\d+))", re.IGNORECASE
)
_FETCH_AND_RUN: Final = {
    "msiexec": ("/i", "/package", "/a", "/update", "/p", "-i", "-package", "/q", "-q", "/qn"),
    "regsvr32": (),
    "installutil": (),
    "add-appxpackage": (),
    "odbcconf": (),
    "cmstp": (),
    "mshta": (),
    "wmic": (),
    "msbuild": (),
    "presentationhost": (),
}
_CODE: Final = re.compile(
    r"\.(?:exe|com|msi|msp|msu|msix|appx|bat|cmd|ps1|psm1|vbs|js|jse|wsf|hta|dll|ocx|cpl|scr|sct|"
    r"jar|py|pl|rb|reg|inf|xll|lnk)$"
)


def executions(commands: tuple[Command, ...], text: str = "") -> tuple[Execution, ...]:
    """Every Windows command that runs something whose text is not readable in the script."""
    flow = Downloads(text)
    found: list[Execution] = []
    for command in commands:
        if command.language is Language.SHELL:
            continue
        if (execution := _evaluated(command) or _addressed(command)) is not None or (
            execution := _started(command, flow)
        ) is not None:
            found.append(execution)
        flow.note(command)
    return tuple(found)


def _evaluated(command: Command) -> Execution | None:
    """Text that is run as code and is not readable in the script."""
    name = command.name
    if name == "":
        taints = command.words[0].taints & FOREIGN if command.words else frozenset()
        return Execution(command, taints, source_of(command)) if taints else None
    if name in _EXPRESSIONS:
        return _expression(command)
    taints = taints_into(command) & FOREIGN
    if not taints:
        return None
    if name in _EVALUATORS or name in _INTERPRETERS or _is_block(command):
        return Execution(command, taints, source_of(command))
    if name in {"start-process", "start"} and any(word.taints & taints for word in command.args):
        return Execution(command, taints, source_of(command))
    return None


def _is_block(command: Command) -> bool:
    return command.name == "::create" and "scriptblock" in command.words[0].text.lower()


def _expression(command: Command) -> Execution | None:
    word = at(command, 0, "-command")
    if word is None:
        word = command.stdin
    if word is None:
        return Execution(command, frozenset(), source_of(command)) if command.inputs else None
    if word.is_literal and not word.taints & FOREIGN:
        return None
    if all(value and HOLE not in value for value in word.alternatives) and word.alternatives:
        return None
    taints = (word.taints | taints_into(command)) & FOREIGN
    return Execution(command, taints, source_of(command))


def _addressed(command: Command) -> Execution | None:
    """Programs that fetch what they are given an address of, and run it."""
    name = command.name
    if name not in _FETCH_AND_RUN:
        program = command.words[0].text if command.words else ""
        if _WEB_SHARE.match(program):
            return Execution(command, NETWORK, command.words[0])
        return None
    options = _FETCH_AND_RUN[name]
    source = source_of(command)
    if source is None or (options and not command.has(*options)):
        return None
    return Execution(command, NETWORK, source)


def _started(command: Command, flow: Downloads) -> Execution | None:
    """A file that was fetched or decoded before, and is now started."""
    words = command.words if command.name in _LAUNCHERS else command.words[:1]
    fetched = flow.match(words)
    if fetched is None:
        fetched = _bare(command, flow)
    if fetched is None or command.name in MOVERS:
        return None
    if command.name.startswith((".", "::")) and command.name not in _LAUNCHERS:
        return None
    return Execution(command, fetched.taints, fetched.source, fetched.is_verified)


def _bare(command: Command, flow: Downloads) -> Fetched | None:
    """A program called by its name alone, in the folder that the script went to."""
    if not flow.files or not command.words:
        return None
    names = {
        name
        for word in (command.words if command.name in _LAUNCHERS else command.words[:1])
        if (name := file_name(word.text)) and HOLE not in name
    }
    for path, fetched in flow.files.items():
        name = file_name(path)
        if _CODE.search(name) and (name in names or name.rpartition(".")[0] in names):
            return fetched
    return None
