import pytest

from mcp_server.guardrails.script.model import HOLE
from tests.guardrails.script.bat.bat_scripts import assigned, lines, read

_LETTERS = 'set "c=abcdefghijklmnopqrstuvwxyz"\n'


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("set x=del\n%x% /q a", ("del", "/q", "a")),
        ('set "x=del"\n%X% a', ("del", "a")),
        ('set "x=rd /s" trailing\n%x% a', ("rd", "/s", "a")),
        ("set x=a & del b\n%x%", ("a",)),
        (_LETTERS + "%c:~3,1%%c:~4,1%%c:~11,1% a", ("del", "a")),
        (_LETTERS + "tool %c:~-3% %c:~0,-23% %c:~24%", ("tool", "xyz", "abc", "yz")),
        ("set s=xxdxxexxl\n%s:xx=% a", ("del", "a")),
        ("set s=junkdel\n%s:*junk=% a", ("del", "a")),
        ("set s=DEL\ntool %s:e=3%", ("tool", "D3L")),
        ("tool %ComSpec:~-7%", ("tool", "cmd.exe")),
        (
            "tool %SystemRoot% %systemdrive% %TEMP%",
            ("tool", r"C:\Windows", "C:", r"C:\Windows\Temp"),
        ),
        ("tool %USERPROFILE%\\x", ("tool", "C:\\Users\\?\\x")),
        ("tool %OTHER%\\x %1 %~dp2 %*", ("tool", "?\\x", "?", "?", "?")),
        ("tool %~dp0x", ("tool", "?\\x")),
        ("set a=rd\nset b=%a% /s\ncall %%b%% c", ("rd", "/s", "c")),
        ("set x=del& call %x% /f a", ("del", "/f", "a")),
        ("setlocal enabledelayedexpansion\nset x=del& !x! a", ("del", "a")),
        ("setlocal enabledelayedexpansion\nset x=abdel\n!x:~2! a", ("del", "a")),
        ("setlocal enabledelayedexpansion\nset d=x\ntool a^^!b !d!", ("tool", "a!b", "x")),
        ("tool !x!", ("tool", "!x!")),
        ('cmd /v:on /c "set x=del& !x! a"', ("del", "a")),
        ('cmd /V:ON/C"set x=d&&set y=el a&&call %x%%y%"', ("del", "a")),
        ('cmd /c cmd /c "set x=xxdel&call %x:~2% a"', ("del", "a")),
        ("set x=a\nset x=\ntool %x%b", ("tool", "b")),
        ("set x=outer\nsetlocal\nset x=inner\nendlocal\ntool %x%", ("tool", "outer")),
        ("set x=in\nsetlocal\nset y=%x%\nendlocal & set z=%y%\ntool %z%", ("tool", "in")),
        ("tool %%x%% 5%%", ("tool", "%x%", "5%")),
    ],
)
def test_variables_are_folded_where_they_are_known(script: str, expected: tuple[str, ...]):
    assert lines(script)[-1] == expected


def test_a_command_in_a_variable_is_parsed_after_it_is_expanded():
    assert lines('set "x=a & del b"\ntool %x%') == [("tool", "a"), ("del", "b")]


def test_what_another_cmd_sets_does_not_come_back():
    assert lines("cmd /c set x=del\n%x% a")[-1] == ("", "a")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("set x=a b ", {"x": "a b "}),
        ('set "x=a" & set y="b c"', {"x": "a", "y": "b c"}),
        ("set /p x=Name?", {"x": "?"}),
        ("set/a x=5,y=x*2", {"x": "5", "y": "?"}),
        ("set /a x+=1", {"x": "?"}),
        ("echo v1> f.txt\nset /p x=<f.txt", {"x": "v1"}),
        ("for %%a in (d e l) do set x=%%a", {"x": "l"}),
        ("setlocal enabledelayedexpansion\nfor %%a in (d e l) do set x=!x!%%a", {"x": "del"}),
        ("set PATH=%PATH%;C:\\x", {"PATH": "?;C:\\x"}),
        ("set x=%x%a", {"x": "a"}),
    ],
)
def test_assignments_are_noted_with_their_values(script: str, expected: dict[str, str]):
    assert assigned(script) == expected


def test_after_a_condition_a_variable_has_either_value():
    command = read("if exist x (set d=C:\\a) else set d=C:\\b\nrd %d%\\c").commands[-1]

    assert command.args[0].values == ("C:\\a\\c", "C:\\b\\c")


def test_a_variable_that_may_be_unset_may_be_empty():
    unknown, known = read("rd %OTHER%\\x %USERPROFILE%\\x").commands[0].args

    assert (unknown.text, unknown.may_be_empty) == (f"{HOLE}\\x", True)
    assert not known.may_be_empty
