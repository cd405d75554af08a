"""Programs that start another one with arguments that they find or read: find, xargs, parallel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import sources
from mcp_server.guardrails.script.model import HOLE, Command, Obstacle, Origin, Taint, Word
from mcp_server.guardrails.script.shell import wrappers

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.starting import Starter

_EXECUTING: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec"})
_ENDS: Final = frozenset({";", "+"})
_MOST_ARGUMENTS: Final = 1000
"""That xargs reads; what is left out is a gap."""
_OF_SHELL: Final = frozenset(" \n;|&<>$`(){}*?")


def found(starter: Starter, command: Command, context: Context) -> list[Command]:
    """The program of -exec: `{}` is what it finds under each of its roots."""
    end = "/" + (HOLE if sources.is_narrow(command) else "*")
    paths = tuple(root.rstrip("/") + end for root in sources.find_roots(command))
    hit = Word(paths[0], command.span, alternatives=paths if len(paths) > 1 else ())
    words = command.words
    started: list[Command] = []
    at = 1
    while at < len(words):
        if words[at].text in _EXECUTING:
            begin = at + 1
            at = next((i for i in range(begin, len(words)) if words[i].text in _ENDS), len(words))
            inner = tuple(_put_in(word, "{}", hit) for word in words[begin:at])
            if inner:
                started += starter.start(inner, command.span, context.wrapped(command))
        at += 1
    return started


def given(starter: Starter, command: Command, context: Context) -> list[Command]:
    """Read the program of xargs and parallel, with arguments from the input or after `:::`."""
    words = list(wrappers.inner_words(command.name, command.words) or ())
    stdin = command.stdin
    wrapped = context.wrapped(command)._replace(stdin=None, inputs=())
    values: list[Word] = []
    if command.name == "parallel":
        at = next((i for i, w in enumerate(words) if w.text.startswith(":::")), len(words))
        values, words = [w for w in words[at + 1 :] if w.text != ":::"], words[:at]
    if not values:
        values = _read(command, stdin)
    if len(values) > _MOST_ARGUMENTS:
        starter.walk.reading.gap(Obstacle.SIZE, command.span)
        values = values[:_MOST_ARGUMENTS]
    hit = _one_of(values)
    if command.name == "parallel":
        if not words:
            return starter.read(hit, Origin.STRING, wrapped)
        if any(_OF_SHELL & set(word.text.replace("{}", "")) for word in words):
            text = " ".join(word.text for word in words)
            text = text if "{}" in text else text + " {}"
            template = Word(text, command.span)
            return starter.read(_put_in(template, "{}", hit), Origin.STRING, wrapped)
    words = words or [Word("echo", command.span)]
    mark = _mark(command)
    if mark and any(mark in word.text for word in words):
        words = [_put_in(word, mark, hit) for word in words]
    else:
        words += values
    return starter.start(tuple(words), command.span, wrapped)


def _mark(command: Command) -> str:
    """What stands for the argument in the words; empty when nothing does."""
    if command.name == "parallel":
        return "{}"
    named = command.value("-I", "--replace", "-J")
    if named is not None:
        return named.text
    return "{}" if command.has("-i", "--replace") else ""


def _read(command: Command, stdin: Word | None) -> list[Word]:
    if stdin is None:
        return [Word(HOLE, command.span)]
    if stdin.alternatives:
        return [Word(text, stdin.span, stdin.taints) for text in stdin.alternatives]
    # What begins with a hole may be several arguments; what ends with one is a path at least.
    if stdin.text.strip() and HOLE not in stdin.text.lstrip()[:1]:
        pieces = stdin.text.split()
        return [Word(text, stdin.span, stdin.taints) for text in pieces]
    return [Word(HOLE, command.span, stdin.taints)]


def _one_of(values: list[Word]) -> Word:
    texts = tuple(dict.fromkeys(word.text for word in values))
    taints = frozenset[Taint]().union(*(word.taints for word in values))
    return Word(texts[0], values[0].span, taints, texts if len(texts) > 1 else ())


def _put_in(word: Word, mark: str, hit: Word) -> Word:
    """A word with what stands for `{}` in it."""
    if mark not in word.text:
        return word
    values = tuple(word.text.replace(mark, value) for value in hit.values)
    return Word(
        values[0],
        word.span,
        word.taints | hit.taints,
        values if len(values) > 1 else (),
        word.quoted,
    )
