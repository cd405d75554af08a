"""Code that is made, decoded or loaded while the script runs."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Language, Script, Taint
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_ENCODED: Final = "encodedcommand"
_PROGRAM: Final = re.compile(
    rf"[&\s\"']*{HOLE}[\"']?\s+[\w/-][^{HOLE};|&$(]*(?:'?{HOLE}'?[^;|&$(]*)*$"
)
"""An unknown program with arguments that are known: no worse than `& $program --version`."""
_NATIVE: Final = (
    "virtualalloc",
    "virtualprotect",
    "createthread",
    "createremotethread",
    "writeprocessmemory",
    "getdelegateforfunctionpointer",
    "ntmapviewofsection",
    "queueuserapc",
    "rtlmovememory",
)


def _encoded(command: Command, _script: Script) -> Opinion:
    for text in command.texts:
        name = text[1:].partition(":")[0]
        if text[:1] in {"-", "/", "\u2013", "\u2014"} and name:
            if _ENCODED.startswith(name) or name == "ec":
                return True
            if "command".startswith(name) or "file".startswith(name):
                return None
    return None


def _decoded(script: Script) -> Iterator[Match]:
    for execution in script.executions:
        taints = execution.taints
        if execution.command.language is Language.SHELL:
            continue
        if Taint.DECODED in taints and Taint.NETWORK not in taints:
            yield Match(execution.command.span)


def _unknown(script: Script) -> Iterator[Match]:
    for execution in script.executions:
        command = execution.command
        if command.language is not Language.SHELL and not execution.taints:
            starts_program = any(_PROGRAM.match(word.text) for word in command.args)
            yield Match(command.span, Severity.ADVICE if starts_program else None)


def _loaded(command: Command, _script: Script) -> Opinion:
    """An assembly from bytes; by name it is one that is installed."""
    kind = command.words[0].text.lower()
    if "assembly" not in kind and "appdomain" not in kind:
        return None
    argument = next(iter(command.args), None)
    return argument is not None and not argument.is_literal


def _native(command: Command, _script: Script) -> Opinion:
    if command.name == "add-type":
        return any(name in text for text in command.texts for name in _NATIVE)
    return True


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="OBF101",
        name="encoded-powershell-command",
        severity=Severity.CONFIRM,
        what="Starts PowerShell with a command in Base64.",
        why="Nobody who reads the script sees what runs; it is how payloads are hidden.",
        instead="Write the command as it is, or put it in a file and use `-File`.",
        right_when="A tool made it to get around quoting, and a person has read it decoded.",
        attack="T1027.010",
        check=on("powershell", "pwsh", when=_encoded),
        flags=Examples(
            powershell=(
                "powershell -EncodedCommand RwBlAHQALQBEAGEAdABlAA==",
                "powershell.exe -NoP -enc RwBlAHQALQBEAGEAdABlAA==",
                "pwsh -e $payload",
            ),
            bat=(
                "powershell -EncodedCommand RwBlAHQALQBEAGEAdABlAA==",
                "powershell.exe -nop -w hidden -ec RwBlAHQALQBEAGEAdABlAA==",
                "cmd /c powershell -e RwBlAHQALQBEAGEAdABlAA==",
            ),
        ),
        allows=Examples(
            powershell=(
                "powershell -ExecutionPolicy Bypass -File C:\\app\\a.ps1",
                "powershell -Command Get-Date",
                "Write-Output 'powershell -enc AAAA'",
            ),
            bat=(
                "powershell -ExecutionPolicy Bypass -File C:\\app\\a.ps1",
                'powershell -Command "Get-Content a.txt -Encoding UTF8"',
                "echo powershell -enc AAAA",
            ),
        ),
    ),
    ScriptRule(
        id="OBF102",
        name="decoded-code-executed",
        severity=Severity.CONFIRM,
        what="Decodes, decrypts or unpacks something and runs it.",
        why="What runs was not readable in the script, so nothing of it was checked.",
        instead="Write the code as it is, or ship it as a file with a known checksum.",
        right_when="A person has decoded and read it.",
        attack="T1140",
        check=OnScript(_decoded),
        flags=Examples(
            powershell=(
                "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($p)))",
                "$b = [Convert]::FromBase64String($p)\n"
                "[IO.File]::WriteAllBytes('C:\\Temp\\a.exe', $b)\nC:\\Temp\\a.exe",
                "certutil -decode a.txt C:\\Temp\\a.exe\nStart-Process C:\\Temp\\a.exe",
            ),
            bat=(
                "certutil -decode a.txt C:\\Temp\\a.exe\r\nC:\\Temp\\a.exe",
                "certutil -decodehex a.hex b.bat & call b.bat",
                'powershell -c "iex ([Text.Encoding]::ASCII.GetString([Convert]::'
                'FromBase64String($env:P)))"',
            ),
        ),
        allows=Examples(
            powershell=(
                "[Convert]::FromBase64String($p).Length",
                "certutil -decode a.txt C:\\app\\cert.cer",
                "[IO.File]::WriteAllBytes('C:\\app\\logo.png', [Convert]::FromBase64String($p))",
            ),
            bat=(
                "certutil -decode a.txt C:\\app\\cert.cer",
                "certutil -encode C:\\app\\a.bin a.txt",
                "certutil -decode a.txt C:\\app\\a.json\r\ntype C:\\app\\a.json",
            ),
        ),
    ),
    ScriptRule(
        id="OBF103",
        name="expression-built-at-run-time",
        severity=Severity.CONFIRM,
        what="Runs a text as code that is known only when the script runs.",
        why="Whatever gets into that text runs as SYSTEM, and it can't be checked beforehand.",
        instead="Call the command itself with `&` and give the changing parts as arguments.",
        right_when="Every part of the text comes from the script itself.",
        attack="T1059.001",
        check=OnScript(_unknown),
        flags=Examples(
            powershell=(
                "Invoke-Expression $env:JOB",
                "iex (Get-Content C:\\app\\job.txt -Raw)",
                "Get-Content C:\\app\\job.txt -Raw | Invoke-Expression",
            ),
            bat=(
                'powershell -c "iex $env:JOB"',
                'powershell -c "Get-Content job.txt | iex"',
                'powershell -Command "Invoke-Expression (Get-Clipboard)"',
            ),
        ),
        allows=Examples(
            powershell=(
                "Invoke-Expression 'Get-Date'",
                "& $program --version",
                "Invoke-Command -ScriptBlock { Get-Date }",
            ),
            bat=(
                "powershell -c \"iex 'Get-Date'\"",
                'powershell -c "Get-Content job.txt"',
                "call job.bat",
            ),
        ),
    ),
    ScriptRule(
        id="OBF104",
        name="assembly-loaded-from-memory",
        severity=Severity.CONFIRM,
        what="Loads a .NET assembly from bytes that the script holds.",
        why="A program runs inside PowerShell without ever being a file, so that no scanner and "
        "no reader of the script sees it.",
        instead="Install the assembly as a signed file and load it with `Add-Type -Path`.",
        right_when="A person knows where the bytes come from.",
        attack="T1620",
        check=on("::load", ".load", when=_loaded),
        flags=Examples(
            powershell=(
                "[System.Reflection.Assembly]::Load($bytes)",
                "[Reflection.Assembly]::Load([IO.File]::ReadAllBytes('C:\\app\\a.dll'))",
                "[AppDomain]::CurrentDomain.Load($bytes)",
            ),
            bat=(
                'powershell -c "[Reflection.Assembly]::Load($b)"',
                "powershell -c \"[Reflection.Assembly]::Load([IO.File]::ReadAllBytes('a'))\"",
                'powershell -nop -c "$a=[Reflection.Assembly]::Load($b); $a.EntryPoint"',
            ),
        ),
        allows=Examples(
            powershell=(
                "[Reflection.Assembly]::LoadWithPartialName('System.Web')",
                "[Reflection.Assembly]::Load('System.Windows.Forms')",
                "Add-Type -AssemblyName System.IO.Compression",
            ),
            bat=(
                "powershell -c \"[Reflection.Assembly]::LoadWithPartialName('System.Web')\"",
                'powershell -c "Add-Type -AssemblyName System.Web"',
                "powershell -c \"[Reflection.Assembly]::Load('System.Web')\"",
            ),
        ),
    ),
    ScriptRule(
        id="OBF105",
        name="machine-code-in-memory",
        severity=Severity.CONFIRM,
        what="Asks Windows for executable memory or a thread, to run machine code from the script.",
        why="That is how shellcode is run and how other processes are taken over.",
        instead="Ship a signed program.",
        right_when="A debugging tool needs it, and a person has read it.",
        attack="T1055",
        check=on(
            "add-type", *(f"{mark}{name}" for name in _NATIVE for mark in ("::", ".")), when=_native
        ),
        flags=Examples(
            powershell=(
                "[K32]::VirtualAlloc(0, 4096, 0x3000, 0x40)",
                "[Runtime.InteropServices.Marshal]::GetDelegateForFunctionPointer($p, $t)",
                "[K32]::CreateRemoteThread($h, 0, 0, $a, 0, 0, 0)",
            ),
        ),
        allows=Examples(
            powershell=(
                "Add-Type -AssemblyName System.Web",
                "[Threading.Thread]::Sleep(100)",
                "[Runtime.InteropServices.Marshal]::SizeOf($t)",
            ),
        ),
    ),
)
