import pytest

from mcp_server.guardrails.script.model import Obstacle
from tests.guardrails.script.bat.bat_scripts import lines, read

_JSCRIPT = """@if (@X)==(@Y) @end /* JScript comment
@echo off
cscript //E:JScript //nologo "%~f0" %*
exit /b %errorlevel%
@if (@X)==(@Y) @end JScript comment */
var x = 1 & (2 | 3);
"""
_MARKUP = """<!-- :
@echo off
tool a
exit /b
-->
<html><script language="VBScript">x = 1</script><script>y()</script></html>
"""
_PROJECT = "<!-- :\ntool a\nexit /b\n-->\n<Project><Target/></Project>\n"
_POWERSHELL = "<# : batch\ntool a\ngoto :eof\n#>\nGet-Date | Out-Null\n"
_CSHARP = "// 2>nul||@goto :batch\n/*\n:batch\ntool a\nexit /b\n*/\nclass A { }\n"


def test_jscript_after_the_bat_part_is_foreign():
    found = read(_JSCRIPT)

    assert [command.name for command in found.named("cscript")] == ["cscript"]
    assert [(one.language, one.code.text.strip()) for one in found.foreign] == [
        ("jscript", "var x = 1 & (2 | 3);")
    ]
    assert found.gaps == ()


def test_scripts_in_markup_are_foreign():
    found = read(_MARKUP)

    assert ("tool", "a") in lines(_MARKUP)
    assert [(one.language, one.code.text) for one in found.foreign] == [
        ("vbscript", "x = 1"),
        ("jscript", "y()"),
    ]


def test_markup_without_scripts_is_a_gap():
    assert [gap.obstacle for gap in read(_PROJECT).gaps] == [Obstacle.LANGUAGE]


def test_powershell_after_the_bat_part_is_read():
    assert [name for name, *_ in lines(_POWERSHELL)][:2] == ["tool", "goto"]
    assert "get-date" in {name for name, *_ in lines(_POWERSHELL)}


def test_csharp_after_the_bat_part_is_foreign():
    found = read(_CSHARP)

    assert ("tool", "a") in lines(_CSHARP)
    assert [one.language for one in found.foreign] == ["csharp"]


def test_what_follows_the_bat_part_is_read_where_cmd_gets_there():
    assert ("rd", "C:\\x") in lines("<# :\ntool a\n#>\nrd C:\\x\n")


def test_what_looks_like_a_label_in_another_language_is_none():
    script = _JSCRIPT + "var y = x ? 1\n  : format;\n"

    assert read(script).gaps == ()


def test_a_label_after_the_bat_part_is_one_when_the_script_goes_to_it():
    script = "<# :\nif exist x goto more\nexit /b\n#>\nGet-Date\n:more\nrd C:\\x\n"

    assert ("rd", "C:\\x") in lines(script)


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("powershell -c \"iex (gc '%~f0' -raw)\"\nexit /b\nGet-Date\n", "get-date"),
        ('@powershell -File "%~f0" & exit /b\nGet-Date\n', "get-date"),
    ],
)
def test_what_cmd_skips_is_read_as_what_another_program_takes_it_for(script: str, name: str):
    assert name in {command.name for command in read(script).commands}


@pytest.mark.parametrize(
    "script",
    [
        'more +3 "%~f0" > a.txt\nexit /b\nanything at all\n',
        "findstr /b x %0 > a.cmd & goto :eof\nx anything\n",
    ],
)
def test_what_cmd_skips_and_something_else_may_run_is_a_gap(script: str):
    assert [gap.obstacle for gap in read(script).gaps] == [Obstacle.LANGUAGE]


def test_what_nothing_reads_is_no_gap():
    assert read("tool\nexit /b\nusage: (tool\ndel %0\n").gaps == ()
