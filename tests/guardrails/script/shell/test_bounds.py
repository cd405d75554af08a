import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Language, Obstacle, Script
from mcp_server.guardrails.script.reading import Place, Reading
from tests.guardrails.script.shell.shell_scripts import read
from tests.guardrails.script.work import MOST_CALLS, calls_of

_LIMIT = 18 * 1024
_BROKEN = {
    "substitutions": "$(" * 3000,
    "substitutions in quotes": '"$(' * 3000,
    "closed substitutions": "$(" * 3000 + "x" + ")" * 3000,
    "braces": "{" * _LIMIT,
    "blocks": "{ " * (_LIMIT // 2),
    "parentheses": "(" * _LIMIT,
    "functions": "f(){ " * 3000,
    "ifs": "if a; then " * 1500,
    "elifs": "if a; then b; " + "elif c; then d; " * 1100 + "fi",
    "cases": "case a in a) " * 1200,
    "an odd quote": '"' * (_LIMIT - 1),
    "an odd backquote": "`" * (_LIMIT - 1),
    "here-documents": "cat <<A\n" * (_LIMIT // 8),
    "here-documents on a line": "cat " + "<<A " * (_LIMIT // 4) + "\n",
    "expansions": "${a:-" * 3000,
    "arithmetic": "$((" * 3000,
    "patterns": "@(" * 6000,
    "lists": "a && " * 3000 + "b",
    "coprocesses": "coproc " * 2500 + "a",
    "times": "time " * 3000 + "a",
    "evals": "eval " * 3000 + "x",
    "sudos": "sudo " * 3000 + "x",
    "finds": "find / -exec " * 1400,
    "calls": "f() { " + "a;" * 3000 + "}\n" + "f x;" * 2000,
}
_READABLE = {
    "short words": "a " * 9000,
    "short lines": "a\n" * 9000,
    "backslashes": "\\" * _LIMIT,
    "quotes": "'" * _LIMIT,
    "carets": "^" * _LIMIT,
    "empty lines": "\n" * _LIMIT,
    "a comment": "#" * _LIMIT,
    "one word": "a" * _LIMIT,
    "small substitutions": "$(a) " * 3600,
    "assignments": "a=1 " * 4500,
    "redirections": ">a " * 6000,
    "long chains": "if a; then b; " + "elif c; then d; " * 1000 + "fi",
    "brace lists": "echo " + "{a,b}" * 3000,
    "a large range": "echo {1..999999999}",
    "functions that call each other": "".join(f"f{n}() {{ f{n + 1} $@ $@; }};" for n in range(500))
    + "f0 a",
    "texts": "eval \"eval 'x; y'\";" * 1000,
    "loops in loops": "".join(f"for a{n} in 1 2 3 4; do " for n in range(40))
    + "echo $a0$a1$a2$a3; "
    + "done;" * 40,
}


@pytest.mark.parametrize("name", _BROKEN)
def test_hostile_input_ends_with_a_gap_after_bounded_work(name):
    found = []
    assert calls_of(lambda: found.append(read(_BROKEN[name]))) < MOST_CALLS
    assert found[0].gaps


@pytest.mark.parametrize("name", _READABLE)
def test_tedious_input_is_read_with_bounded_work(name):
    assert calls_of(lambda: read(_READABLE[name])) < MOST_CALLS


@pytest.mark.parametrize("looks", [5, 500, 2500])
@pytest.mark.parametrize("name", ["short lines", "small substitutions", "texts", "functions"])
def test_work_is_bounded_wherever_the_time_ends(name, looks):
    text = (_READABLE | {"functions": "f() { a; b; }\n" * 900 + "f\n" * 900})[name]
    left = iter(range(looks))

    def clock() -> float:
        return 0.0 if next(left, None) is not None else 10.0

    def look() -> None:
        reading = Reading(text, now=clock)
        reading.read(text, Language.SHELL, Place())
        found.append(reading.script(Language.SHELL))

    found: list[Script] = []
    assert calls_of(look) < MOST_CALLS
    assert Obstacle.TIME in {gap.obstacle for gap in found[0].gaps}


@given(st.text(max_size=400))
def test_arbitrary_text_never_raises(text):
    read(text)


_PIECES = st.sampled_from(
    ["rm", " ", "x", "$", "(", ")", "{", "}", "'", '"', "`", "\\", "\n", "<<A\n", "A\n", "|", "&",
     ";", "if ", "then ", "fi", "do ", "done", "for a in b; ", "case a in ", "esac", "$(", "${",
     "[[ ", " ]]", "((", "))", "sh -c ", "eval ", "sudo ", "xargs ", "find -exec ", "{{p}}", "=",
     "*", "~", "a=(b)", "<(", ">f", "<<<", "2>&1", "-", "/", "\t", "é",
     HOLE, PARAMETER, "\ue010", "\ud800"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_pieces_of_the_language_in_any_order_never_raise(text):
    read(text)
