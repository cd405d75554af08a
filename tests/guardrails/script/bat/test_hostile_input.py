import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Language
from mcp_server.guardrails.script.reading import read_script
from tests.guardrails.script.bat.bat_scripts import read
from tests.guardrails.script.work import MOST_CALLS, calls_of

_SIZE = 18 * 1024
_UNITS = (
    *'^()%"&|<>!@', '\\"', "%~", "%a%", "%a:b=c%", "^\n", "a^\n", "a|", "a&&", "a||", "(a\n",
    "%%~dpnxi", "if ", "if 1==1 ", "if 1==1 (", "if a==b (a) else ", "for ", "for %%i in (a) do ",
    "for %%i in (a b c d e f g h) do ", "for /l %%i in (1,1,60) do set x=",
    "for /f %%i in ('echo a') do ", "cmd /c ", 'cmd /c "', "call ", "start ", 'forfiles /c "',
    ":a\ncall :a\n", ":a\n", "goto a\n", "set a=%a%%a%b\n", "set a=b& ", "setlocal\n", "pushd a\n",
    "type a>>b\ntype b>>a\n", "echo call a.bat>>a.bat\ncall a.bat\n", "@if (@X)==(@Y) @end /* ",
    "<!-- :", HOLE, PARAMETER,
)  # fmt: skip
_DOUBLING = "setlocal enabledelayedexpansion\nset a=xxxxxxxx\n" + "set a=!a!!a!\n" * 1300
_LOOPS = (
    "".join(f"for %%{letter} in (1 2 3 4 5 6 7 8) do " for letter in "abcdefgh") + "set x=%%a%%h"
)
_WORDS = ["a", "del", "in", "do", "else", "exist", "defined", "==", "%x%", "!x!", "%%i", "%i"]
_PIECES = st.sampled_from([*_UNITS, *_WORDS, " ", "\n", "set x="])


@pytest.mark.parametrize("unit", _UNITS)
def test_what_repeats_takes_bounded_work(unit: str):
    script = (unit * (_SIZE // len(unit) + 1))[:_SIZE]
    assert calls_of(lambda: read(script)) < MOST_CALLS


@pytest.mark.parametrize("script", [_DOUBLING, _LOOPS])
def test_what_multiplies_takes_bounded_work(script: str):
    assert calls_of(lambda: read(script)) < MOST_CALLS


@given(st.text(max_size=300))
def test_any_text_is_read(text: str):
    read_script(text, Language.BAT, parameters=True)


@given(st.lists(_PIECES, max_size=60).map("".join))
def test_any_text_of_pieces_is_read(text: str):
    found = read_script(text, Language.BAT, parameters=True)

    assert all(0 <= c.span.start <= c.span.end <= len(found.text) for c in found.commands)
    assert all(0 <= g.span.start <= g.span.end <= len(found.text) for g in found.gaps)
