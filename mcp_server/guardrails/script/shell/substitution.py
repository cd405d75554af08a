"""What `$(...)`, `<(...)` and pipes carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mcp_server.guardrails.script import sources
from mcp_server.guardrails.script.model import HOLE, TEMPORARY, Command, Span, Taint, Word
from mcp_server.guardrails.script.shell.decoding import FILTERS
from mcp_server.guardrails.script.shell.printing import printed

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.shfmt import Node
    from mcp_server.guardrails.script.shell.walk import Walk


def substituted(walk: Walk, node: Node) -> Word:
    """The commands of a substitution, and what it stands for."""
    inner = walk.context._replace(redirects=(), inputs=(), stdin=None, background=False)
    commands, _ = walk.branch(node.get("Stmts"), inner)
    span = walk.span(node)
    word = carried(walk, commands, span)
    if node["Type"] == "ProcSubst":
        path = f"/dev/fd/{63 - len(walk.session.known.files) % 60}"
        walk.session.known.files[path] = word
        return Word(path, span, word.taints)
    if [command.name for command in commands] == ["mktemp"]:
        return Word(TEMPORARY, span, word.taints)
    return Word(word.text.rstrip("\n"), span, word.taints, word.alternatives)


def carried(walk: Walk, commands: Sequence[Command], span: Span) -> Word:
    """What commands write together to their output."""
    writing = [_with_files(walk, command) for command in _last(commands)]
    taints = frozenset[Taint]().union(*(sources.output_taints(c) for c in writing))
    if len(writing) == 1 and (paths := sources.listed(writing[0])):
        return Word(paths[0], span, taints, paths if len(paths) > 1 else ())
    texts = [printed(command) for command in writing]
    known = [text for text in texts if text is not None]
    if writing and len(known) == len(texts):
        return Word("".join(known), span, taints)
    # `(crontab -l; echo line) | crontab -`: what is known of it counts.
    lines = "\n".join(text for text in known if text)
    return Word(f"{HOLE}\n{lines}" if lines else HOLE, span, taints)


def _with_files(walk: Walk, command: Command) -> Command:
    """A filter of files that the script wrote, as if it read their text on its input."""
    if command.name not in FILTERS or command.stdin is not None:
        return command
    files = {
        id(word): walk.session.known.files.get(walk.path(word.text)) for word in command.operands
    }
    texts = [text for text in files.values() if text is not None]
    if not texts or len(texts) < len(files):
        return command
    taints = frozenset[Taint]().union(*(text.taints for text in texts))
    return replace(
        command,
        words=tuple(word for word in command.words if id(word) not in files),
        stdin=Word("".join(text.text for text in texts), texts[0].span, taints),
    )


def _last(commands: Sequence[Command]) -> list[Command]:
    """Those whose output does not go into another one of them."""
    read = {
        id(source)
        for command in commands
        for reader in (command, *command.wrappers)
        for source in reader.inputs
    }
    return [command for command in commands if id(command) not in read]
