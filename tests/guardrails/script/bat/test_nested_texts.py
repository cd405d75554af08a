import pytest

from mcp_server.guardrails.script.model import HOLE, Language, Origin
from tests.guardrails.script.bat.bat_scripts import line, lines, read, shown


@pytest.mark.parametrize(
    ("script", "origin", "expected"),
    [
        ("cmd /c del a", Origin.STRING, ("del", "a")),
        ('cmd /c "del a"', Origin.STRING, ("del", "a")),
        ('cmd.exe /q /s /c "del "C:\\a b""', Origin.STRING, ("del", "C:\\a b")),
        ('cmd /c "C:\\a b\\x.exe" y', Origin.STRING, ("x", "y")),
        ('cmd /d/c"del a"', Origin.STRING, ("del", "a")),
        ("cmd /c cmd /k del a", Origin.STRING, ("del", "a")),
        ("%COMSPEC% /C del a", Origin.STRING, ("del", "a")),
        ("echo del a| cmd", Origin.STRING, ("del", "a")),
        ("call del a", Origin.DIRECT, ("del", "a")),
        ('start "" /b del a', Origin.DIRECT, ("del", "a")),
        ('start "title" /d C:\\x /wait cmd /c del a', Origin.STRING, ("del", "a")),
        ('wmic process call create "cmd /c del a"', Origin.STRING, ("del", "a")),
        ('wmic /node:h process call create "cmd /c del a"', Origin.REMOTE, ("del", "a")),
        ('schtasks /create /tn n /tr "cmd /c del a" /sc daily', Origin.LATER, ("del", "a")),
        ("schtasks /create /tn n /tr \"'C:\\a b\\x.exe' y\"", Origin.LATER, ("x", "y")),
        ("at 12:00 cmd /c del a", Origin.LATER, ("del", "a")),
        ('sc create s binPath= "cmd /c del a" start= auto', Origin.LATER, ("del", "a")),
        ('sc config s binpath="cmd /c del a"', Origin.LATER, ("del", "a")),
        ('forfiles /p C:\\x /c "cmd /c del @path"', Origin.STRING, ("del", "C:\\x\\?")),
        ("psexec \\\\h -u x -p y -s cmd /c del a", Origin.REMOTE, ("del", "a")),
        ("psexec -accepteula -i 1 -s cmd /c del a", Origin.STRING, ("del", "a")),
        ("winrs -r:h del a", Origin.REMOTE, ("del", "a")),
        ('runas /user:x "cmd /c del a"', Origin.STRING, ("del", "a")),
        ("conhost --headless cmd /c del a", Origin.STRING, ("del", "a")),
    ],
)
def test_the_command_within_is_found(script: str, origin: Origin, expected: tuple[str, ...]):
    found = read(script).commands[-1]

    assert (found.origin, line(found)) == (origin, expected)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("start cmd /c del a", ["start", "cmd"]),
        ("call del a", ["call"]),
        ('forfiles /c "cmd /c del a"', ["forfiles", "cmd"]),
        ("del a", []),
    ],
)
def test_a_command_knows_what_starts_it(script: str, expected: list[str]):
    assert [one.name for one in read(script).commands[-1].wrappers] == expected


@pytest.mark.parametrize(
    ("script", "expected"), [("start tool", True), ("start /wait tool", False), ("tool", False)]
)
def test_what_is_started_without_waiting_is_in_the_background(script: str, expected: bool):
    assert read(script).commands[-1].background is expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('bash -c "rm -rf /a"', ("rm", "-rf", "/a")),
        ("wsl -u root rm -rf /a", ("rm", "-rf", "/a")),
        ("wsl -d x -- rm -rf /a", ("rm", "-rf", "/a")),
        ('ssh -p 22 u@h "rm -rf /a"', ("rm", "-rf", "/a")),
    ],
)
def test_a_unix_shell_is_read_as_one(script: str, expected: tuple[str, ...]):
    found = read(script).commands[-1]

    assert (found.language, line(found)) == (Language.SHELL, expected)


