"""What the output of Windows commands carries."""

import pytest

from mcp_server.guardrails.script.model import HOLE, Taint, Word
from mcp_server.guardrails.script.windows_sources import output_taints
from tests.guardrails.script.windows_commands import bat, powershell

_FETCHED = Word(HOLE, taints=frozenset({Taint.NETWORK}))


@pytest.mark.parametrize(
    ("command", "taints"),
    [
        (powershell("Invoke-RestMethod", "https://a.example"), {Taint.NETWORK}),
        (powershell("$w", "https://a.example", name=".downloadstring"), {Taint.NETWORK}),
        (powershell("convert", "aGk=", name="::frombase64string"), {Taint.DECODED}),
        (powershell("New-Object", "IO.Compression.GzipStream"), {Taint.DECODED}),
        (powershell("New-Object", "IO.MemoryStream"), set()),
        (powershell("Get-Content", "C:\\Users\\a\\.ssh\\id_rsa"), {Taint.SENSITIVE}),
        (powershell("Get-Content", "C:\\Users\\a\\.ssh\\config"), set()),
        (bat("type", "C:\\Windows\\System32\\config\\SAM"), {Taint.SENSITIVE}),
        (bat("curl", "https://a.example"), {Taint.NETWORK}),
        (bat("echo", "x"), set()),
    ],
)
def test_the_taints_come_from_what_a_command_is(command, taints):
    assert output_taints(command) == taints


def test_methods_and_printing_give_taints_on_and_other_programs_do_not():
    assert output_taints(powershell(_FETCHED, name=".trim")) == {Taint.NETWORK}
    assert output_taints(powershell("Write-Output", _FETCHED)) == {Taint.NETWORK}
    assert output_taints(powershell("Test-Path", _FETCHED)) == set()


def test_what_comes_through_a_pipe_stays_tainted():
    assert output_taints(powershell("Out-String", stdin=_FETCHED)) == {Taint.NETWORK}
