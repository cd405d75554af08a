"""Expressions that stand for a text which nobody wrote as it is."""

# ruff: noqa: E501 - one expression stays one text

import base64

import pytest

from mcp_server.guardrails.script.model import HOLE, Language, Taint
from mcp_server.guardrails.script.reading import read_script

ENCODED = base64.b64encode(b"Get-Date").decode()
WIDE = base64.b64encode("Get-Date".encode("utf-16-le")).decode()


def printed(expression: str) -> list[str]:
    """The arguments that an expression becomes."""
    script = read_script(f"Write-Output {expression}", Language.POWERSHELL)
    assert script.gaps == ()
    (command,) = (c for c in script.commands if c.name == "write-output")
    return [word.text for word in command.args]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("('Get-' + 'Date')", ["Get-Date"]),
        ("('{1}-{0}' -f 'Date', 'Get')", ["Get-Date"]),
        ("('Get', 'Date' -join '-')", ["Get-Date"]),
        ("(-join ('G', 'e', 't'))", ["Get"]),
        ("('GetXDate' -replace 'x', '-')", ["Get-Date"]),
        ("('GetXDate' -creplace 'X', '-')", ["Get-Date"]),
        ("('Get.Date' -replace '\\.', '-')", ["Get-Date"]),
        ("('GetXDate' -replace '[A-Z]', '-')", [HOLE]),
        ("('Get X Date' -split ' X ')", ["Get", "Date"]),
        ("(71 -bxor 0)", ["71"]),
        ("('x' -bxor 1)", [HOLE]),
        ("('ab' * 3)", ["ababab"]),
        ("('ab' * 99999)", [HOLE]),
        ("([char]71 + 'et')", ["Get"]),
        ("([char]0x47 + 'et')", ["Get"]),
        ("([char]'G' + 'et')", ["Get"]),
        ("([char]'Get')", [HOLE]),
        ("([char]-1)", [HOLE]),
        ("(-join [char[]](71, 101, 116))", ["Get"]),
        ("(-join [char[]]'Get')", ["Get"]),
        ("([string]71)", ["71"]),
        ("('teG'[2, 1, 0] -join '')", ["Get"]),
        ("('teG'[-1..-3] -join '')", ["Get"]),
        ("('Get'[0])", ["G"]),
        ("('Get'[7])", [HOLE]),
        ("(@('a', 'b')[1])", ["b"]),
        ("(1..3)", ["1", "2", "3"]),
        ("(3..1)", ["3", "2", "1"]),
        ("(1..99999)", [HOLE]),
        ("('GetXDate'.Replace('X', '-'))", ["Get-Date"]),
        ("('GET'.ToLower())", ["get"]),
        ("('get'.ToUpperInvariant())", ["GET"]),
        ("(' Get '.Trim())", ["Get"]),
        ("('Get'.ToString())", ["Get"]),
        ("(-join 'Get'.ToCharArray())", ["Get"]),
        ("('xGet-Date'.Substring(1))", ["Get-Date"]),
        ("('xGet-Date'.Substring(1, 3))", ["Get"]),
        ("('Get'.Substring($n))", [HOLE]),
        ("('GetDate'.Insert(3, '-'))", ["Get-Date"]),
        ("('Get-DateX'.Remove(8))", ["Get-Date"]),
        ("('GetX-Date'.Remove(3, 1))", ["Get-Date"]),
        ("('Get,Date'.Split(','))", ["Get", "Date"]),
        ("('Get'.Frobnicate())", [HOLE]),
        ("([string]::Join('-', 'Get', 'Date'))", ["Get-Date"]),
        ("([string]::Concat('Get-', 'Date'))", ["Get-Date"]),
        ("([string]::Format('{0}-{1}', 'Get', 'Date'))", ["Get-Date"]),
        ("([regex]::Replace('GetXDate', 'X', '-'))", ["Get-Date"]),
        ("([uri]::UnescapeDataString('Get%2DDate'))", ["Get-Date"]),
        ("([IO.Path]::Combine('C:', 'Windows'))", ["C:\\Windows"]),
        ("([Convert]::ToChar(71))", ["G"]),
        ("([Convert]::ToInt32('47', 16))", ["71"]),
        ("([char][Convert]::ToInt32('47', 16))", ["G"]),
        ("([Convert]::ToInt32('zz', 16))", [HOLE]),
        ("([Convert]::FromBase64String('no base64!'))", [HOLE]),
        (f"([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{ENCODED}')))", ["Get-Date"]),
        (f"([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('{WIDE}')))", ["Get-Date"]),
        ("([Text.Encoding]::ASCII.GetString((71, 101, 116)))", ["Get"]),
        ("([Math]::Round(1.5))", [HOLE]),
        ("(@{a = 'Get'}['a'])", ["Get"]),
        ("(@{a = 'Get'}.a)", ["Get"]),
        ("('a' + $unknown)", [f"a{HOLE}"]),
    ],
)  # fmt: skip
def test_what_is_constant_is_worked_out_and_the_rest_is_a_hole(
    expression: str, words: list[str]
) -> None:
    assert printed(expression) == words


def test_what_was_decoded_is_marked_as_such_however_it_is_put_together() -> None:
    text = f"$b = [Convert]::FromBase64String('{ENCODED}')\n"
    text += "$t = [Text.Encoding]::UTF8.GetString($b).Trim() + ' '\niex $t.Substring(0)\n"
    (run,) = (
        c for c in read_script(text, Language.POWERSHELL).commands if c.name == "invoke-expression"
    )
    assert Taint.DECODED in run.args[0].taints


def test_an_array_grows_with_what_is_added() -> None:
    text = "$a = @('C:\\a')\n$a += 'C:\\b'\nRemove-Item $a\n"
    command = read_script(text, Language.POWERSHELL).commands[-1]
    assert [word.text for word in command.args] == ["C:\\a", "C:\\b"]
