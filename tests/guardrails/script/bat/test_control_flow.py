import pytest

from mcp_server.guardrails.script.model import Command, Obstacle
from tests.guardrails.script.bat.bat_scripts import line, lines, read, shown


def conditions(command: Command) -> list[str]:
    return [
        ("not " if condition.negated else "")
        + ", ".join(shown(" ".join(w.text for w in one.words)) for one in condition.commands)
        for condition in command.conditions
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a & b&c", [("a",), ("b",), ("c",)]),
        ("a && b || c", [("a",), ("b",), ("c",)]),
        ("a | b", [("a",), ("b",)]),
        ("(a\nb & (c)\n)", [("a",), ("b",), ("c",)]),
        ("if exist x (a) else (b)", [("a",), ("b",)]),
        ("if exist x a & b", [("a",), ("b",)]),
        (
            'if "%~1"=="" (\n a\n) else if /i not "%1" equ "b" (\n b\n) else c',
            [("a",), ("b",), ("c",)],
        ),
        ("if (%1)==() a", [("a",)]),
        ("if not defined x if errorlevel 1 a", [("a",)]),
        ("if %errorlevel% neq 0 a", [("a",)]),
        ("rem a & del b", []),
        ("rem & del b", [("del", "b")]),
        (":: a & del b", []),
        ("a & rem b & del c", [("a",)]),
        ("(a\n:: b\nrem c )\n)", [("a",)]),
        (":label a & del b\nc", [("c",)]),
        (") a & del b\nc", [("c",)]),
        ("i^f 1==1 a", [("a",)]),
    ],
)
def test_every_command_is_found(script: str, expected: list[tuple[str, ...]]):
    found = read(script)

    assert [line(command) for command in found.commands] == expected
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a && b", ["a"]),
        ("a || b", ["not a"]),
        ("a && b || c", ["not a, b"]),
        ("if exist C:\\x b", ["if exist C:\\x"]),
        ("if not exist x b", ["not if exist x"]),
        ("if defined v (a) else b", ["not if defined v"]),
        ("if 1==2 (a) else if x equ y b", ["not if 1 == 2", "if x equ y"]),
        ("if a==b (if c==d e)", ["if a == b", "if c == d"]),
        ('cmd /c "a && b"', ["a"]),
        ("if exist x cmd /c b", ["if exist x"]),
    ],
)
def test_a_command_knows_what_must_hold(script: str, expected: list[str]):
    assert conditions(read(script).commands[-1]) == expected


def test_a_label_that_is_called_is_read_with_its_arguments():
    script = 'call :wipe C:\\a "b c"\ngoto :eof\n:wipe\nrd /s %~1\nrd %2\nexit /b\n'

    assert lines(script) == [
        ("call", ":wipe", "C:\\a", "b c"),
        ("rd", "/s", "C:\\a"),
        ("rd", "b c"),
        ("exit", "/b"),
        ("goto", ":eof"),
    ]


def test_commands_of_a_called_label_name_it_as_their_function():
    found = read("call :sub\nexit /b\n:sub\ntool\n")

    assert [(c.name, c.function) for c in found.commands] == [
        ("call", ""),
        ("tool", "sub"),
        ("exit", ""),
    ]
    assert found.functions == {"sub"}


def test_a_label_that_calls_itself_ends():
    assert lines(":a\ntool\ncall :a\n")[:3] == [("tool",), ("call", ":a"), ("tool",)]


def test_text_that_is_never_reached_is_not_read():
    script = "goto :start\nDangerous prose: format everything & (\n:start\ntool\n"

    assert lines(script) == [("goto", ":start"), ("tool",)]


def test_text_after_a_conditional_goto_is_read():
    assert lines("if exist x goto end\ntool\n:end\n") == [("goto", "end"), ("tool",)]


def test_a_label_that_nothing_calls_is_read():
    assert lines("exit /b\n:hidden\ntool %1\n") == [("exit", "/b"), ("tool", "?")]


@pytest.mark.parametrize(
    ("script", "obstacle"),
    [
        ("(a\nb", Obstacle.SYNTAX),
        ("a & & b", Obstacle.SYNTAX),
        ("if x b", Obstacle.SYNTAX),
        ("for %%i in a do b", Obstacle.SYNTAX),
        ("for %%i in (a) b", Obstacle.SYNTAX),
        ("(a) b", Obstacle.SYNTAX),
        ("a >", Obstacle.SYNTAX),
        ("a |", Obstacle.SYNTAX),
        ("(" * 100 + "a" + ")" * 100, Obstacle.DEPTH),
    ],
)
def test_what_cmd_does_not_take_is_a_gap(script: str, obstacle: Obstacle):
    assert {gap.obstacle for gap in read(script).gaps} == {obstacle}


def test_what_stands_around_a_gap_is_read():
    assert lines("a\nif x b\nc") == [("a",), ("c",)]


def test_the_working_folder_is_known_after_cd():
    found = read("cd /d C:\\a\\b\ntool\ncd ..\ntool\npushd D:\\\ntool\npopd\ntool\ncd %x%\ntool")

    assert [c.directory for c in found.named("tool")] == [
        "c:\\a\\b",
        "c:\\a",
        "d:\\",
        "c:\\a",
        "",
    ]
