"""The last of many values is judged too, or it is said that it was not."""

# ruff: noqa: E501 - one script stays one text

import pytest

from mcp_server.guardrails.judgement import Judge
from mcp_server.guardrails.script.model import Language

SHELL, POWERSHELL, BAT = Language.SHELL, Language.POWERSHELL, Language.BAT
STOPPED = {"block", "confirm"}
MANY = (5, 40, 300, 700)


def harmless(number: int, form: str, between: str = " ") -> str:
    return between.join(form.format(i) for i in range(number))


CASES = {
    "a loop": (SHELL, "for d in {} /etc; do rm -rf $d; done", "./a{}", " "),
    "a brace list": (SHELL, "rm -rf {{{},/etc}}", "./a{}", ","),
    "xargs": (SHELL, "echo '{} /etc' | xargs rm -rf", "./a{}", " "),
    "xargs with a mark": (SHELL, "echo '{} /etc' | xargs -I% rm -rf %", "./a{}", " "),
    "parallel": (SHELL, "parallel rm -rf ::: {} /etc", "./a{}", " "),
    "an array": (SHELL, 'a=({} /etc)\nfor d in "${{a[@]}}"; do rm -rf "$d"; done', "./a{}", " "),
    "lines that are read": (
        SHELL, 'while read -r d; do rm -rf "$d"; done <<E\n{}\n/etc\nE', "./a{}", "\n",
    ),
    "mapfile": (
        SHELL, 'mapfile -t a <<E\n{}\n/etc\nE\nrm -rf "${{a[@]}}"', "./a{}", "\n",
    ),
    "arguments of a function": (SHELL, 'f() {{ rm -rf "$@"; }}\nf {} /etc', "./a{}", " "),
    "arguments of set": (SHELL, 'set -- {} /etc\nrm -rf "$@"', "./a{}", " "),
    "calls of a function": (SHELL, 'f() {{ rm -rf "$1"; }}\n{}\nf /etc', "f ./a{}", "\n"),
    "files that are written": (
        SHELL, "{}\necho 'rm -rf /etc' > ./z; sh ./z", "echo a > ./f{}", "\n",
    ),
    "roots of find": (SHELL, "find {} / -exec rm -rf {{}} +", "./a{}", " "),
    "jobs of a table": (SHELL, "crontab - <<E\n{}\n* * * * * rm -rf /etc\nE", "0 1 * * * a{}",
        "\n"),
    "a list in Python": (
        SHELL,
        "python3 -c \"import shutil\nfor d in [{},'/etc']:\n  shutil.rmtree(d)\"",
        "'./a{}'",
        ",",
    ),
    "foreach": (
        POWERSHELL, "foreach ($d in {}, 'C:\\Windows') {{ ri $d -Recurse }}", "'C:\\Temp\\a{}'", ", ",
    ),
    "a pipeline": (
        POWERSHELL, "{}, 'C:\\Windows' | % {{ ri $_ -Recurse }}", "'C:\\Temp\\a{}'", ", ",
    ),
    "arguments of a cmdlet": (
        POWERSHELL, "ri {}, C:\\Windows -Recurse", "C:\\Temp\\a{}", ", ",
    ),
    "values of branches": (
        POWERSHELL, "{}\nif ($x -eq 'y') {{ $d = 'C:\\Windows' }}\nri $d -Recurse",
        "if ($x -eq {0}) {{ $d = 'C:\\Temp\\a{0}' }}", "\n",
    ),
    "pieces of a text": (
        POWERSHELL, "$a = '{},C:\\Windows' -split ','\nri $a[-1] -Recurse", "C:\\Temp\\a{}", ",",
    ),
    "loops in a loop of cmd": (
        BAT, "for %%a in (x C:) do for %%b in ({} Windows) do rd /s /q %%a\\%%b", "a{}", " ",
    ),
    "programs of a loop of cmd": (
        BAT, "for %%p in ({} rd) do %%p /s /q C:\\Windows", "p{}", " ",
    ),
    "a loop of cmd": (BAT, "for %%d in ({} C:\\Windows) do rd /s /q %%d", "C:\\Temp\\a{}", " "),
    "arguments of rd": (BAT, "rd /s /q {} C:\\Windows", "C:\\Temp\\a{}", " "),
}  # fmt: skip

UNTAMED = {"jobs of a table", "programs of a loop of cmd", "loops in a loop of cmd"}
"""Stopped whatever comes last, for another reason."""


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.mark.parametrize("number", MANY)
@pytest.mark.parametrize("name", CASES)
def test_what_comes_last_is_not_lost(judge: Judge, name: str, number: int) -> None:
    language, script, form, between = CASES[name]
    text = script.format(harmless(number, form, between))
    assert judge.judge(text, language).verdict in STOPPED


@pytest.mark.parametrize("name", CASES.keys() - UNTAMED)
def test_without_the_last_nothing_is_stopped(judge: Judge, name: str) -> None:
    language, script, form, between = CASES[name]
    text = script.format(harmless(40, form, between))
    tame = text.replace("/etc", "./b").replace(" / ", " ./b ")
    tame = tame.replace("C:\\Windows", "C:\\Temp\\b")
    assert judge.judge(tame, language).verdict not in STOPPED


def test_the_tenth_argument_is_known_as_the_first_is(judge: Judge) -> None:
    assert (
        judge.judge('f() { rm -rf "${10}"; }\nf 1 2 3 4 5 6 7 8 9 /etc', SHELL).verdict == "block"
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (POWERSHELL, "\\" * 13_824),
        (BAT, "\\" * 13_824),
        (BAT, '"' * 13_823),
        (BAT, "echo " + "a" * 9_000),
        (POWERSHELL, "cat <<A\n" * 1_728),
    ],
)
def test_what_no_interpreter_takes_never_reads_as_clean(
    judge: Judge, language: Language, text: str
) -> None:
    assert judge.judge(text, language).verdict in STOPPED