@pytest.mark.parametrize(
    ("script", "origin"),
    [
        ('powershell -NoP -c "Get-Date"', Origin.STRING),
        ("powershell Get-Date", Origin.STRING),
        ("powershell -enc RwBlAHQALQBEAGEAdABlAA==", Origin.DECODED),
        ("echo Get-Date | powershell -", Origin.STRING),
        ("echo Get-Date> a.ps1\npowershell -File a.ps1", Origin.FILE),
        ("echo Get-Date> a.ps1\npowershell .\\a.ps1", Origin.FILE),
    ],
)
def test_powershell_is_read_as_such(script: str, origin: Origin):
    found = read(script).commands[-1]

    assert (found.language, found.name, found.origin) == (Language.POWERSHELL, "get-date", origin)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('python -c "print(1)"', ("python", "print(1)")),
        ("echo print(1)| python", ("python", "print(1)\n")),
        ("echo x = 1 > a.vbs\ncscript //nologo a.vbs", ("vbscript", "x = 1 \n")),
        ("echo var x > a.js\nwscript a.js", ("jscript", "var x \n")),
        ("mshta vbscript:Close", ("vbscript", "Close")),
        ('mshta "javascript:close()"', ("jscript", "close()")),
    ],
)
def test_code_in_other_languages_is_noted(script: str, expected: tuple[str, str]):
    assert [(one.language, one.code.text) for one in read(script).foreign] == [expected]


@pytest.mark.parametrize(
    "script",
    [
        "> a.bat echo del b\ncall a.bat",
        "echo del b> a.bat & a",
        "(echo @echo off\necho del b)> C:\\x\\a.cmd\nC:\\x\\a.cmd",
        "cd C:\\x\necho del b> a.cmd\nC:\\X\\a",
        "echo del b> a.txt\ncopy a.txt a.bat\na.bat",
        "echo del b> a.txt\nren a.txt a.bat\na.bat",
        "echo del b> a.txt\ntype a.txt > a.bat\na.bat",
        "echo del b> a.txt\ncmd < a.txt",
    ],
)
def test_a_file_that_is_written_and_run_is_read(script: str):
    assert ("del", "b") in lines(script)


def test_a_file_that_is_written_and_run_is_told_apart():
    assert read("echo del b> a.bat & a").commands[-1].origin is Origin.FILE


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("echo clean> a.txt & diskpart /s a.txt", "clean \n"),
        ("(echo select disk 1\necho clean)> a.txt\ndiskpart /s a.txt", "select disk 1\nclean\n"),
        ("echo get x> f.txt\nftp -s:f.txt h", "get x\n"),
        ("echo x> a.reg\nreg import a.reg", "x\n"),
    ],
)
def test_a_program_is_fed_the_orders_that_the_script_wrote(script: str, text: str):
    stdin = read(script).commands[-1].stdin

    assert stdin is not None
    assert stdin.text == text


@pytest.mark.parametrize(
    "script",
    [
        "echo ZGVsIGI=> a.txt\ncertutil -decode a.txt a.bat\na.bat",
        "echo 64656c2062> a.txt\ncertutil -f -decodehex a.txt a.bat\ncall a.bat",
    ],
)
def test_a_file_that_is_decoded_and_run_is_read(script: str):
    found = read(script).commands[-1]

    assert (found.origin, line(found)) == (Origin.DECODED, ("del", "b"))


@pytest.mark.parametrize("encoded", ["not base64!", "/////w=="])
def test_what_decodes_to_no_text_is_not_read(encoded: str):
    script = f"echo {encoded}> a.txt\ncertutil -decode a.txt a.bat\na.bat"

    assert lines(script)[-1] == ("a",)


def test_what_is_not_known_is_not_run():
    assert lines("cmd /c %1") == [("cmd", "/c", "?")]
    assert shown(HOLE) == "?"
