import pytest

from mcp_server.guardrails.script.model import Span, Taint
from tests.guardrails.script.bat.bat_scripts import line, lines, read


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("DEL a.txt", ("del", "a.txt")),
        (r"C:\Windows\System32\Format.COM D:", ("format", "D:")),
        (r'"C:\Windows\System32\format.com" D: /y', ("format", "D:", "/y")),
        ('"C:\\Program Files\\a b\\x.exe" -q', ("x", "-q")),
        ("@@ @del a", ("del", "a")),
        ("f^o^r^m^a^t D: /q", ("format", "D:", "/q")),
        ("for^\nmat D:", ("format", "D:")),
        ("copy a ^\n  b", ("copy", "a", "b")),
        ('f""ormat D:', ("format", "D:")),
        ('"for"mat D:', ("format", "D:")),
        ("del,/q;x", ("del", "/q", "x")),
        (";;, del =x", ("del", "x")),
        ("cd..", ("cd", "..")),
        ("cd\\", ("cd", "\\")),
        ("ipconfig/all", ("ipconfig", "/all")),
        ("%tmp%/tool.exe -v", ("tool", "-v")),
        (r".\build.cmd x", ("build", "x")),
        (r"..\tools\a.bat", ("a",)),
        ("start.bat", ("start",)),
        ("%ComSpec% /?", ("cmd", "/?")),
        ("%0", ("%0",)),
        ('"%~f0" x', ("%0", "x")),
        ("%~dp0tool.exe", ("tool",)),
        (r"%JAVA_HOME%\bin\java -jar x", ("java", "-jar", "x")),
        ("%TOOL% x", ("", "x")),
        ("f%nothing%ormat D:", ("format", "D:")),
    ],
)
def test_a_program_is_found_however_its_name_is_written(script: str, expected: tuple[str, ...]):
    assert line(read(script).commands[0]) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (r"rd /s/q C:\a", ("rd", "/s", "/q", r"C:\a")),
        (r"rd/s/q C:\a", ("rd", "/s", "/q", r"C:\a")),
        ("del/f/s/q a", ("del", "/f", "/s", "/q", "a")),
        (r'rd /s/q"C:\a b"', ("rd", "/s", "/q", r"C:\a b")),
        (r"del C:\a\*/s/q", ("del", r"C:\a\*", "/s", "/q")),
        (r"del C:\a,C:\b", ("del", r"C:\a", r"C:\b")),
        (r'del "C:\a b" "c"', ("del", r"C:\a b", "c")),
        (r'del "C:\" /q', ("del", "C:\\", "/q")),
        (r'robocopy "C:\" D:\ /mir', ("robocopy", "C:\\", "D:\\", "/mir")),
        ('tool "say \\"hi\\"" x', ("tool", 'say "hi"', "x")),
        ("tool a,b c=d", ("tool", "a,b", "c=d")),
        ("attrib /s/d +h a", ("attrib", "/s", "/d", "+h", "a")),
        ("tool a ^& b", ("tool", "a", "&", "b")),
        ('tool "a & b" c', ("tool", "a & b", "c")),
        ('tool "unclosed & del x', ("tool", "unclosed & del x")),
        ("tool 100%%", ("tool", "100%")),
        ('tool "a | % { $_ } | % {1}"', ("tool", "a | % { $_ } | % {1}")),
        ("tool {{name}}-x", ("tool", "{}-x")),
    ],
)
def test_arguments_are_split_as_the_program_takes_them(script: str, expected: tuple[str, ...]):
    assert lines(script, parameters=True) == [expected]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("echo a  b", "a  b"),
        ("echo(a", "a"),
        ("echo.a", "a"),
        ('echo "a" ^| b', '"a" | b'),
    ],
)
def test_echo_has_its_text_as_one_word(script: str, text: str):
    assert [line(command) for command in read(script).commands] == [("echo", text)]


def test_a_word_knows_that_it_was_quoted():
    words = read('tool "a" b"c"').commands[0].args

    assert [word.quoted for word in words] == [True, False]


def test_a_placeholder_taints_its_word():
    word = read("tool {{name}}", parameters=True).commands[0].args[0]

    assert word.taints == frozenset({Taint.PARAMETER})


def test_a_placeholder_in_place_of_a_program_has_no_name():
    assert lines("{{tool}} /x & del {{path}}", parameters=True) == [("", "/x"), ("del", "{}")]


@pytest.mark.parametrize(
    ("script", "part"),
    [
        ("echo a & rd /s /q C:\\x", "rd /s /q C:\\x"),
        ("set d=C:\\x\n  rd /s %d%\n", "rd /s %d%"),
        ("f^o^r^mat D: >nul", "f^o^r^mat D:"),
        ('cmd /c "del /q x"', "del /q x"),
        ("for %%i in (a) do del %%i", "del %%i"),
    ],
)
def test_a_command_knows_where_it_stands(script: str, part: str):
    start = script.index(part)

    assert read(script).commands[-1].span == Span(start, start + len(part))
