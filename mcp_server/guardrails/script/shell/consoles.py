"""Programs with a console or an option from which a shell, or an interpreter, is started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import Command, Foreign, Origin, Word
from mcp_server.guardrails.script.reading import Place

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.starting import Starter

_DATABASE: Final = re.compile(r"(?:^|[;\n])\s*(?:\\!|\.shell|\.system|system|!)\s+([^\n]+)")
_EDITOR: Final = re.compile(r"\s*:?\s*(?:silent\s+)?!\s*(.+)", re.DOTALL)
_DEBUGGER: Final = re.compile(r"\s*(?:!|shell|make)\s*(.+)", re.DOTALL)
_SCRIPTED: Final = re.compile(r"\s*:?\s*(py|py3|python|python3|lua|perl|ruby)\b\s*(.+)", re.DOTALL)
_LANGUAGES: Final = {"py": "python", "py3": "python", "python3": "python"}
_ACTIONS: Final = {
    "tar": re.compile(r"(?:--checkpoint-action=)?exec=(.+)", re.DOTALL),
    "git": re.compile(
        r"(?:alias\.[^=\s]+=)?!(.+)|core\.(?:pager|editor|sshCommand|fsmonitor)=(.+)", re.DOTALL
    ),
    "socat": re.compile(r"(?:exec|system|shell):([^,]+)", re.IGNORECASE),
}
_COMMANDS: Final = frozenset(
    {"-ex", "-eval-command", "--ex", "--eval-command", "-iex", "-o", "-O", "--one-line"}
)
_MOST: Final = 20

_DATABASES: Final = {
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "sqlite3": ("-cmd",),
    "sqlite": ("-cmd",),
}
_EDITORS: Final = frozenset({"vim", "vi", "ex", "nvim", "view", "rvim", "vimdiff", "gvim"})
_DEBUGGERS: Final = frozenset({"gdb", "lldb"})
_OPTIONS: Final = {
    "tar": ("--to-command", "-I", "--use-compress-program", "-F", "--info-script"),
    "gtar": ("--to-command", "-I", "--use-compress-program"),
    "bsdtar": ("--use-compress-program",),
    "rsync": ("-e", "--rsh"),
    "zip": ("-TT", "--unzip-command"),
    "tcpdump": ("-z",),
    "man": ("-P", "--pager", "-H"),
    "sort": ("--compress-program",),
    "socat": (),
    "git": (),
}
"""Options whose value is run."""
PROGRAMS: Final = frozenset({*_DATABASES, *_EDITORS, *_DEBUGGERS, *_OPTIONS})


def run(starter: Starter, command: Command, context: Context) -> list[Command]:
    """Read what a program is told to run; the command itself stays what counts."""
    wrapped = context.wrapped(command)
    for text in list(_texts(command))[:_MOST]:
        starter.read(text, Origin.STRING, wrapped)
    if command.name in _EDITORS or command.name in _DEBUGGERS:
        for word in command.args:
            _note(starter, command, context, word)
    return []


def _texts(command: Command) -> Iterator[Word]:
    if command.name in _DATABASES:
        stdin = () if command.stdin is None else (command.stdin,)
        for word in (*command.args, *stdin):
            yield from _matching(_DATABASE, word)
    elif command.name in _EDITORS:
        for word in command.args:
            text = Word(word.text.removeprefix("+"), word.span, word.taints)
            yield from _matching(_EDITOR, text, whole=True)
    elif command.name in _DEBUGGERS:
        for before, word in zip(command.texts, command.args[1:], strict=False):
            if before in _COMMANDS:
                yield from _matching(_DEBUGGER, word, whole=True)
    else:
        yield from _of_options(command)
        yield from _of_actions(command)


def _of_options(command: Command) -> Iterator[Word]:
    value = command.value(*_OPTIONS[command.name])
    if value is not None:
        yield value


def _of_actions(command: Command) -> Iterator[Word]:
    """`tar --checkpoint-action=exec=text`, `socat - EXEC:text`."""
    pattern = _ACTIONS.get(command.name)
    for word in command.args if pattern is not None else ():
        found = pattern.match(word.text) if pattern is not None else None
        if found is not None:
            yield Word(found[found.lastindex or 0], word.span, word.taints)


def _matching(pattern: re.Pattern[str], word: Word, *, whole: bool = False) -> Iterator[Word]:
    for found in pattern.finditer(word.text) if not whole else (pattern.match(word.text),):
        if found is not None:
            yield Word(found[1], word.span, word.taints)


def _note(starter: Starter, command: Command, context: Context, word: Word) -> None:
    """Code of an interpreter that an editor or a debugger carries."""
    found = _SCRIPTED.match(word.text)
    if found is None:
        return
    language = _LANGUAGES.get(found[1], found[1])
    place = Place(
        origin=Origin.STRING,
        carrier=starter.walk.place.carrier or command.span,
        depth=starter.walk.place.depth,
        wrappers=context.wrapped(command).wrappers,
        conditions=context.conditions,
        function=context.function,
    )
    code = Word(found[2], word.span, word.taints)
    starter.walk.reading.add_foreign(Foreign(language, code, command=command), place)
