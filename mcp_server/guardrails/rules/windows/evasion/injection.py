"""Code that is put into other processes."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_FUNCTIONS: Final = re.compile(
    r"virtualallocex|virtualprotectex|writeprocessmemory|createremotethread|ntcreatethreadex"
    r"|queueuserapc|setthreadcontext|ntunmapviewofsection|rtlcreateuserthread|openprocesstoken"
    r"|duplicatetokenex|impersonateloggedonuser|createprocesswithtoken|updateprocthreadattribute"
    r"|setwindowshookex|parentprocess",
    re.IGNORECASE,
)
_SHORTEST: Final = 12
"""Of the functions' names; what is shorter is not searched."""


def _injects(command: Command, _script: Script) -> Opinion:
    return bool(_FUNCTIONS.search(command.name)) or any(
        _FUNCTIONS.search(word.text) for word in command.args if len(word.text) >= _SHORTEST
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA111",
        name="process-injection",
        severity=Severity.CONFIRM,
        what="Calls the functions by which one process runs code in another.",
        why="The code hides in a process that nobody suspects.",
        instead="Run what has to run as a process of its own.",
        right_when="A debugger's or profiler's own script.",
        attack="T1055",
        check=on(
            "add-type",
            ".getmethod",
            "::getdelegateforfunctionpointer",
            "::createremotethread",
            "::virtualallocex",
            "::writeprocessmemory",
            ".definedynamicassembly",
            when=_injects,
        ),
        flags=Examples(
            powershell=(
                (
                    'Add-Type -MemberDefinition \'[DllImport("kernel32")] public static '
                    "extern IntPtr CreateRemoteThread(IntPtr p);' -Name W -Namespace W\n"
                ),
                "[W.W]::VirtualAllocEx($h, 0, 100, 0x3000, 0x40)\n",
                "[W.W]::WriteProcessMemory($h, $a, $b, 1, 0)\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Add-Type -AssemblyName System.Web\n",
                "Write-Host 'CreateRemoteThread'\n",
                "Get-Process app\n",
            ),
        ),
    ),
)
