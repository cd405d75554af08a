"""The three expansions of cmd: `%name%` of a line, `%%i` of a loop, and delayed `!name!`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.bat.environment import ALL, UNKNOWN, Environment, changed
from mcp_server.guardrails.script.bat.text import References, Text, Unset, Value, joined, placed
from mcp_server.guardrails.script.model import HOLE

_PERCENT: Final = re.compile(
    r"%(?:~(?P<modifiers>[A-Za-z]*(?:\$[^%:\s]+:)?)(?P<argument>[0-9*])"
    r"|(?P<number>[0-9*])"
    r"|(?P<name>[^%:\n]+|:)(?::(?P<change>[^%\n]*))?%)"
)
_COMMAND_LINE_LOOP: Final = re.compile(r"%([^\s%])[ \t]+in[ \t]*\(", re.IGNORECASE)
_DELAYED: Final = re.compile(r"!(?P<name>[^!:\n]+)(?::(?P<change>[^!\n]*))?!|\^(?P<escaped>.)|!")
_NO_NAME: Final = frozenset({"", " ", "\t", "\n", "{"})
SELF: Final = "%0"
"""Stands for the script itself, however it is spelled: `%~f0`, `"%~dpnx0"`."""
_LONGEST_LINE: Final = 64 * 1024


class Expander:
    """Expands what belongs to one text; notes where variables stood."""

    def __init__(self, environment: Environment, references: References) -> None:
        self.environment = environment
        self._references = references
        self._letters: set[str] = set()

    def line(self, text: Text) -> Text:
        """Percent expansion of a line, before anything else is looked at."""
        chars = text.chars
        if "%" not in chars:
            return text
        pieces: list[Text] = []
        size = done = 0
        at = chars.find("%")
        while at >= 0:
            pieces.append(text.cut(done, at))
            end, piece = self._percent(text, at)
            pieces.append(piece)
            size += len(piece) + at - done
            done = end
            if size > _LONGEST_LINE:
                break
            at = chars.find("%", end)
        pieces.append(text.cut(done))
        return joined(pieces)

    def _percent(self, text: Text, at: int) -> tuple[int, Text]:
        """What one `%` begins: where it ends, and what comes in its place."""
        chars = text.chars
        if chars.startswith("%%", at) and not self.environment.is_command_line:
            return at + 2, text.cut(at, at + 1)
        if chars[at + 1 : at + 2] in _NO_NAME:
            # A batch file loses it. Where it is for PowerShell, `| % { $_ }`, the script was tried
            # on a command line, which keeps it; losing it would hide what the script means.
            return at + 1, text.cut(at, at + 1)
        loop = _COMMAND_LINE_LOOP.match(chars, at)
        if loop is not None:
            self._letters.add(loop[1])
            return at + 2, text.cut(at, at + 2)
        found = _PERCENT.match(chars, at)
        letter = _loop_variable("".join(sorted(self._letters))).match(chars, at)
        if letter is not None and not self._is_known(found):
            return letter.end(), text.cut(at, letter.end())
        if found is None:
            kept = 1 if self.environment.is_command_line else 0
            return at + 1, text.cut(at, at + kept)
        value = self._value(found)
        name = found["name"] or ""
        if not name or self.environment.lookup(name) is not UNKNOWN:
            return found.end(), self._put(text, at, found.end(), value)
        self._references.unset[text.offsets[at]] = Unset(name, found["change"] or "", found[0])
        return found.end(), self._put(text, at, found.end(), value, name)

    def _is_known(self, found: re.Match[str] | None) -> bool:
        return (
            found is not None
            and bool(found["name"])
            and self.environment.lookup(found["name"]) is not UNKNOWN
        )

    def _value(self, found: re.Match[str]) -> Value:
        if found["argument"] is not None:
            return self._argument(found["argument"], found["modifiers"].lower())
        if found["number"] is not None:
            return self._argument(found["number"], None)
        name, change = found["name"], found["change"]
        value = self.environment.lookup(name)
        return changed(value, change) if change else value

    def _argument(self, which: str, modifiers: str | None) -> Value:
        if which == "0":
            return _self(modifiers)
        if which == "*":
            return self.environment.argument(ALL)
        value = self.environment.argument(int(which))
        return value if modifiers is None else modified(value, modifiers)

    def _put(self, text: Text, start: int, end: int, value: Value, name: str = "") -> Text:
        first = text.offsets[start]
        self._references.note(first, text.offsets[end - 1] + 1, value, name)
        return placed(value.text, first)

    def again(self, text: Text) -> Text:
        """Variables that were not set when the line was read, and are by now.

        A batch file has nothing in their place; on a command line they stay, for `call` to expand.
        """
        for offset, unset in self._references.unset_within(text):
            value = self.environment.lookup(unset.name)
            if value is not UNKNOWN:
                value = changed(value, unset.change) if unset.change else value
                self._references.note(offset, self._references.found[offset].end, value)
                text = _replaced(text, offset, placed(value.text, offset))
        return text

    def unexpanded(self, text: Text) -> Text:
        """With variables that were not set as they are written, for a cmd that sets them."""
        for offset, unset in self._references.unset_within(text):
            written = Text(unset.written, range(offset, offset + len(unset.written)))
            text = _replaced(text, offset, written)
        return text

    def loops(self, text: Text) -> Text:
        """`%i` of the loops around, after parsing."""
        if not self.environment.loops or "%" not in text.chars:
            return text
        return self._each(_loop_variable("".join(self.environment.loops)), text, self._loop)

    def _loop(self, found: re.Match[str]) -> Value:
        value = self.environment.loops[found["name"]]
        return value if found["modifiers"] is None else modified(value, found["modifiers"].lower())

    def delayed(self, text: Text) -> Text:
        """`!name!`, where that is on."""
        if not self.environment.is_delayed or "!" not in text.chars:
            return text
        return self._each(_DELAYED, text, self._late)

    def _late(self, found: re.Match[str]) -> Value | str:
        if found["escaped"] is not None:
            return found["escaped"]
        if found["name"] is None:
            return ""
        value = self.environment.lookup(found["name"])
        return changed(value, found["change"]) if found["change"] else value

    def _each(
        self,
        pattern: re.Pattern[str],
        text: Text,
        of: Callable[[re.Match[str]], Value | str],
    ) -> Text:
        pieces: list[Text] = []
        done = size = 0
        for found in pattern.finditer(text.chars):
            if size > _LONGEST_LINE:
                break
            value = of(found)
            pieces.append(text.cut(done, found.start()))
            done = found.end()
            if isinstance(value, str):
                pieces.append(placed(value, text.offsets[done - 1]))
            else:
                name = found["name"] if value is UNKNOWN else ""
                pieces.append(self._put(text, found.start(), done, value, name))
            size += len(pieces[-1])
        pieces.append(text.cut(done))
        return joined(pieces)


def _replaced(text: Text, offset: int, piece: Text) -> Text:
    """With something else in the place of the hole that a variable left."""
    at = list(text.offsets).index(offset)
    return joined((text.cut(0, at), piece, text.cut(at + 1)))


def _loop_variable(letters: str) -> re.Pattern[str]:
    """One of these loop variables, with as many modifiers before it as can be."""
    names = f"[{re.escape(letters)}]" if letters else "(?!)"
    return re.compile(
        rf"%(?:~(?P<modifiers>[fdpnxsatzFDPNXSATZ]*(?:\$[^%:\s]+:)?))?(?P<name>{names})"
    )


def _self(modifiers: str | None) -> Value:
    """The script's own path, or what of it is asked for."""
    if (
        modifiers in {None, "", "f", "s", "nx"}
        or "f" in (modifiers or "")
        or set("dpnx") <= set(modifiers or "")
    ):
        return Value(SELF)
    if set(modifiers or "") in ({"d", "p"}, {"d", "p", "s"}):
        return Value(f"{HOLE}\\")
    return Value(HOLE)


def modified(value: Value, modifiers: str) -> Value:
    """The value of `%~dpn1` and its like."""
    made = tuple(dict.fromkeys(_modified(text, modifiers) for text in value.values))
    return Value(made[0], value.taints, made if len(made) > 1 else (), value.may_be_empty)


def _modified(text: str, modifiers: str) -> str:
    plain = text.strip('"')
    if not modifiers:
        return plain
    if HOLE in plain or not plain:
        return HOLE
    wanted = set(modifiers)
    is_absolute = plain[1:3] in {":", ":\\"}
    if wanted & set("atz$") or (wanted & set("dpf") and not is_absolute):
        return HOLE
    if "f" in wanted or wanted == {"s"}:
        return plain
    head, mark, name = plain.rpartition("\\")
    stem, dot, ending = name.rpartition(".")
    parts = {"d": plain[:2], "p": head[2:] + mark, "n": stem if dot else name}
    parts["x"] = dot + ending if dot else ""
    return "".join(part for letter, part in parts.items() if letter in wanted)
