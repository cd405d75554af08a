"""Failures that go unseen."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Language, Origin, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_NEAR: Final = 10
"""Commands after a `cd` in which a deletion is taken to rely on it."""
_CHECKING_CONSUMERS: Final = frozenset({"grep", "egrep", "head", "tail", "jq", "wc", "cat", "less"})
_ERRORS: Final = 2
"""The descriptor of standard error."""
_MANY_STEPS: Final = 15


def _relies_on_cd(script: Script) -> Iterator[Match]:
    if "errexit" in script.options:
        return
    for index, command in enumerate(script.commands):
        if command.name != "cd" or not command.operands or command.origin is not Origin.DIRECT:
            continue
        after = script.commands[index + 1 : index + 1 + _NEAR]
        if any(command in one.commands for later in after for one in later.conditions):
            continue
        for later in after:
            if later.name == "cd":
                break
            if later.name == "rm" and _is_relative(later) and later.function == command.function:
                yield Match(later.span)
                break


def _is_relative(command: Command) -> bool:
    return any(word.text[:1] not in {"/", HOLE, ""} for word in command.operands)


def _errors_elsewhere(script: Script) -> Iterator[Match]:
    """`2>&1 > file`: errors go where the output went before."""
    piped = {one for command in script.commands for one in command.inputs}
    for command in script.commands:
        if command.language is not Language.SHELL or command in piped:
            continue
        seen = False
        for redirect in command.redirects:
            if (
                redirect.operator == ">&"
                and redirect.descriptor == _ERRORS
                and redirect.target.text == "1"
            ):
                seen = True
            elif seen and redirect.operator in {">", ">>"} and redirect.descriptor in {None, 1}:
                yield Match(command.span)
                break


def _goes_on_after_failure(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.name in _CHECKING_CONSUMERS or command.origin is not Origin.DIRECT:
            continue
        for source in command.inputs:
            if source.name == "curl" and not source.has("-f", "--fail", "--fail-with-body"):
                yield Match(source.span)


def _never_checks(script: Script) -> Iterator[Match]:
    """Many steps after one another, and none that depends on the one before."""
    if "errexit" in script.options:
        return
    steps = [one for one in script.commands if one.origin is Origin.DIRECT and not one.wrappers]
    if len(steps) >= _MANY_STEPS and not any(one.conditions or one.name == "set" for one in steps):
        yield Match(steps[0].span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="LNT002",
        name="deletion-after-unchecked-cd",
        severity=Severity.ADVICE,
        what="Deletes files by a relative name after a `cd` that nobody checks.",
        why="When the folder is missing, the files are deleted where the script was before.",
        instead="Write `cd DIR || exit 1`, begin with `set -e`, or delete by the full path.",
        right_when="The folder was made a line above.",
        check=OnScript(_relies_on_cd),
        flags=Examples(
            sh=(
                "cd /opt/app/cache\nrm -rf *\n",
                'cd "$DIR"; rm -f *.log\n',
                "cd /srv/www\nls\nrm -r old\n",
            )
        ),
        allows=Examples(
            sh=(
                "cd /opt/app/cache || exit 1\nrm -rf *\n",
                "set -e\ncd /opt/app/cache\nrm -rf *\n",
                "cd /opt/app/cache && rm -rf old\n",
                "cd /opt/app\nrm -rf /opt/app/old\n",
            )
        ),
    ),
    ScriptRule(
        id="LNT005",
        name="errors-not-in-the-file",
        severity=Severity.ADVICE,
        what="Redirects errors to the output before the output goes to a file.",
        why="`2>&1 > file` leaves errors where the output was; only the output is in the file.",
        instead="Turn them round: `> file 2>&1`.",
        right_when="Errors are meant to be shown, and the output is not.",
        check=OnScript(_errors_elsewhere),
        flags=Examples(
            sh=(
                "/opt/app/run 2>&1 > /var/log/app.log\n",
                "make 2>&1 >> build.log\n",
                "crond -n 2>&1 > /dev/null &\n",
            )
        ),
        allows=Examples(
            sh=(
                "/opt/app/run > /var/log/app.log 2>&1\n",
                "make 2>&1 | tee build.log\n",
                "/opt/app/run 2>&1 > /dev/null | grep -c ERROR\n",
            )
        ),
    ),
    ScriptRule(
        id="LNT006",
        name="download-without-fail",
        severity=Severity.ADVICE,
        what="Pipes what curl fetches into a program, also when the server answers with an error.",
        why="Without -f the page of an error, such as 404, is taken for the file.",
        instead="Add `-fsSL`, and `set -o pipefail` in bash.",
        right_when="The program looks at errors itself.",
        check=OnScript(_goes_on_after_failure),
        flags=Examples(
            sh=(
                "curl -sL https://files.example/app.tgz | tar xz -C /opt\n",
                "curl https://files.example/key.asc | gpg --import\n",
                "curl -s https://files.example/app.yaml | kubectl apply -f -\n",
            )
        ),
        allows=Examples(
            sh=(
                "curl -fsSL https://files.example/app.tgz | tar xz -C /opt\n",
                "curl -s https://api.example/status | jq .state\n",
                "curl -s --fail https://files.example/key.asc | gpg --import\n",
            )
        ),
    ),
    ScriptRule(
        id="LNT010",
        name="failures-never-looked-at",
        severity=Severity.ADVICE,
        what="Takes many steps and looks at the success of none.",
        why="The result of the command is that of its last step; a failure before goes unseen.",
        instead="Begin with `set -eu`, or write `step || exit 1` where it matters.",
        right_when="The steps don't depend on one another.",
        check=OnScript(_never_checks),
        flags=Examples(
            sh=(
                "".join(f"install -m 644 a{n}.conf /etc/app/\n" for n in range(16)),
                "".join(f"systemctl restart app{n}\n" for n in range(20)),
                "".join(f"mkdir -p /srv/a{n}\nchown app /srv/a{n}\n" for n in range(10)),
            )
        ),
        allows=Examples(
            sh=(
                "set -e\n" + "".join(f"systemctl restart app{n}\n" for n in range(20)),
                "mkdir -p /srv/a\nchown app /srv/a\n",
                "mkdir -p /srv/a || exit 1\n"
                + "".join(f"systemctl restart app{n}\n" for n in range(20)),
            )
        ),
    ),
)
