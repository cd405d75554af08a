"""The commands that code in another language starts, as far as they can be read."""

import dataclasses
import shlex
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.foreign import python, scanner, tcl
from mcp_server.guardrails.script.foreign.facts import (
    SHELLS,
    Act,
    Deed,
    Facts,
    Nested,
    Start,
    is_interactive_shell,
)
from mcp_server.guardrails.script.foreign.syntaxes import SYNTAXES
from mcp_server.guardrails.script.model import (
    HOLE,
    Command,
    Foreign,
    Language,
    Obstacle,
    Origin,
    Redirect,
    Span,
    Word,
)
from mcp_server.guardrails.script.reading import DEEPEST, MOST_CHARACTERS, Place, Reading

_READERS: Final[dict[str, Callable[[str], Facts]]] = {"python": python.read, "tcl": tcl.read}
_OTHER_NAMES: Final = {
    "javascript": "node",
    "js": "node",
    "deno": "node",
    "bun": "node",
    "gawk": "awk",
    "applescript": "osascript",
    "c++": "c",
    "cpp": "c",
    "cs": "csharp",
    "vbs": "vbscript",
    "python2": "python",
    "python3": "python",
    "jshell": "java",
    "golang": "go",
    "expect": "tcl",
    "tclsh": "tcl",
    "rscript": "r",
}
_STARTING: Final = SHELLS | frozenset(
    {"sudo", "doas", "env", "nohup", "timeout", "su", "ssh", "xargs", "find", "busybox", "exec"}
    | {"python", "python2", "python3", "perl", "ruby", "php", "node", "eval", "setsid", "nice"}
    | {"start", "call", "for", "if", "runuser", "chroot", "awk", "osascript", "mshta", "wmic"}
)
"""Programs whose arguments start something else: those are read as text."""
_PLAIN: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,@+- " + HOLE
)
"""Characters that no shell gives a meaning to."""
_SHELL_ACTS: Final[dict[Deed, tuple[str, ...]]] = {
    Deed.DELETE: ("rm", "-f"),
    Deed.DELETE_TREE: ("rm", "-rf"),
    Deed.DELETE_FOLDER: ("rmdir",),
    Deed.READ: ("cat",),
    Deed.MODE: ("chmod",),
    Deed.OWNER: ("chown",),
    Deed.MOVE: ("mv", "-f"),
    Deed.COPY: ("cp",),
    Deed.LINK: ("ln", "-s"),
    Deed.FETCH: ("curl",),
}
_CMD_ACTS: Final[dict[Deed, tuple[str, ...]]] = {
    Deed.DELETE: ("del", "/f"),
    Deed.DELETE_TREE: ("rd", "/s", "/q"),
    Deed.DELETE_FOLDER: ("rd",),
    Deed.READ: ("type",),
    Deed.MOVE: ("move", "/y"),
    Deed.COPY: ("copy", "/y"),
    Deed.FETCH: ("curl",),
}


def lower(foreign: Foreign, reading: Reading, place: Place) -> Foreign:
    """Add to `reading` what the code would start; the same code with its traits."""
    code = foreign.code.text
    if len(code) > MOST_CHARACTERS:
        reading.gap(Obstacle.SIZE, _span_of(foreign))
        return foreign
    facts = read(code, foreign.language)
    if not facts.is_whole:
        reading.gap(Obstacle.TIME, _span_of(foreign))
    emission = _Emission(foreign, reading, place)
    for step in facts.steps():
        emission.emit(step)
    for nested in facts.nested:
        emission.read_nested(nested)
    return dataclasses.replace(foreign, traits=foreign.traits | facts.traits)


def read(code: str, language: str) -> Facts:
    """What code starts and does."""
    language = _OTHER_NAMES.get(language, language)
    reader = _READERS.get(language)
    facts = Facts(is_read=False) if reader is None else reader(code)
    if not facts.is_read and language in SYNTAXES:
        return scanner.read(code, language)
    return facts


def _span_of(foreign: Foreign) -> Span:
    span = foreign.code.span
    return foreign.command.span if foreign.command and span.end <= span.start else span


