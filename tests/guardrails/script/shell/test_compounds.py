# mypy: disable-error-code="no-untyped-call, union-attr, comparison-overlap"
import pytest

from mcp_server.guardrails.script.model import Obstacle
from tests.guardrails.script.shell.shell_scripts import described, read


def _conditions(script, name="rm"):
    command = next(read(script).named(name))
    return [
        (condition.negated, [inner.name for inner in condition.commands])
        for condition in command.conditions
    ]


@pytest.mark.parametrize(
    ("script", "conditions"),
    [
        ("a && rm x", [(False, ["a"])]),
        ("a || rm x", [(True, ["a"])]),
        ("! a && rm x", [(True, ["a"])]),
        ("a && b || rm x", [(True, ["a", "b"])]),
        ("if a; then rm x; fi", [(False, ["a"])]),
        ("if ! a; then rm x; fi", [(True, ["a"])]),
        ("if a; then b; else rm x; fi", [(True, ["a"])]),
        ("if a; then b; elif c; then rm x; fi", [(True, ["a"]), (False, ["c"])]),
        ("while a; do rm x; done", [(False, ["a"])]),
        ("until a; do rm x; done", [(True, ["a"])]),
        ("case $1 in a) rm x;; esac", [(False, ["case"])]),
        ("[ -e x ] && rm x", [(False, ["["])]),
        ("[[ -e x && $a == b ]] && rm x", [(False, ["[["])]),
        ("(( a > 1 )) && rm x", [(False, ["(("])]),
        ("a && sh -c 'rm x'", [(False, ["a"])]),
        ("a && echo $(rm x)", [(False, ["a"])]),
        ("a; rm x", []),
    ],
)
def test_what_has_to_hold_for_a_command_is_with_it(script, conditions):
    assert _conditions(script) == conditions


@pytest.mark.parametrize(
    "script",
    [
        "{ rm x; }", "(rm x)", "! rm x", "rm x &", "f() { rm x; }", "function f { rm x; }",
        "f() ( rm x )", "diff <(rm x) y", "echo $(rm x)", "echo `rm x`", "echo \"$(rm x)\"",
        "echo $((1 + $(rm x)))", "a=$(rm x)", "select a in b; do rm x; done",
        "for ((;;)); do rm x; done", "cat <<EOF\n$(rm x)\nEOF", "cat <<'EOF'; rm x\ntext\nEOF",
        "a=${b:-$(rm x)}", "[[ $(rm x) ]]", "(( $(rm x) ))", "let a=$(rm x)", "> $(rm x)",
        "case $(rm x) in a) ;; esac", "export A=$(rm x)", "a=($(rm x))", "coproc rm x", "time rm x",
    ],
)  # fmt: skip
def test_a_command_is_found_wherever_it_stands(script):
    assert "rm x" in {line.rpartition("> ")[2] for line in described(script)}


def test_pipes_tell_what_is_read_from_what():
    first, second, third = read("echo a | tr a b | cat").commands
    assert (first.inputs, second.inputs, third.inputs) == ((), (first,), (second,))
    assert (second.stdin.text, third.stdin.text) == ("a\n", "b\n")


def test_redirections_of_a_block_are_those_of_its_commands():
    command = next(read("{ rm x; } > f 2>&1").named("rm"))
    assert [(r.operator, r.target.text, r.descriptor) for r in command.redirects] == [
        (">", "f", None),
        (">&", "1", 2),
    ]


@pytest.mark.parametrize(
    ("script", "quoted"),
    [("cat <<A\nx\nA", False), ("cat <<'A'\nx\nA", True), ("cat <<\\A\nx\nA", True)],
)
def test_a_here_document_tells_whether_its_delimiter_is_quoted(script, quoted):
    assert read(script).commands[0].stdin.quoted is quoted


def test_the_last_of_several_here_documents_is_read():
    assert read("cat <<A <<-B\nx\nA\n\ty\n\tB\n").commands[0].stdin.text == "y\n"


@pytest.mark.parametrize(
    ("script", "directory"),
    [
        ("cd /opt; rm x", "/opt"), ("cd /opt && rm x", "/opt"), ("cd /a; cd b/..; rm x", "/a"),
        ("cd; rm x", "/root"), ("(cd /tmp); rm x", ""), ("cd $a; rm x", ""), ("rm x", ""),
        ("cd /a; if b; then cd /c; fi; rm x", ""),
    ],
)  # fmt: skip
def test_the_working_directory_is_known_after_a_cd(script, directory):
    assert next(read(script).named("rm")).directory == directory


@pytest.mark.parametrize(
    ("script", "options"),
    [
        ("#!/bin/bash -eu\na", {"errexit", "nounset"}),
        ("set -euo pipefail", {"errexit", "nounset", "pipefail"}),
        ("set -o errexit", {"errexit"}),
        ("a && set -e", set()),
    ],
)
def test_options_of_the_shell_are_noted(script, options):
    assert read(script).options == options


def test_the_shebang_or_the_launcher_names_the_dialect():
    assert (read("#!/bin/dash\na").dialect, read("a", launcher="/bin/sh -e").dialect) == (
        "dash",
        "sh",
    )


@pytest.mark.parametrize(
    ("script", "launcher", "language"),
    [
        ("#!/usr/bin/env python3\nimport os", "", "python"),
        ("#!/usr/bin/perl -w\nprint", "", "perl"),
        ("rm -rf /", "python3 -u", "python"),
        ("#!/usr/bin/something\nx", "", "unknown"),
    ],
)
def test_a_script_in_another_language_is_not_read_as_shell(script, launcher, language):
    found = read(script, launcher=launcher)
    assert [(f.language, f.whole) for f in found.foreign] == [(language, True)]
    assert [gap.obstacle for gap in found.gaps] == [Obstacle.LANGUAGE]


def test_what_comes_before_broken_syntax_is_judged_nevertheless():
    found = read("rm a\nrm b\nif then\nrm c\n")
    assert [command.words[1].text for command in found.commands] == ["a", "b"]
    assert [(gap.obstacle, gap.span.start) for gap in found.gaps] == [(Obstacle.SYNTAX, 10)]


@pytest.mark.parametrize("operator", ["&&", "||", ";", "|", "\n"])
def test_a_long_list_is_read_to_its_end(operator):
    found = read(operator.join(f"a{number} " for number in range(150)))
    assert ([c.name for c in found.commands], found.gaps) == ([f"a{n}" for n in range(150)], ())


def test_many_elifs_are_read_to_their_end():
    found = read("if a; then b\n" + "elif c; then d\n" * 90 + "fi")
    assert (len(found.commands), found.gaps) == (182, ())
