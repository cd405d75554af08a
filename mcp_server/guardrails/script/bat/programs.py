"""What a program starts, by its name; the files that it takes for code or for orders."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.bat import distant, launching
from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.launching import Started
from mcp_server.guardrails.script.bat.session import Session
from mcp_server.guardrails.script.bat.text import Text
from mcp_server.guardrails.script.bat.words import BUILT_IN
from mcp_server.guardrails.script.model import HOLE, Command, Language, Origin, Taint, Word

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_Handler = Callable[[Command, Text, Context, "Walk"], Started]

_SCRIPTS: Final = {".vbs": "vbscript", ".vbe": "vbscript", ".js": "jscript", ".jse": "jscript"}
_ORDERS: Final = {"diskpart": "/s", "ftp": "-s", "regedit": "/s"}
"""Programs with the option that names the file of what they shall do."""
_MARKUP: Final = re.compile(r"(vbscript|javascript):(.*)", re.IGNORECASE | re.DOTALL)


def orders(name: str, words: tuple[Word, ...], session: Session) -> Word | None:
    """What a program is told to do by a file that the script wrote."""
    if not session.files:
        return None
    if name == "reg" and len(words) > 2 and words[1].text.lower() == "import":  # noqa: PLR2004
        return session.file(words[2].text)
    option = _ORDERS.get(name)
    if option is None:
        return None
    for index, word in enumerate(words[1:], 1):
        text = word.text.lower()
        if text.startswith(f"{option}:"):
            return session.file(word.text[len(option) + 1 :])
        if text == option and index + 1 < len(words):
            return session.file(words[index + 1].text)
    return None


def start(command: Command, rest: Text, context: Context, walk: Walk) -> Started:
    """Everything that a command starts; returns what counts as its own level."""
    handler = _HANDLERS.get(command.name)
    if handler is None and command.name in interpreters.SHELLS:
        handler = launching.shell
    if handler is not None:
        return handler(command, rest, context.wrapped(command), walk)
    if command.name in BUILT_IN or _interpreted(command, context, walk):
        return ()
    return _file(command, context, walk)


def _file(command: Command, context: Context, walk: Walk) -> Started:
    """A file that the script wrote before is run."""
    path = command.words[0].text
    text = walk.session.file(path)
    if text is None:
        return ()
    language = _SCRIPTS.get(_ending(path))
    if language is not None:
        walk.commands.nesting.foreign(language, text, command, Origin.FILE, context)
        return ()
    return walk.commands.nesting.word(text, Language.BAT, Origin.FILE, context)


def _interpreted(command: Command, context: Context, walk: Walk) -> bool:
    """Code that an interpreter is given: in an option, in a file, or from a pipe."""
    runner = interpreters.runner_of(command.name)
    if runner is None:
        return False
    pieces = [
        code
        for word, code in zip(command.args, command.args[1:], strict=False)
        if word.text in runner.code
    ]
    operands = [word for word in command.args if not word.text.startswith("-")]
    if pieces:
        taints = frozenset[Taint]().union(*(piece.taints for piece in pieces))
        text = "\n".join(piece.text for piece in pieces)
        code: Word | None = Word(text, pieces[0].span, taints)
    elif operands:
        code = walk.session.file(operands[0].text)
    else:
        code = command.stdin
    if code is None or not code.text.strip(HOLE + " \t\n"):
        return False
    inner = context.wrapped(command)
    walk.commands.nesting.foreign(runner.language, code, command, Origin.STRING, inner)
    return True


def _script_host(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`cscript` and `wscript` with a script that was written before."""
    path = next((word for word in command.args if not word.text.startswith("/")), None)
    text = walk.session.file(path.text) if path is not None else None
    if path is not None and text is not None:
        engine = next((one[4:] for one in command.texts if one.startswith("//e:")), "")
        language = engine or _SCRIPTS.get(_ending(path.text), "vbscript")
        walk.commands.nesting.foreign(language, text, command, Origin.FILE, context)
    return ()


def _mshta(command: Command, rest: Text, context: Context, walk: Walk) -> Started:
    """`mshta vbscript:...`."""
    found = _MARKUP.search(rest.chars)
    if found is not None:
        language = "vbscript" if found[1].lower() == "vbscript" else "jscript"
        text = rest.cut(*found.span(2))
        word = walk.wording.word(text, text.chars.strip().rstrip('"'))
        walk.commands.nesting.foreign(language, word, command, Origin.STRING, context)
    return ()


def _ending(path: str) -> str:
    return path[path.rfind(".") :].lower() if "." in path else ""


_HANDLERS: Final[dict[str, _Handler]] = {
    "call": launching.call,
    "start": launching.start,
    "cmd": launching.cmd,
    "powershell": launching.powershell,
    "pwsh": launching.powershell,
    "wsl": launching.wsl,
    "schtasks": distant.task,
    "at": distant.at,
    "sc": distant.service,
    "wmic": distant.wmic,
    "forfiles": distant.forfiles,
    "psexec": distant.psexec,
    "psexec64": distant.psexec,
    "paexec": distant.psexec,
    "winrs": distant.winrs,
    "ssh": distant.ssh,
    "plink": distant.ssh,
    "runas": distant.wrapped,
    "conhost": distant.wrapped,
    "cscript": _script_host,
    "wscript": _script_host,
    "mshta": _mshta,
}
