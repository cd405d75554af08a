"""What could not be analysed: said, so that silence about it is never taken for safety."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import Obstacle, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_SCANNED: Final = frozenset({"perl", "ruby", "node", "php", "lua", "osascript", "tcl", "vbscript"})
"""Languages in which known dangerous calls are looked for, and nothing else."""


def _gaps(script: Script, *obstacles: Obstacle) -> Iterator[Match]:
    for gap in script.gaps:
        if gap.obstacle in obstacles:
            yield Match(gap.span)


def _inline(script: Script) -> Iterator[Match]:
    for foreign in script.foreign:
        if not foreign.whole and foreign.language in _SCANNED:
            yield Match(foreign.code.span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="ANA201",
        name="unreadable-syntax",
        severity=Severity.CONFIRM,
        what="This part could not be read: it is not valid in the script's language, or in a form "
        "that the parser does not know.",
        why="What is not understood may do anything, and nothing was checked from here on.",
        instead="Mend the syntax, or write the statement in a plainer form; check `type` as well.",
        right_when="The syntax is right, and a person has read this part.",
        check=OnScript(lambda script: _gaps(script, Obstacle.SYNTAX)),
        flags=Examples(
            sh=("if true; then\n  echo started\n", "echo 'never closed\n", "for f in; do ls\n"),
            powershell=(
                "if ($ready) {\n  Write-Output started\n",
                "Write-Output 'never closed\n",
                "foreach ($f in ) { $f\n",
            ),
            bat=(
                "if exist C:\\app (\necho started\n",
                "for %%i in (a b do echo %%i\n",
                "(echo one\necho two\n",
            ),
        ),
        allows=Examples(
            sh=(
                "if true; then\n  echo started\nfi\n",
                "echo 'closed'\n",
                "# 'only a comment\nls\n",
            ),
            powershell=(
                "if ($ready) {\n  Write-Output started\n}\n",
                "Write-Output 'closed'\n",
                "# 'only a comment\nGet-Date\n",
            ),
            bat=(
                "if exist C:\\app (\necho started\n)\n",
                "for %%i in (a b) do echo %%i\n",
                'rem "only a comment\nver\n',
            ),
        ),
    ),
    ScriptRule(
        id="ANA202",
        name="beyond-analysis",
        severity=Severity.CONFIRM,
        what="This part was not analysed: it is too large, nests too deep, or takes too long.",
        why="A part that nobody looked at may do anything; such size and nesting hide things.",
        instead="Split the command into smaller scripts, or unfold what is nested.",
        right_when="The script was made by a program and a person knows what it does.",
        attack="T1027",
        check=OnScript(
            lambda script: _gaps(
                script, Obstacle.SIZE, Obstacle.DEPTH, Obstacle.TIME, Obstacle.PARSER
            )
        ),
        flags=Examples(
            sh=(
                "echo " + "$(" * 300 + "date" + ")" * 300 + "\n",
                "ls\n" * 9000,
                "(" * 500 + "date" + ")" * 500 + "\n",
            ),
            powershell=(
                "Write-Output " + "$(" * 600 + "1" + ")" * 600 + "\n",
                "Get-Date\n" * 4000,
                "{" * 900 + "}" * 900 + "\n",
            ),
            bat=("ver\n" * 7000, "(" * 900 + "ver" + ")" * 900 + "\n", "cmd /c " * 40 + "ver\n"),
        ),
        allows=Examples(
            sh=("echo $(date $(cat /etc/timezone))\n", "ls\n" * 100, "( ( date ) )\n"),
            powershell=("Write-Output $(1)\n", "Get-Date\n" * 100, "& { & { Get-Date } }\n"),
            bat=("ver\n" * 100, "(\n(\nver\n)\n)\n", "cmd /c ver\n"),
        ),
    ),
    ScriptRule(
        id="ANA203",
        name="unanalysed-language",
        severity=Severity.CONFIRM,
        what="The script, or this part of it, is in a language that is not analysed here; only "
        "known dangerous calls were looked for.",
        why="It runs as root or SYSTEM like any other script, and was not checked like one.",
        instead="Write it in the shell, PowerShell or Bat, or have a person read it.",
        right_when="A person has read it, or it is the operator's own, reviewed script.",
        attack="T1059",
        check=OnScript(lambda script: _gaps(script, Obstacle.LANGUAGE)),
        flags=Examples(
            sh=(
                "#!/usr/bin/env python3\nprint(1)\n",
                "#!/usr/bin/perl\nprint 1;\n",
                "#!/usr/bin/env node\nconsole.log(1)\n",
            ),
        ),
        allows=Examples(
            sh=(
                "#!/usr/bin/env bash\necho 1\n",
                "#!/bin/sh\npython3 -c 'print(1)'\n",
                "perl -pe 's/a/b/' /opt/app/list\n",
            ),
        ),
    ),
    ScriptRule(
        id="ANA204",
        name="scanned-inline-code",
        severity=Severity.ADVICE,
        what="Code of another language runs inline; only known dangerous calls were looked for.",
        why="What else it does was not analysed.",
        instead="Use the shell's own means where they do, and keep such code short.",
        right_when="The code is short enough to read at a glance.",
        attack="T1059",
        check=OnScript(_inline),
        flags=Examples(
            sh=("perl -e 'print 1'\n", "ruby -e 'puts 1'\n", "node -e 'console.log(1)'\n"),
        ),
        allows=Examples(
            sh=("python3 -c 'print(1)'\n", "awk '{print $1}' /etc/hosts\n", "bash -c 'echo 1'\n"),
        ),
    ),
)
