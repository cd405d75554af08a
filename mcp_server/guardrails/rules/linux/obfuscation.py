"""Code that cannot be read before it runs."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import (
    HOLE,
    PARAMETER,
    Command,
    Execution,
    Language,
    Origin,
    Script,
    Taint,
    Word,
)
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_SETTINGS: Final = names(
    "ssh-agent dircolors brew pyenv rbenv nodenv goenv jenv direnv opam docker-machine minikube"
    " resize getopt lesspipe starship conda zoxide thefuck fnm asdf mise dpkg-architecture"
    " dpkg-buildflags keychain gpg-agent register-python-argcomplete podman hostnamectl locale"
)
"""Programs that print settings for `eval`, which is what they are made for."""
_TEXT_TOOLS: Final = names(
    "cat head tail sed awk gawk grep cut tr rev tac printf echo xxd od strings dd read fold sort"
)
_PRINTING: Final = names("echo printf")
_UNVEILING: Final = names(
    "rev dd strings xxd od tr python python3 perl ruby node php ssh openssl unzip tac"
)
_PLAIN: Final = names("cat tee")
_POSITIONAL: Final = ("$1", "$2", "$3", "$@", "$*", "${1", "${@", "${*")


def _decoded(script: Script) -> Iterator[Match]:
    for execution in script.executions:
        hidden = Taint.DECODED in execution.taints and Taint.NETWORK not in execution.taints
        if hidden and execution.command.language is Language.SHELL:
            yield Match(execution.command.span)
    for command in script.commands:
        if command.origin is Origin.DECODED and command.language is Language.SHELL:
            yield Match(command.span)


def _unknown(script: Script) -> Iterator[Match]:
    """`eval "$x"`: nothing is known of the text, though nothing speaks against it either."""
    for execution in script.executions:
        command = execution.command
        if execution.taints or command.language is not Language.SHELL:
            continue
        if command.name == "eval":
            severity = _of_evaluated(command, script)
        elif command.name in interpreters.SHELLS or command.name in {"source", "."}:
            severity = _of_shell(execution, script)
        else:
            continue
        if severity is not None:
            yield Match(command.span, severity)


def _of_evaluated(command: Command, script: Script) -> Severity | None:
    text = " ".join(word.text for word in command.args)
    if PARAMETER in text:
        return None  # another family's
    return _of_word(command, command.args[0], script) if text.strip() == HOLE else Severity.ADVICE


def _of_shell(execution: Execution, script: Script) -> Severity | None:
    command = execution.command
    code = command.value("-c") if command.has("-c") else None
    if code is not None:
        return _of_word(command, code, script)
    if not command.inputs:
        return Severity.CONFIRM
    sources = {source.name for source in command.inputs}
    if sources <= _PRINTING or sources & _UNVEILING:
        return Severity.CONFIRM
    return None if sources <= _PLAIN else Severity.ADVICE


def _of_word(command: Command, word: Word, script: Script) -> Severity | None:
    """A word of which nothing is known: a variable, or what programs print."""
    spelt = script.text[word.span.start : word.span.end]
    if "$(" in spelt or "`" in spelt:
        printers = {command.name for command in script.within(word.span)}
        if printers & _SETTINGS:
            return None
        return Severity.CONFIRM if printers and printers <= _TEXT_TOOLS else Severity.ADVICE
    if command.function and any(mark in spelt for mark in _POSITIONAL):
        return Severity.ADVICE  # each call is read with what it passes
    return Severity.CONFIRM


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="OBF001",
        name="decoded-text-run",
        severity=Severity.CONFIRM,
        what="Decodes or decrypts a text and runs it.",
        why="Nobody who reads the script sees what it does; that is what hiding is for.",
        instead="Write the commands themselves; a script may be 18 KB long.",
        right_when="The text holds characters that nothing else carries, and its content is known.",
        attack="T1027",
        check=OnScript(_decoded),
        flags=Examples(
            sh=(
                "echo ZGF0ZQ== | base64 -d | sh\n",
                "base64 -d /opt/app/run.b64 | bash\n",
                'eval "$(echo 64617465 | xxd -r -p)"\n',
                "base64 -d run.b64 > /tmp/run\nchmod +x /tmp/run\n/tmp/run\n",
                "zcat payload.gz | sh\n",
            )
        ),
        allows=Examples(
            sh=(
                'echo "$CONF" | base64 -d > /opt/app/app.conf\n',
                "echo ZGF0ZQ== | base64 -d\n",
                "openssl enc -d -aes-256-cbc -in a -out b -pass file:k\n",
                "zcat dump.sql.gz | mysql app\n",
            )
        ),
    ),
    ScriptRule(
        id="OBF002",
        name="eval-of-unknown-text",
        severity=Severity.CONFIRM,
        what="Runs a text that is known only when the script runs.",
        why="Whatever puts that text together decides what runs as root.",
        instead="Call the command with its arguments; use an array for arguments that vary.",
        right_when="The text comes from a tool made for it, such as ssh-agent -s.",
        attack="T1059.004",
        check=OnScript(_unknown),
        flags=Examples(
            sh=(
                'eval "$COMMAND"\n',
                'eval "$(tool env)"\n',
                'bash -c "$COMMAND"\n',
                'echo "$PAYLOAD" | sh\n',
                'eval "$name=\\$value"\n',
            )
        ),
        allows=Examples(
            sh=(
                'eval "echo done"\n',
                "$EDITOR --version\n",
                'echo "$COMMAND"\n',
                'eval "$(ssh-agent -s)"\n',
                "bash < ./deploy.sh\n",
            )
        ),
    ),
)
