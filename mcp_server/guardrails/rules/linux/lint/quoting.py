"""Variables without quotes, and names that are split."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Origin, Script, Word
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)
_BARE_VARIABLE: Final = re.compile(r"\$\{?[A-Za-z_1-9@*]")
_LOOP_OVER: Final = re.compile(r"\bin\s+(?:\$\(|`)\s*\Z")
_BEFORE: Final = 12
"""Characters that `in $(` takes, with some room."""


def _is_bare(word: Word, script: Script) -> bool:
    """Whether a variable stands in a word without quotes, and its value is not known."""
    if word.quoted or HOLE not in word.text:
        return False
    written = script.text[word.span.start : word.span.end]
    return bool(_BARE_VARIABLE.search(_QUOTED.sub("", written))) and "$(" not in written


def _splits_path(command: Command, script: Script) -> Opinion:
    return command.origin is Origin.DIRECT and any(
        _is_bare(word, script) for word in command.operands
    )


def _splits_in_test(command: Command, script: Script) -> Opinion:
    """`[ -f $x ]` with an empty x is true; `[ $x = y ]` is an error."""
    return command.origin is Origin.DIRECT and any(_is_bare(word, script) for word in command.args)


def _over_listing(command: Command, script: Script) -> Opinion:
    start = command.span.start
    return command.origin is Origin.DIRECT and bool(
        _LOOP_OVER.search(script.text[max(0, start - _BEFORE) : start])
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="LNT001",
        name="path-without-quotes",
        severity=Severity.ADVICE,
        what="Copies, moves or deletes what an unquoted variable names.",
        why="A space in the value makes two paths of it, and `*` lists files.",
        instead='Quote it: `rm -f -- "$file"`; for several paths use an array or a loop.',
        right_when="The variable holds several paths on purpose.",
        check=on("rm", "mv", "cp", when=_splits_path),
        flags=Examples(sh=("rm -f $1\n", "mv $FILE /opt/app/\n", 'cp ${SRC}/app.conf "$DEST"\n')),
        allows=Examples(
            sh=(
                'rm -f "$1"\n',
                "file=/opt/app/old.log\nrm -f $file\n",
                'rm -f "$DIR"/*.log\n',
            )
        ),
    ),
    ScriptRule(
        id="LNT003",
        name="test-without-quotes",
        severity=Severity.ADVICE,
        what="Tests an unquoted variable.",
        why="Empty, it vanishes: `[ $x = y ]` is an error, and `[ -n $x ]` is true.",
        instead='Quote it: `[ "$x" = y ]`.',
        right_when="The variable always holds one word.",
        check=on("[", "test", when=_splits_in_test),
        flags=Examples(
            sh=(
                "if [ $1 = start ]; then systemctl start app; fi\n",
                "[ -n $NAME ] && echo yes\n",
                "test -f $CONFIG || exit 1\n",
            )
        ),
        allows=Examples(
            sh=(
                'if [ "$1" = start ]; then systemctl start app; fi\n',
                "[ $# -gt 0 ] || exit 1\n",
                "[ $? -eq 0 ] || exit 1\n",
            )
        ),
    ),
    ScriptRule(
        id="LNT004",
        name="loop-over-ls",
        severity=Severity.ADVICE,
        what="Loops over what ls prints.",
        why="A name with a space becomes two, and one with `*` lists files.",
        instead='Loop over a glob: `for file in /opt/app/*; do [ -e "$file" ] || continue; ...`.',
        right_when="The names are the script's own.",
        check=on("ls", when=_over_listing),
        flags=Examples(
            sh=(
                'for f in $(ls /opt/app); do echo "$f"; done\n',
                'for f in `ls *.log`; do gzip "$f"; done\n',
                'for d in $( ls -d /srv/*/ ); do du -s "$d"; done\n',
            )
        ),
        allows=Examples(
            sh=(
                'for f in /opt/app/*; do echo "$f"; done\n',
                "ls /opt/app\n",
                'count=$(ls /opt/app | wc -l)\necho "$count"\n',
            )
        ),
    ),
)
