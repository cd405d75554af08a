"""Forms that PowerShell takes and its grammar here does not, or takes for something else."""

import pytest

from mcp_server.guardrails.script.model import HOLE, Command, Language, Script
from mcp_server.guardrails.script.reading import read_script


def read(text: str) -> Script:
    return read_script(text, Language.POWERSHELL)


def told(command: Command) -> tuple[str, ...]:
    return (command.name, *(word.text for word in command.args))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("git commit -m a -- file", ("git", "commit", "-m", "a", "--", "file")),
        ('choco install x --params="/a /b"', ("choco", "install", "x", "--params=/a /b")),
        ("gcloud x --ranges=0.0.0.0/0", ("gcloud", "x", "--ranges=0.0.0.0/0")),
        ("net use \\\\h\\IPC$ /user:a", ("net", "use", "\\\\h\\IPC$", "/user:a")),
        ("choco install x -s=http://h/api", ("choco", "install", "x", "-s=http://h/api")),
        ("iwr -Uri $p$s/650 -OutFile a", ("invoke-webrequest", "-Uri", f"{HOLE}{HOLE}/650",
                                          "-OutFile", "a")),
        ("function f{param($a) Get-Date}", ("get-date",)),
        ("rm C:\\a \u2013Recurse", ("remove-item", "C:\\a", "-Recurse")),
        ("rm \u201cC:\\a b\u201d", ("remove-item", "C:\\a b")),
        ("rm \u2018C:\\a b\u2019", ("remove-item", "C:\\a b")),
    ],
)  # fmt: skip
def test_a_valid_form_is_read_in_full(text: str, command: tuple[str, ...]) -> None:
    script = read(text)
    assert command in [told(one) for one in script.commands]
    assert script.gaps == ()


@pytest.mark.parametrize("next_line", ["rm C:\\a", "$x = 1; rm C:\\a", "& rm C:\\a"])
def test_a_dash_alone_does_not_swallow_the_next_line(next_line: str) -> None:
    assert ("remove-item", "C:\\a") in [told(c) for c in read(f"'a' | cat -\n{next_line}").commands]


def test_a_default_of_a_parameter_is_what_the_script_works_with() -> None:
    script = read("param([string]$a = 'C:\\a', $b = (Get-Date))\nrm $a")
    assert [told(one) for one in script.commands] == [("get-date",), ("remove-item", "C:\\a")]


def test_a_default_of_a_function_s_parameter_is_not_what_it_is_called_with() -> None:
    script = read("function f {\nparam($a = 'C:\\a')\nrm $a\n}")
    assert [told(one) for one in script.commands] == [("remove-item", HOLE)]


def test_what_is_compared_is_a_command_that_guards_the_branch() -> None:
    script = read("if ($name -notmatch '^[a-z]+$') { rm $name }")
    test, deletion = script.commands
    assert told(test) == ("if", HOLE, "-notmatch", "^[a-z]+$")
    assert script.text[test.args[0].span.start : test.args[0].span.end] == "$name"
    assert [condition.commands for condition in deletion.conditions] == [(test,)]


def test_a_set_variable_is_known_afterwards() -> None:
    script = read("Set-Variable -Name a -Value 'C:\\a'; New-Variable b 'C:\\b'; rm $a, $b")
    assert told(script.commands[-1]) == ("remove-item", "C:\\a", "C:\\b")
