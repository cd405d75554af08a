"""Files that a script writes: their text is kept, for when they are run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import effects, sources
from mcp_server.guardrails.script.model import HOLE, Command, Obstacle, Redirect, Word
from mcp_server.guardrails.script.shell import schedules
from mcp_server.guardrails.script.shell.printing import printed

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.walk import Walk

_WRITING: Final = frozenset({">", ">>", ">|", "&>", "&>>"})
_WRITERS: Final = frozenset({"tee", "dd", "sponge", "cp", "mv", "install", "ln"})
_APPENDING: Final = frozenset({">>", "&>>"})
_MOST_FILES: Final = 1000
"""Whose text is kept; that of others is a gap."""
_LONGEST: Final = 32 * 1024


def writes(command: Command) -> bool:
    """Whether a command may write a file whose text can be known."""
    return bool(command.redirects) or command.name in _WRITERS


def keep(command: Command, walk: Walk) -> None:
    """Note what a command writes, and where to."""
    known = walk.session.known
    if len(known.files) > _MOST_FILES:
        if any(redirect.operator in _WRITING for redirect in command.redirects):
            walk.reading.gap(Obstacle.SIZE, command.span)
        return
    for redirect in command.redirects:
        if redirect.operator in _WRITING and redirect.descriptor in {None, 1}:
            _redirected(command, redirect, walk)
    name = command.name
    if command.stdin is not None and name in {"tee", "dd", "sponge"}:
        _passed_on(command, command.stdin, walk)
    elif name in {"cp", "mv", "install", "ln"}:
        _copied(command, walk)


def _redirected(command: Command, redirect: Redirect, walk: Walk) -> None:
    known = walk.session.known
    path = walk.path(redirect.target.text)
    text = _text(command)
    # Each command of `{ a; b; } > f` adds to what the one before it wrote.
    goes_on = known.written_by.get(path) is redirect
    if (goes_on or redirect.operator in _APPENDING) and path in known.files:
        text = _appended(known.files[path], text)
    known.files[path] = text
    known.written_by[path] = redirect


def _passed_on(command: Command, stdin: Word, walk: Walk) -> None:
    """What tee and dd read they write."""
    known = walk.session.known
    for word in command.args:
        if command.name == "dd" and not word.text.startswith("of="):
            continue
        path = walk.path(word.text.removeprefix("of="))
        appends = command.has("-a", "--append") and path in known.files
        known.files[path] = _appended(known.files[path], stdin) if appends else stdin


def _copied(command: Command, walk: Walk) -> None:
    """What is known of a file is known of its copies."""
    files = walk.session.known.files
    for source in command.operands:
        text = files.get(walk.path(source.text))
        if source.text == "/dev/stdin":
            text = command.stdin
        if text is None:
            continue
        name = posixpath.basename(source.text)
        targets = [walk.path(word.text) for word in effects.written(command)]
        into_folder = [path for path in targets if posixpath.basename(path) == name]
        for path in (*targets[:1], *into_folder):
            files[path] = text


def _appended(old: Word, new: Word) -> Word:
    text = old.text + new.text
    if len(text) > _LONGEST:
        text = HOLE
    return Word(text, old.span, old.taints | new.taints)


def _text(command: Command) -> Word:
    text = printed(command)
    taints = sources.output_taints(command)
    # A here-document is the script's own text: what it says has a place there.
    stdin = command.stdin
    if text is not None and stdin is not None and text == stdin.text:
        return Word(text, stdin.span, taints | stdin.taints)
    return Word(HOLE if text is None else text, command.span, taints)


def scheduled(command: Command, walk: Walk) -> Iterator[tuple[str, Word]]:
    """The files that a command writes and the system runs later, with their text."""
    paths = [walk.path(r.target.text) for r in command.redirects if r.operator in _WRITING]
    if command.name in {"tee", "cp", "mv", "install", "ln"}:
        paths += [walk.path(word.text) for word in command.operands]
    for path in paths:
        text = walk.session.known.files.get(path)
        if text is not None and schedules.is_run_later(path):
            yield path, text
