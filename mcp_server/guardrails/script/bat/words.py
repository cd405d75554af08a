"""From the text of a command to its name and its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.bat.expansion import SELF
from mcp_server.guardrails.script.bat.text import Reference, References, Text
from mcp_server.guardrails.script.model import HOLE, PARAMETER, Span, Taint, Word
from mcp_server.guardrails.script.placeholders import folded_parameters
from mcp_server.guardrails.script.reading import Place

BUILT_IN: Final = frozenset(
    [
        "assoc",
        "break",
        "call",
        "cd",
        "chdir",
        "cls",
        "color",
        "copy",
        "date",
        "del",
        "dir",
        "dpath",
        "echo",
        "endlocal",
        "erase",
        "exit",
        "ftype",
        "goto",
        "md",
        "mkdir",
        "mklink",
        "move",
        "path",
        "pause",
        "popd",
        "prompt",
        "pushd",
        "rd",
        "rem",
        "ren",
        "rename",
        "rmdir",
        "set",
        "setlocal",
        "shift",
        "start",
        "time",
        "title",
        "type",
        "ver",
        "verify",
        "vol",
    ]
)
_OWN_SWITCHES: Final = BUILT_IN | {
    "format",
    "attrib",
    "xcopy",
    "robocopy",
    "tree",
    "chkdsk",
    "more",
}
"""Programs whose switches are taken apart when written without spaces."""
_SPLIT_AT_COMMAS: Final = frozenset(
    [
        "del",
        "erase",
        "rd",
        "rmdir",
        "copy",
        "move",
        "md",
        "mkdir",
        "ren",
        "rename",
        "dir",
        "type",
        "cd",
        "chdir",
        "pushd",
        "attrib",
        "mklink",
    ]
)
_SET_SWITCH: Final = re.compile(r"[\s,;=]*(/[apAP])")
_WHOLE: Final = frozenset({"echo", "set", "title", "prompt", "rem"})
"""Commands whose arguments are one text."""
_LEAD: Final = re.compile(r"[\s,;=@\xa0]*")
_NAME: Final = re.compile(r'(?:"[^"]*(?:"|\Z)|[^\s,;="\xa0])+')
_GLUED: Final = re.compile(
    rf"({'|'.join(sorted(BUILT_IN, key=len, reverse=True))})(?=[./\\:+\[\]()\"])", re.IGNORECASE
)
_FILE_ENDING: Final = re.compile(
    r"\.(?:exe|com|bat|cmd|ps1|vbs|vbe|js|jse|wsf|msi|py|scr|lnk|url|hta)\b", re.IGNORECASE
)
_PATH: Final = re.compile(rf"[\\:{HOLE}]|\A\.\.?\Z")
_SPACED: Final = re.compile(r'(?:[^\s"]|"[^"]*(?:"|\Z))+')
_DELIMITED: Final = re.compile(r'(?:[^\s",;=]|"[^"]*(?:"|\Z))+')
_ENDING: Final = re.compile(r"\.(?:exe|com|bat|cmd)\Z", re.IGNORECASE)
_SWITCHES: Final = re.compile(r"(?:/[^/\s\"\\]+)+\Z")
_TAIL: Final = re.compile(r"(?P<operand>[^/]+)(?P<switches>(?:/[A-Za-z])+)\Z")
_MOST_ALTERNATIVES: Final = 256
"""Of a word; what is left out is a gap."""


class Wording:
    """Makes words of one text that is being read.

    Args:
        references: where variables stood in it.
        place: where it stands.
        left_out: told of each word that may stand for more than is worked out.
    """

    def __init__(
        self, references: References, place: Place, left_out: Callable[[Span], None]
    ) -> None:
        self._references = references
        self._place = place
        self._left_out = left_out

    def span(self, text: Text) -> Span:
        """Where a stretch stands in the script."""
        if text.is_expanded or not text.chars:
            return self._place.span(*self._references.span(text))
        offsets = text.offsets
        return self._place.span(offsets[0], offsets[-1] + 1)

    def word(self, text: Text, plain: str | None = None) -> Word:
        """A word of a stretch of text, quotes taken out.

        Args:
            text: the stretch, with its quotes.
            plain: what it means, where that is known better.
        """
        chars = text.chars
        made = _unquoted(chars) if plain is None else plain
        is_quoted = chars[:1] == '"' and chars[-1:] == '"'
        if text.is_plain:
            return Word(made, self.span(text), quoted=is_quoted)
        references = self._references.within(text)
        taints: frozenset[Taint] = frozenset()
        alternatives: tuple[str, ...] = ()
        may_be_empty = False
        if references:
            taints = taints.union(*(found.value.taints for _, found in references))
            alternatives = _alternatives(text, references)
            if len(alternatives) > _MOST_ALTERNATIVES:
                self._left_out(self.span(text))
                alternatives = alternatives[:_MOST_ALTERNATIVES]
            may_be_empty = any(found.value.may_be_empty for _, found in references)
        if PARAMETER in made:
            made = folded_parameters(made)
            taints |= {Taint.PARAMETER}
        return Word(
            made,
            self.span(text),
            taints,
            alternatives,
            quoted=is_quoted,
            may_be_empty=may_be_empty,
        )

    def arguments(self, name: str, rest: Text) -> list[Word]:
        """The arguments of a command by its name."""
        if name in _WHOLE and not (name == "set" and _SET_SWITCH.match(rest.chars)):
            text = rest.cut(1) if rest.chars[:1] in " \t.(:/\\+[],;=" else rest
            return [self.word(text, text.chars)] if text.chars.strip() else []
        if name == "set" and (switch := _SET_SWITCH.match(rest.chars)) is not None:
            text = rest.cut(switch.end()).stripped()
            return [
                self.word(rest.cut(*switch.span(1))),
                *([self.word(text)] if text.chars else []),
            ]
        if name not in BUILT_IN and '\\"' in rest.chars:
            return [self.word(piece, plain) for piece, plain in _by_runtime(rest)]
        pattern = _DELIMITED if name in _SPLIT_AT_COMMAS else _SPACED
        if rest.is_plain and not (name in _OWN_SWITCHES and "/" in rest.chars):
            return self._plain_words(rest, pattern)
        pieces = [rest.cut(*found.span()) for found in pattern.finditer(rest.chars)]
        if name in _OWN_SWITCHES and "/" in rest.chars:
            pieces = [part for piece in pieces for part in _switches(piece)]
        return [self.word(piece) for piece in pieces]

    def _plain_words(self, text: Text, pattern: re.Pattern[str]) -> list[Word]:
        """The words of a text without variables, as `word` makes them one by one."""
        offsets, span = text.offsets, self._place.span
        return [
            Word(
                _unquoted(found[0]),
                span(offsets[found.start()], offsets[found.end() - 1] + 1),
                quoted=found[0][0] == '"' and found[0][-1] == '"',
            )
            for found in pattern.finditer(text.chars)
        ]


def split(text: Text) -> tuple[Text, Text]:
    """The name of the program as written, and the text of its arguments."""
    chars = text.chars
    lead = _LEAD.match(chars)
    start = lead.end() if lead else 0
    found = _NAME.match(chars, start)
    if found is None:
        return Text(), Text()
    end = found.end()
    name = found[0]
    glued = _GLUED.match(name)
    if glued is not None and not (
        name[glued.end()] in ".\\" and _FILE_ENDING.search(name, glued.end())
    ):
        return text.cut(start, start + glued.end()), text.cut(start + glued.end())
    slash = name.find("/")
    if (
        slash > 0
        and '"' not in name
        and not (_PATH.search(name[:slash]) and _FILE_ENDING.search(name, slash))
    ):
        end = start + slash
    return text.cut(start, end), text.cut(end)


def name_of(word: Word) -> str:
    """The name of a program for comparing, from how it is written; empty when unknown.

    What is not set is nothing: `f%x%ormat` is `format` wherever nobody sets `x`.
    """
    text = word.text.replace(HOLE, "") if word.may_be_empty else word.text
    if text == SELF:
        return text
    last = text.replace("/", "\\").rstrip(" \\").rpartition("\\")[2]
    name = _ENDING.sub("", last).lower().strip()
    return "" if HOLE in name or PARAMETER in name else name


def _unquoted(chars: str) -> str:
    return chars.replace('"', "") if '"' in chars else chars


def _switches(piece: Text) -> list[Text]:
    r"""`/s/q` as two, `C:\a/q` as a path and a switch, `/q"C:\a"` as a switch and a path."""
    chars = piece.chars
    starts = [0]
    if chars[0] == "/":
        quote = chars.find('"')
        flags = chars if quote < 0 or ":" in chars[:quote] else chars[:quote]
        if _SWITCHES.match(flags):
            starts = [at for at, char in enumerate(flags) if char == "/"]
        if len(flags) < len(chars):
            starts.append(quote)
    elif (tail := _TAIL.match(chars)) is not None:
        starts += range(tail.start("switches"), len(chars), 2)
    return [piece.cut(a, b) for a, b in zip(starts, [*starts[1:], len(chars)], strict=True)]


def _by_runtime(rest: Text) -> list[tuple[Text, str]]:
    r"""As the runtime of most programs splits a command line: `\"` is a quote within a word.

    Not where a path in quotes ends with `\`, which people write and mean: `"C:\" /s`.
    """
    chars = rest.chars
    found: list[tuple[Text, str]] = []
    quotes_left = chars.count('"')
    start, plain, is_open = -1, "", False
    at = 0
    while at < len(chars):
        char = chars[at]
        if char == '"':
            quotes_left -= 1
            is_open = not is_open
        elif char == "\\" and chars[at + 1 : at + 2] == '"':
            quotes_left -= 1
            ends = chars[at + 2 : at + 3] in {"", " ", "\t"} and quotes_left % 2 == 0 and is_open
            plain += "\\" if ends else '"'
            is_open = is_open and not ends
            start = at if start < 0 else start
            at += 2
            continue
        elif char in " \t\n" and not is_open:
            if start >= 0:
                found.append((rest.cut(start, at), plain))
            start, plain = -1, ""
            at += 1
            continue
        else:
            plain += char
        start = at if start < 0 else start
        at += 1
    if start >= 0:
        found.append((rest.cut(start), plain))
    return found


def _alternatives(text: Text, references: list[tuple[int, Reference]]) -> tuple[str, ...]:
    """Every value of a word with variables in it that have several, and one too many at most."""
    several = [(o, found) for o, found in references if found.value.alternatives]
    if not several:
        return ()
    offsets = list(text.offsets)
    results = [text.chars]
    for offset, found in sorted(several, key=lambda one: -offsets.index(one[0])):
        start = offsets.index(offset)
        end = start + offsets.count(offset)
        results = [
            result[:start] + value + result[end:]
            for result in results
            for value in found.value.alternatives
        ][: _MOST_ALTERNATIVES + 1]
    unique = tuple(dict.fromkeys(_unquoted(result) for result in results))
    return unique if len(unique) > 1 else ()
