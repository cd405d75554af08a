"""Programs and texts that are started by methods, classes and launchers of other systems."""

import pytest

from mcp_server.guardrails.script.model import Language, Obstacle
from mcp_server.guardrails.script.reading import read_script

DELETION = ("del", "C:\\a", Language.BAT)


@pytest.mark.parametrize(
    ("text", "wrappers"),
    [
        ("[Diagnostics.Process]::Start('cmd', '/c del C:\\a')", ("::start", "cmd")),
        ("(New-Object -ComObject WScript.Shell).Run('cmd /c del C:\\a')", (".run", "cmd")),
        ("(New-Object -Com Shell.Application).ShellExecute('cmd', '/c del C:\\a')",
         (".shellexecute", "cmd")),
        ("([wmiclass]'win32_process').Create('cmd /c del C:\\a')", (".create", "cmd")),
        ("Invoke-CimMethod -ClassName Win32_Process -MethodName Create "
         "-Arguments @{CommandLine = 'cmd /c del C:\\a'}", ("invoke-cimmethod", "cmd")),
        ("forfiles /p C:\\ /c 'cmd /c del C:\\a'", ("forfiles", "cmd")),
    ],
)  # fmt: skip
def test_what_a_method_starts_is_read(text: str, wrappers: tuple[str, ...]) -> None:
    found = [
        ((c.name, *(w.text for w in c.args), c.language), tuple(w.name for w in c.wrappers))
        for c in read_script(text, Language.POWERSHELL).commands
    ]
    assert (DELETION, wrappers) in found


@pytest.mark.parametrize(
    "text",
    [
        "[powershell]::Create().AddScript('Get-Date').Invoke()",
        "$ExecutionContext.InvokeCommand.InvokeScript('Get-Date')",
        "$b = [scriptblock]::Create('Get-Date'); & $b",
        "icm -ScriptBlock ([scriptblock]::Create('Get-Date'))",
    ],
)
def test_a_text_that_is_made_into_code_is_read(text: str) -> None:
    assert "get-date" in read_script(text, Language.POWERSHELL).by_name


@pytest.mark.parametrize(
    "text", ["wsl rm -rf /a", "wsl -d b -- rm -rf /a", "wsl -e rm -rf /a", "bash -c 'rm -rf /a'"]
)
def test_a_command_for_linux_is_read_as_a_shell_s(text: str) -> None:
    (_, inner) = read_script(text, Language.POWERSHELL).commands
    assert (inner.name, inner.texts, inner.language) == ("rm", ("-rf", "/a"), Language.SHELL)


def test_a_text_that_nests_too_deep_is_said() -> None:
    text = f"iex '{'(' * 160}Get-Date{')' * 160}'"
    assert Obstacle.DEPTH in {gap.obstacle for gap in read_script(text, Language.POWERSHELL).gaps}