class _Emission:
    """Turns what was seen in one code into commands."""

    def __init__(self, foreign: Foreign, reading: Reading, place: Place) -> None:
        self._foreign = foreign
        self._reading = reading
        self._place = place
        self._span = _span_of(foreign)
        starter = foreign.command
        self._wrappers = place.wrappers
        if starter is not None and starter not in place.wrappers:
            self._wrappers = (*place.wrappers, starter)
        is_windows = starter is not None and starter.language is not Language.SHELL
        self._language = Language.BAT if is_windows else Language.SHELL
        self._base = _base(foreign.code.text, self._span, reading.text)

    def emit(self, step: Start | Act) -> None:
        """Add a step's command, and what that starts in turn."""
        if self._reading.is_over:
            self._reading.gap(Obstacle.TIME, self._span)
        elif isinstance(step, Act):
            self._emit_act(step)
        elif is_interactive_shell(step) and _is_plain(step.words):
            self._add(_split(step.words), step.at)
        elif step.is_text:
            self._emit_text(step.words[0], step.at)
        elif _program(step.words[0].text) in _STARTING:
            joined = " ".join(self._quoted(word.text) for word in step.words)
            self._emit_text(Word(joined), step.at)
        else:
            self._add(step.words, step.at)

    def read_nested(self, nested: Nested) -> None:
        """Read code that the code runs."""
        deeper = self._deeper(nested.at, Origin.DECODED if nested.is_decoded else Origin.STRING)
        if deeper.depth > DEEPEST or self._reading.is_over:
            self._reading.gap(Obstacle.DEPTH, self._span)
            return
        word = Word(nested.text, deeper.carrier or self._span)
        self._reading.add_foreign(
            Foreign(self._foreign.language, word, command=self._foreign.command), deeper
        )

    def _emit_text(self, word: Word, at: int) -> None:
        for text in word.values:
            if not text.strip(f"{HOLE} \n\t\"'"):
                continue
            words = text.split()
            if _is_plain((word,)) and _program(words[0]) not in _STARTING:
                self._add(tuple(Word(part) for part in words), at)
            else:
                self._reading.read(text, self._language, self._deeper(at, Origin.STRING))

    def _emit_act(self, act: Act) -> None:
        is_cmd = self._language is Language.BAT
        if act.deed in {Deed.WRITE, Deed.APPEND}:
            operator = ">" if act.deed is Deed.WRITE else ">>"
            content = HOLE if act.content is None else act.content
            self._add(
                (Word("echo"), Word(content)), act.at, redirects=(Redirect(operator, act.words[0]),)
            )
            return
        verb = (_CMD_ACTS if is_cmd else _SHELL_ACTS).get(act.deed)
        if verb is None:
            return
        words = act.words
        if act.deed is Deed.FETCH and len(words) > 1:
            words = (Word("-o"), words[1], words[0])
        elif act.deed is Deed.MODE and words[0].text == "0":
            words = (Word("000"), *words[1:])
        self._add((*(Word(part) for part in verb), *words), act.at)

    def _add(
        self, words: tuple[Word, ...], at: int, *, redirects: tuple[Redirect, ...] = ()
    ) -> None:
        span = self._at(at)
        placed = tuple(dataclasses.replace(word, span=span, quoted=True) for word in words)
        starter = self._foreign.command
        self._reading.commands.append(
            Command(
                name=_program(words[0].text),
                words=placed,
                span=span,
                language=self._language,
                origin=Origin.STRING if self._place.origin is Origin.DIRECT else self._place.origin,
                redirects=redirects,
                wrappers=self._wrappers,
                conditions=starter.conditions if starter else self._place.conditions,
                function=starter.function if starter else self._place.function,
            )
        )

    def _at(self, at: int) -> Span:
        if self._base is None:
            return self._span
        start = self._base + at
        return Span(start, max(start + 1, min(self._span.end, self._line_end(start))))

    def _line_end(self, start: int) -> int:
        end = self._reading.text.find("\n", start)
        return len(self._reading.text) if end < 0 else end

    def _deeper(self, at: int, origin: Origin) -> Place:
        starter = self._foreign.command
        kept = self._place.origin
        return Place(
            origin=origin if kept in {Origin.DIRECT, Origin.STRING} else kept,
            carrier=self._at(at),
            depth=self._place.depth + 1,
            wrappers=self._wrappers,
            conditions=starter.conditions if starter else self._place.conditions,
            function=starter.function if starter else self._place.function,
        )

    def _quoted(self, text: str) -> str:
        if self._language is Language.SHELL:
            return shlex.quote(text)
        return f'"{text}"' if " " in text else text


def _base(code: str, span: Span, text: str) -> int | None:
    """Where the code begins in the script, when it stands there as it is, quotes apart."""
    around, rest = divmod(span.end - span.start - len(code), 2)
    if rest or around not in {0, 1}:
        return None
    start = span.start + around
    return start if text[start : start + len(code)] == code else None


def _is_plain(words: tuple[Word, ...]) -> bool:
    return all(frozenset(text) <= _PLAIN for word in words for text in word.values)


def _split(words: tuple[Word, ...]) -> tuple[Word, ...]:
    return tuple(Word(part) for word in words for part in word.text.split())


def _program(word: str) -> str:
    name = word.replace("\\", "/").rsplit("/", 1)[-1]
    return "" if HOLE in name else name.lower() if name.lower().endswith(".exe") else name
