"""What works on one distribution and not on the next."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Origin, Script, Span, Word
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PLAIN_SHELLS: Final = frozenset({"sh", "dash", "ash"})
_MOST_PLACES: Final = 5
"""To show of one script; who sees five has understood."""
_BASH_ONLY: Final = frozenset(
    {"[[", "((", "source", "pushd", "popd", "dirs", "shopt", "let", "declare", "typeset", "mapfile",
     "readarray", "disown", "builtin", "complete", "compgen", "caller", "enable"}
)  # fmt: skip
_BASH_OPTIONS: Final = {
    "echo": ("-e",),
    "read": ("-a", "-d", "-n", "-N", "-s", "-t", "-u", "-i"),
    "local": ("-a", "-A", "-n", "-i", "-r"),
    "export": ("-f", "-n"),
    "printf": ("-v",),
    "wait": ("-n",),
    "type": ("-P", "-t", "-a"),
    "exec": ("-a",),
}
_BASH_TEXTS: Final = {
    "[": frozenset({"=="}),
    "test": frozenset({"=="}),
    "trap": frozenset({"ERR", "DEBUG", "RETURN"}),
    "set": frozenset({"pipefail"}),
}
_BASH_OPERATORS: Final = frozenset({"<<<", "&>", "&>>"})
_ARRAY: Final = re.compile(r"\w+(?:\[[^\]]*\])?\+=|\w+(?:\[[^\]]*\])?=\(|\w+\[[^\]]*\]=")
_EXPANSION: Final = re.compile(
    r"\$\{!\w|\$\{\w+(?:\[|/|\^|,|:(?:\d| -))"
    r"|\$\{?(?:RANDOM|BASH_\w+|FUNCNAME|PIPESTATUS|EUID)\b|\$'"
)
_BASH_WORD: Final = re.compile(rf"[<>]\(|{_EXPANSION.pattern}")


def _bashisms(script: Script) -> Iterator[Span]:
    """The places that dash and busybox do not understand."""
    for assignment in script.assignments:
        written = script.text[assignment.span.start : assignment.span.end]
        if _ARRAY.match(written):
            yield assignment.span
    has_words = _BASH_WORD.search(script.text) is not None
    for command in script.commands:
        if command.origin is Origin.DIRECT and command.language is Language.SHELL:
            if _is_bash_command(command, script):
                yield command.span
            if has_words:
                yield from (word.span for word in command.words if _is_bash_word(word, script))


def _is_bash_command(command: Command, script: Script) -> bool:
    name = command.name
    if name in _BASH_ONLY:
        return name not in script.functions
    if any(one.operator in _BASH_OPERATORS for one in command.redirects):
        return True
    if (texts := _BASH_TEXTS.get(name)) is not None:
        return not texts.isdisjoint(command.texts)
    if (options := _BASH_OPTIONS.get(name)) is None:
        return False
    given = [text for text in command.texts[:2] if text.startswith("-") and "=" not in text]
    return any(option[1] in text for option in options for text in given)


def _is_bash_word(word: Word, script: Script) -> bool:
    written = script.text[word.span.start : word.span.end]
    if written.startswith(("<(", ">(")):
        return True
    return "$" in written and not written.startswith("'") and bool(_EXPANSION.search(written))


def _under_plain_shell(script: Script) -> Iterator[Match]:
    if script.dialect in _PLAIN_SHELLS:
        yield from map(Match, islice(_bashisms(script), _MOST_PLACES))


def _without_shebang(script: Script) -> Iterator[Match]:
    if not script.dialect and not script.text.startswith("#!"):
        yield from map(Match, islice(_bashisms(script), 1))


def _needless_sudo(script: Script) -> Iterator[Match]:
    """The first one: what it says holds for every one."""
    for command in script.named("sudo"):
        others = command.has("-u", "-g", "-i", "-l", "-k", "-K", "-v", "-n", "-V", "--user")
        if command.origin is Origin.DIRECT and command.args and not others:
            yield Match(command.span)
            return


def _old_python(command: Command, script: Script) -> Opinion:
    return command.words[0].text == "python" and not any(
        one.name in {"alias", "update-alternatives", "which", "pyenv", "conda", "activate"}
        for one in script.commands
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="POR001",
        name="bash-feature-under-sh",
        severity=Severity.ADVICE,
        what="Uses what bash has and a plain shell has not, under a shebang that names sh.",
        why="On Debian, Ubuntu and Alpine sh is dash or busybox: the line fails there, or does "
        "something else (`cmd &> f` runs in the background).",
        instead='Begin the script with `#!/bin/bash`, or write it in POSIX: `[ "$a" = b ]`, `. f`, '
        "`> f 2>&1`, `printf`.",
        right_when="All instances have bash as sh, as Alibaba Cloud Linux has.",
        check=OnScript(_under_plain_shell),
        flags=Examples(
            sh=(
                "#!/bin/sh\nif [[ $1 == start ]]; then systemctl start app; fi\n",
                "#!/bin/sh\nhosts=(db web)\n",
                "#!/bin/dash\nsource /etc/os-release\n",
                "#!/bin/sh\n/opt/app/run &> /var/log/app.log\n",
                '#!/bin/sh\necho "${NAME//-/_}"\n',
                "#!/bin/sh\ndiff <(sort a) <(sort b)\n",
            )
        ),
        allows=Examples(
            sh=(
                "#!/bin/bash\nif [[ $1 == start ]]; then systemctl start app; fi\n",
                "#!/bin/sh\n. /etc/os-release\n",
                '#!/bin/sh\n[ "$1" = start ] && systemctl start app\n',
                '#!/bin/sh\necho "${NAME:-app}" "${NAME#v}"\n',
                "#!/bin/sh\nbash -c '[[ -f /etc/app ]]'\n",
            )
        ),
    ),
    ScriptRule(
        id="POR002",
        name="bash-feature-without-shebang",
        severity=Severity.ADVICE,
        what="Uses what bash has and a plain shell has not, and names no shell.",
        why="Without a shebang sh runs the script; on Debian and Ubuntu that is dash.",
        instead="Begin the script with `#!/bin/bash`.",
        right_when="All instances have bash as sh, as Alibaba Cloud Linux has.",
        check=OnScript(_without_shebang),
        flags=Examples(
            sh=(
                "if [[ -f /etc/app ]]; then echo yes; fi\n",
                'for i in 1 2; do arr+=("$i"); done\n',
                "source /etc/os-release\n",
            )
        ),
        allows=Examples(
            sh=(
                "#!/usr/bin/env bash\n[[ -f /etc/app ]]\n",
                "[ -f /etc/app ] && echo yes\n",
                ". /etc/os-release\n",
            )
        ),
    ),
    ScriptRule(
        id="POR003",
        name="apt-in-a-script",
        severity=Severity.ADVICE,
        what="Calls apt, which is made for people.",
        why="It warns that its options and its output may change from one release to the next.",
        instead="Use apt-get, and apt-cache to search.",
        right_when="All instances have the same release.",
        check=on(
            "apt",
            when=lambda command, _: bool(
                {"install", "update", "upgrade", "remove", "purge", "autoremove", "full-upgrade"}
                & set(command.texts)
            ),
        ),
        flags=Examples(sh=("apt install -y nginx\n", "sudo apt update\n", "apt -y full-upgrade\n")),
        allows=Examples(
            sh=("apt-get install -y nginx\n", "apt-get update\n", "apt-cache policy nginx\n")
        ),
    ),
    ScriptRule(
        id="POR004",
        name="sudo-as-root",
        severity=Severity.ADVICE,
        what="Calls sudo, although Cloud Assistant runs the script as root.",
        why="It does nothing there, and fails on images without sudo or where it wants a terminal.",
        instead="Leave it out, or start the command with another user (Username) when it is run.",
        right_when="The command is run with a user of its own, who may use sudo.",
        check=OnScript(_needless_sudo),
        flags=Examples(
            sh=(
                "sudo systemctl restart nginx\n",
                "sudo apt-get update\nsudo apt-get install -y nginx\n",
                "echo 1 | sudo tee /proc/sys/vm/drop_caches\n",
            )
        ),
        allows=Examples(
            sh=(
                "systemctl restart nginx\n",
                "sudo -u postgres psql -c 'SELECT 1'\n",
                "echo sudo\n",
            )
        ),
    ),
    ScriptRule(
        id="POR005",
        name="python-without-version",
        severity=Severity.ADVICE,
        what="Calls `python`.",
        why="Recent distributions have python3 only, and on old ones it is Python 2.",
        instead="Call python3, or the interpreter of a virtual environment by its path.",
        right_when="An image brings a program of that name.",
        check=on("python", when=_old_python),
        flags=Examples(
            sh=(
                "python /opt/app/manage.py migrate\n",
                "python -m venv /opt/app/venv\n",
                "python -c 'print(1)'\n",
            )
        ),
        allows=Examples(
            sh=(
                "python3 /opt/app/manage.py migrate\n",
                "/opt/app/venv/bin/python manage.py migrate\n",
                "python3 --version\n",
            )
        ),
    ),
)
