import pytest

from mcp_server.guardrails.script.model import Taint
from tests.guardrails.script.bat.bat_scripts import line, lines, read, shown

_DELAYED = "setlocal enabledelayedexpansion\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for %%i in (C) do rd %%i:\\", ("rd", "C:\\")),
        ("for %i in (C) do rd %i:\\", ("rd", "C:\\")),
        (
            "for /r C:\\ %f in (*.docx) do copy %f %temp%\\x",
            ("copy", "C:\\*.docx", r"C:\Windows\Temp\x"),
        ),
        ("for /d %%d in (C:\\a\\*) do rd %%d", ("rd", "C:\\a\\*")),
        ("for /d /r C:\\a %%d in (x) do rd %%d", ("rd", "C:\\a\\x")),
        (
            'for %%i in ("C:\\a b\\c.txt") do tool %%~nxi %%~dpi "%%~i"',
            ("tool", "c.txt", "C:\\a", "b\\", "C:\\a b\\c.txt"),
        ),
        ("for %%f in (x.txt) do tool %%~nf", ("tool", "x")),
        ("for /l %%i in (1,1,500) do tool %%i", ("tool", "?")),
        ('for /f "tokens=2 delims==" %%a in ("x=del") do %%a b', ("del", "b")),
        ('for /f "tokens=1,* delims= " %%a in ("del b c") do tool %%b', ("tool", "b", "c")),
        ('for /f "usebackq delims=" %%a in (\'a b\') do tool "%%a"', ("tool", "a b")),
        ("for /f %%a in ('echo del') do %%a b", ("del", "b")),
        ('echo del b>f.txt\nfor /f "delims=" %%a in (f.txt) do %%a', ("del", "b")),
        (
            'echo x>f&echo del b>>f\nfor /f "skip=1 tokens=1,2" %%a in (f) do %%a %%b',
            ("del", "b"),
        ),
        ("for /f %%a in (other.txt) do tool %%a", ("tool", "?")),
        ("for %%i in (\n a\n) do (\n tool %%i\n)", ("tool", "a")),
        ('for %%x in ("del b") do %%~x', ("del", "b")),
        ("for %%a in (x) do for %%b in (y) do tool %%a%%b", ("tool", "xy")),
        ("for %%i in (a) do tool %%j", ("tool", "%j")),
    ],
)
def test_a_loop_variable_is_folded(script: str, expected: tuple[str, ...]):
    found = read(script)

    assert line(found.commands[-1]) == expected
    assert found.gaps == ()


def test_several_values_are_alternatives():
    word = read("for %%i in (C D) do rd %%i:\\").commands[0].args[0]

    assert word.values == ("C:\\", "D:\\")


def test_each_value_that_is_a_program_is_a_command():
    assert lines("for %%i in (net sc) do %%i stop x") == [("net", "stop", "x"), ("sc", "stop", "x")]


def test_a_loop_that_collects_is_read_turn_by_turn():
    script = _DELAYED + "for %%a in (d e l) do set x=!x!%%a\n!x! b"

    assert lines(script) == [("del", "b")]


def test_a_counting_loop_that_takes_letters_is_read_turn_by_turn():
    script = _DELAYED + "set s=led\nfor /l %%i in (2,-1,0) do set x=!x!!s:~%%i,1!\n!x! b"

    assert lines(script) == [("del", "b")]


def test_the_command_that_a_loop_reads_is_a_command():
    found = read("for /f \"tokens=*\" %%i in ('curl -s http://h.example/a ^| findstr x') do %%i")

    assert [line(command) for command in found.commands] == [
        ("curl", "-s", "http://h.example/a"),
        ("findstr", "x"),
        ("",),
    ]
    assert found.commands[-1].words[0].taints == frozenset({Taint.NETWORK})


def test_tokens_go_to_the_letters_that_follow():
    found = read('for /f "tokens=1-3 delims=," %%a in ("x,y,z") do tool %%c %%b %%a')

    assert [shown(word.text) for word in found.commands[-1].args] == ["z", "y", "x"]


def test_a_loop_that_collects_on_a_command_line_is_read_turn_by_turn():
    script = (
        'cmd /v /c "set s=elad b&&for %i in (3 0 1 4 5 9) do set x=!x!!s:~%i,1!'
        '&&if %i==9 call %x:~-5%"'
    )

    assert lines(script)[-1] == ("del", "b")
