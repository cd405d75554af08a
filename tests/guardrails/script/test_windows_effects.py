"""Which files Windows commands write and delete."""

from dataclasses import replace

import pytest

from mcp_server.guardrails.script.model import Language, Script, Span, Word
from mcp_server.guardrails.script.windows_effects import deleted, orders, written
from tests.guardrails.script.windows_commands import bat, powershell, writing


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        (powershell("Set-Content", "-Path", "a.txt", "-Value", "x"), ["a.txt"]),
        (powershell("Set-Content", "-Value", "x", "a.txt"), ["a.txt"]),
        (powershell("Out-File", "-Encoding", "ascii", "a.txt"), ["a.txt"]),
        (powershell("Copy-Item", "-Recurse", "a", "b"), ["b"]),
        (powershell("Copy-Item", "-Dest", "b", "-Path", "a"), ["b"]),
        (powershell("Invoke-WebRequest", "https://a.example/x", "-OutFile", "a.exe"), ["a.exe"]),
        (powershell("Invoke-WebRequest", "https://a.example/x"), []),
        (powershell("$w", "https://a.example/x", "C:\\a.exe", name=".downloadfile"), ["C:\\a.exe"]),
        (powershell("io.file", "a.bin", "$b", name="::writeallbytes"), ["a.bin"]),
        (bat("curl", "-o", "a.exe", "https://a.example/x"), ["a.exe"]),
        (bat("curl", "-LO", "https://a.example/x.zip?y=1"), ["x.zip"]),
        (bat("curl", "https://a.example/x"), []),
        (bat("certutil", "-urlcache", "-f", "https://a.example/x", "a.exe"), ["a.exe"]),
        (bat("certutil", "-dump", "a.cer", "b.cer"), []),
        (bat("certutil", "-decode", "a.txt", "a.exe"), ["a.exe"]),
        (bat("bitsadmin", "/transfer", "j", "https://a.example/x", "C:\\a.exe"), ["C:\\a.exe"]),
        (bat("copy", "/y", "a", "b"), ["b"]),
        (writing(bat("echo", "x"), "a.txt"), ["a.txt"]),
        (writing(bat("echo", "x"), "NUL"), []),
    ],
)
def test_what_a_command_writes(command, paths):
    assert [word.text for word in written(command)] == paths


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        (powershell("Remove-Item", "-Recurse", "a", "-ErrorAction", "Ignore", "b"), ["a", "b"]),
        (powershell("Remove-Item", "-LiteralPath", "a"), ["a"]),
        (powershell("io.file", "a", name="::delete"), ["a"]),
        (bat("del", "/f", "/q", "a", "b"), ["a", "b"]),
        (bat("rd", "/s", "/q", "C:\\a"), ["C:\\a"]),
        (bat("dir", "a"), []),
    ],
)
def test_what_a_command_deletes(command, paths):
    assert [word.text for word in deleted(command)] == paths


def test_orders_come_from_the_input_or_from_a_file_that_the_script_writes():
    echo = writing(bat("echo", "clean"), "a.txt")
    script = Script(Language.BAT, "", (replace(echo, span=Span(0, 5)),))
    fed = bat("diskpart", stdin=Word("list disk"))
    reading = replace(bat("diskpart", "/s", "A.TXT"), span=Span(9, 20))
    other = replace(reading, words=(Word("diskpart"), Word("/s"), Word("b.txt")))
    assert [orders(one, script) for one in (fed, reading, other)] == ["list disk", "clean", None]
