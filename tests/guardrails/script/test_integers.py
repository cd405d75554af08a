"""Numbers of scripts: whatever they are written with, reading them never fails."""

# ruff: noqa: E501 - one script stays one text, with the digits that are meant

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.judgement import Judge
from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import Language

_DIGITS = ("9" * 5000, "²", "①", "٣", "-1", "0", "4294967296", "0x")
_PLACES = {
    Language.SHELL: (
        "echo x {}>f", "echo {{1..{}}}", "echo {{{}..{}..{}}}", 'printf "%s" "${{a:{}:{}}}"',
        'echo "${{a[{}]}}"', "a=(1 2); echo ${{a[{}]}}", "shift {}", "f() {{ echo ${{{}}}; }}; f a",
        "for i in $(seq 1 {}); do rm $i; done", "printf '%{}d' 1", "bash -i >& /dev/tcp/a/{} 0>&{}",
        "python3 -c 'print(chr({}))'", "python3 -c \"print('a' * {})\"", "perl -e 'print chr({})'",
        "tail -c +{} f | sh", "chmod {} f", "sleep {}",
    ),
    Language.POWERSHELL: (
        "'a' * {}", "$a[{}]", "('a', 'b')[{}]", "1..{} | % {{ rm $_ }}", "[char]{}", "'abc'.Substring({},{})",
        "'{{{}}}' -f 'a'", "[convert]::ToInt32('{}', 16)", "[convert]::ToInt32('1', {})", "{}kb",
        "[Text.Encoding]::ASCII.GetString(({},{}))", "'a'.Insert({}, 'b')", "'a'.Remove({})",
        "'a'.Remove({}, {})", "echo a {}> f", "{} -bxor {}", "'ab'[{}..0]", "-join (1..{})",
    ),
    Language.BAT: (
        "for /l %%i in ({},{},{}) do del %%i", "set /a x={}*{}", "set a=b\necho %a:~{},{}%", "echo %{}",
        "echo a {}> f", '{}> f echo a', 'for /f "skip={} tokens={}-{}" %%a in (f) do del %%a', "exit /b {}",
        "timeout {}", "shift /{}",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    return Judge()


@pytest.mark.parametrize("digits", _DIGITS, ids=lambda digits: digits[:10])
@pytest.mark.parametrize(
    ("language", "script"),
    [(language, script) for language, scripts in _PLACES.items() for script in scripts],
)
def test_any_number_anywhere_gets_a_verdict(judge, language, script, digits):
    verdict = judge.judge(script.replace("{}", digits).format(), language).verdict
    assert verdict in {"ok", "advice", "confirm", "block"}


@given(st.integers(-(10**38), 10**38))
def test_a_number_is_read_as_it_is_written(number):
    assert integer(str(number)) == number


@given(st.text(max_size=60))
def test_what_is_no_number_is_none(text):
    assert integer(text) is None or int(text) == integer(text)


@pytest.mark.parametrize(
    ("text", "base", "number"),
    [("0x1F", 0, 31), ("1F", 16, 31), ("²", 10, None), ("", 10, None), ("9" * 41, 10, None)],
)
def test_bases_are_known_and_very_long_numbers_are_not(text, base, number):
    assert integer(text, base) == number
