import pytest

from mcp_server.guardrails.script.model import Language
from mcp_server.guardrails.script.reading import read_script
from mcp_server.guardrails.script.registry import (
    COMMANDS,
    Change,
    changes,
    normalised_key,
    read_file,
)


def changes_of(text: str, language: Language) -> list[Change]:
    script = read_script(text, language)
    return [change for command in script.commands for change in changes(command)]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("HKEY_LOCAL_MACHINE\\Software\\App", "hklm\\software\\app"),
        ("HKLM:\\SOFTWARE\\App\\", "hklm\\software\\app"),
        ("HKLM:SOFTWARE\\App", "hklm\\software\\app"),
        ("hkcu:/Software/App", "hkcu\\software\\app"),
        ("Registry::HKEY_USERS\\S-1-5-18", "hku\\s-1-5-18"),
        ("Microsoft.PowerShell.Core\\Registry::HKCR\\.txt", "hkcr\\.txt"),
        ("\\\\srv2\\HKLM\\Software", "hklm\\software"),
        ('"HKLM\\\\Software\\\\App"', "hklm\\software\\app"),
        ("HKLM\\Software\\WOW6432Node\\App", "hklm\\software\\app"),
        (
            "HKLM\\SYSTEM\\ControlSet001\\Control\\Lsa",
            "hklm\\system\\currentcontrolset\\control\\lsa",
        ),
        ("HKLM", "hklm"),
        ("C:\\Windows", ""),
        ("Software\\App", ""),
        ("", ""),
    ],
)
def test_a_key_has_one_spelling_however_it_is_written(written, key):
    assert normalised_key(written) == key


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "reg add HKLM\\Software\\App /v Port /t REG_DWORD /d 80 /f",
            Change("set", "hklm\\software\\app", "port", "80"),
        ),
        (
            'REG ADD "HKCU\\Software\\App" /ve /d C:\\App\\A.exe',
            Change("set", "hkcu\\software\\app", "", "C:\\App\\A.exe"),
        ),
        (
            "reg delete HKCU\\Software\\App /v Port /f",
            Change("delete", "hkcu\\software\\app", "port"),
        ),
        ("reg save HKLM\\SAM sam.hiv", Change("save", "hklm\\sam")),
        ("reg export HKLM\\SYSTEM s.reg", Change("save", "hklm\\system")),
        ("reg copy HKLM\\A HKLM\\B /s", Change("copy", "hklm\\a")),
        ("reg load HKLM\\Other C:\\o.hiv", Change("load", "hklm\\other")),
        ("reg import C:\\app.reg", Change("import", "")),
        ("regedit /s app.reg", Change("import", "")),
    ],
)
def test_a_program_changes_the_registry_in_bat(script, expected):
    assert changes_of(script, Language.BAT) == [expected]


@pytest.mark.parametrize(
    "script",
    ["reg query HKLM\\Software", "reg", "reg add", "regedit /e a.reg HKLM", "reg compare A B"],
)
def test_what_only_reads_or_says_nothing_changes_nothing(script):
    assert changes_of(script, Language.BAT) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "Set-ItemProperty -Path HKLM:\\Software\\App -Name Port -Value 80",
            Change("set", "hklm\\software\\app", "port", "80"),
        ),
        (
            "Set-ItemProperty HKLM:\\Software\\App Port 80",
            Change("set", "hklm\\software\\app", "port", "80"),
        ),
        (
            "Set-ItemProperty -Path HKLM:\\Software\\App Port 80",
            Change("set", "hklm\\software\\app", "port", "80"),
        ),
        (
            "sp HKLM:\\Software\\App -Name Port 80 -Force",
            Change("set", "hklm\\software\\app", "port", "80"),
        ),
        (
            "New-ItemProperty HKCU:\\A -Name B -PropertyType DWord -Value 5 -Force",
            Change("set", "hkcu\\a", "b", "5"),
        ),
        ("New-Item HKCU:\\A\\B -Value C:\\c.dll", Change("set", "hkcu\\a\\b", "", "C:\\c.dll")),
        ("Set-Item HKCU:\\A\\B -Value c", Change("set", "hkcu\\a\\b", "", "c")),
        (
            "Remove-ItemProperty -Path HKCU:\\A -Name B",
            Change("delete", "hkcu\\a", "b"),
        ),
        ("Remove-Item -Recurse HKLM:\\Software\\App", Change("delete", "hklm\\software\\app")),
        (
            "[Microsoft.Win32.Registry]::SetValue('HKEY_CURRENT_USER\\A', 'B', 'c')",
            Change("set", "hkcu\\a", "b", "c"),
        ),
        ("reg.exe add HKCU\\A /v B /d c /f", Change("set", "hkcu\\a", "b", "c")),
    ],
)
def test_cmdlets_and_methods_change_the_registry_in_powershell(script, expected):
    assert changes_of(script, Language.POWERSHELL) == [expected]


@pytest.mark.parametrize(
    "script",
    [
        "Set-ItemProperty C:\\app\\a.txt -Name IsReadOnly -Value $true",
        "Remove-Item C:\\app\\a.txt",
        "Get-ItemProperty HKLM:\\Software\\App",
        "Set-Location HKLM:\\Software",
        "Set-ItemProperty $path -Name A -Value 1",
        "New-Item",
    ],
)
def test_files_reading_and_unknown_keys_give_no_change(script):
    assert changes_of(script, Language.POWERSHELL) == []


def test_each_key_of_a_loop_is_a_change():
    script = "foreach ($k in 'HKCU:\\A', 'HKCU:\\B') { Remove-Item $k }"
    assert changes_of(script, Language.POWERSHELL) == [
        Change("delete", "hkcu\\a"),
        Change("delete", "hkcu\\b"),
    ]


def test_a_file_that_the_script_writes_is_read_when_it_is_imported():
    script = 'echo [HKEY_CURRENT_USER\\A]> a.reg\necho "B"="c">> a.reg\nreg import a.reg\n'
    assert changes_of(script, Language.BAT) == [
        Change("set", "hkcu\\a"),
        Change("set", "hkcu\\a", "b", "c"),
    ]


def test_a_registry_file_sets_and_deletes_keys_and_values():
    text = (
        "Windows Registry Editor Version 5.00\n\n"
        '[HKEY_LOCAL_MACHINE\\Software\\App]\n@="d"\n"Port"=dword:00000050\n"Old"=-\n'
        '[-HKEY_LOCAL_MACHINE\\Software\\Gone]\n"x"="y"\n'
        "; a comment\n[Nonsense]\nnot a line\n"
    )
    assert list(read_file(text)) == [
        Change("set", "hklm\\software\\app"),
        Change("set", "hklm\\software\\app", "", "d"),
        Change("set", "hklm\\software\\app", "port", "dword:00000050"),
        Change("delete", "hklm\\software\\app", "old", "-"),
        Change("delete", "hklm\\software\\gone"),
    ]


def test_a_path_is_the_key_with_the_value_s_name():
    assert Change("set", "hkcu\\a", "b").path == "hkcu\\a\\b"
    assert Change("set", "hkcu\\a").path == "hkcu\\a"


def test_the_shell_s_commands_of_the_same_name_change_nothing():
    assert changes_of("remove-item HKLM:\\\\A\n", Language.SHELL) == []
    assert "reg" in COMMANDS
