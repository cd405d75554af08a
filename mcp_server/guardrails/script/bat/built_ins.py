"""Commands that change what is known: variables, folders, files, output; mostly built in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.bat.decoding import decode
from mcp_server.guardrails.script.bat.text import Text, Value
from mcp_server.guardrails.script.model import HOLE, Assignment, Command, Word

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_SILENT: Final = frozenset(
    [
        "set",
        "setlocal",
        "endlocal",
        "cd",
        "chdir",
        "pushd",
        "popd",
        "del",
        "erase",
        "rd",
        "rmdir",
        "md",
        "mkdir",
        "goto",
        "exit",
        "call",
        "shift",
        "title",
        "color",
        "cls",
        "rem",
        "timeout",
        "break",
    ]
)
_ARITHMETIC: Final = re.compile(r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)\s*([^,]*)")
_NUMBER: Final = re.compile(r"[-+]?\d{1,9}\Z")
_SWITCH: Final = re.compile(r"[\s,;=]*/([aApP])")
_MODES: Final = frozenset({"on", "off"})
_MOST_PUSHED: Final = 32
_ECHOED: Final = " \t.(:/\\+[],;="


def apply(command: Command, rest: Text, walk: Walk) -> str | None:
    """Take note of what a command changes; what it prints, None where that is not known."""
    if command.name == "echo":
        return _echo(rest.chars)
    if command.name in {"type", "more"}:
        return _type(command, walk)
    effect = _EFFECTS.get(command.name)
    if effect is not None:
        effect(command, rest, walk)
    return "" if command.name in _SILENT else None


def _echo(rest: str) -> str:
    text = rest[1:] if rest[:1] and rest[0] in _ECHOED else rest
    return "" if text.strip().lower() in _MODES else f"{text}\n"


def _type(command: Command, walk: Walk) -> str | None:
    texts: list[str] = []
    for word in command.operands:
        text = walk.session.file(word.text)
        if text is None:
            return None
        texts.append(text.text)
    if not texts:
        return command.stdin.text or None if command.stdin is not None else None
    return "".join(texts)


def _copy(command: Command, _rest: Text, walk: Walk) -> None:
    operands = command.operands
    if len(operands) < 2:  # noqa: PLR2004 - from and to
        return
    source, target = walk.session.file(operands[0].text), operands[-1].text
    if source is None:
        return
    if command.name in {"ren", "rename"} and "\\" not in target:
        head, mark, _ = operands[0].text.rpartition("\\")
        target = f"{head}{mark}{target}"
    walk.session.write(target, source, appends=False)


def _setlocal(command: Command, _rest: Text, walk: Walk) -> None:
    walk.environment.save()
    for text in command.texts:
        if text.endswith("delayedexpansion"):
            walk.environment.is_delayed = text.startswith("enable")


def _endlocal(_command: Command, _rest: Text, walk: Walk) -> None:
    walk.environment.restore()


def _return_to_directory(_command: Command, _rest: Text, walk: Walk) -> None:
    walk.session.directory = walk.session.pushed.pop() if walk.session.pushed else ""


def _change_directory(command: Command, _rest: Text, walk: Walk) -> None:
    paths = [word for word in command.args if not word.text.startswith("/")]
    if command.name == "pushd" and len(walk.session.pushed) < _MOST_PUSHED:
        walk.session.pushed.append(walk.session.directory)
    if paths:
        walk.session.change_directory(" ".join(word.text for word in paths))


def _set(command: Command, rest: Text, walk: Walk) -> None:
    switch = _SWITCH.match(rest.chars)
    if switch is None:
        _assign(command, rest, walk)
    elif switch[1].lower() == "a":
        _compute(command, rest.cut(switch.end()), walk)
    else:
        _ask(command, rest.cut(switch.end()), walk)


def _assign(command: Command, rest: Text, walk: Walk) -> None:
    """`set name=value`, `set "name=value" rest`."""
    name, value = _sides(rest)
    if not name:
        return
    value = _without_itself(name, value, walk)
    word = walk.wording.word(value, value.chars)
    walk.environment.assign(
        name, Value(word.text, word.taints, word.alternatives, word.may_be_empty)
    )
    walk.reading.assignments.append(Assignment(name, _without_quotes(word, value), command.span))


def _without_itself(name: str, value: Text, walk: Walk) -> Text:
    """Before its first value a variable that collects is empty: `set x=%x%a`."""
    key = name.lower()
    if HOLE not in value.chars or key in _EVERYWHERE:
        return value
    own = {offset for offset, found in walk.references.within(value) if found.name.lower() == key}
    kept = [at for at, offset in enumerate(value.offsets) if offset not in own]
    return Text("".join(value.chars[at] for at in kept), [value.offsets[at] for at in kept])


_EVERYWHERE: Final = frozenset({"path", "pathext", "prompt", "username", "computername"})
"""Variables that are set on every host, to what is not known."""


def _sides(rest: Text) -> tuple[str, Text]:
    chars = rest.chars
    start = len(chars) - len(chars.lstrip(" \t,;="))
    if chars[start : start + 1] == '"':
        end = chars.rfind('"')
        start += 1
        rest = rest.cut(0, end) if end > start else rest
        chars = rest.chars
    mark = chars.find("=", start + 1)
    if mark < 0:
        return "", Text()
    return chars[start:mark], rest.cut(mark + 1)


def _without_quotes(word: Word, value: Text) -> Word:
    chars = value.chars.strip()
    if len(chars) > 1 and chars[0] == '"' == chars[-1]:
        return Word(chars[1:-1], word.span, word.taints, word.alternatives, quoted=True)
    return word


def _compute(command: Command, rest: Text, walk: Walk) -> None:
    """`set /a`: a number as it is written, anything else unknown."""
    for found in _ARITHMETIC.finditer(rest.chars.replace('"', "")):
        number = found[2].strip()
        is_known = (
            _NUMBER.match(number) is not None and found[0][len(found[1]) :].strip()[:1] == "="
        )
        text = str(int(number)) if is_known else HOLE
        walk.environment.assign(found[1], Value(text))
        walk.reading.assignments.append(
            Assignment(found[1], Word(text, command.span), command.span)
        )


def _ask(command: Command, rest: Text, walk: Walk) -> None:
    """`set /p`: what a person, a pipe or a file says."""
    name, _ = _sides(rest)
    if not name:
        return
    text, stdin = HOLE, command.stdin
    if stdin is not None and stdin.text and not command.inputs:
        text = stdin.text.split("\n", 1)[0]
    taints = stdin.taints if stdin is not None else frozenset()
    walk.environment.assign(name, Value(text, taints))
    walk.reading.assignments.append(
        Assignment(name, Word(text, command.span, taints), command.span)
    )


_Effect = Callable[[Command, Text, "Walk"], None]
_EFFECTS: Final[dict[str, _Effect]] = {
    "set": _set,
    "setlocal": _setlocal,
    "endlocal": _endlocal,
    "cd": _change_directory,
    "chdir": _change_directory,
    "pushd": _change_directory,
    "popd": _return_to_directory,
    "copy": _copy,
    "move": _copy,
    "ren": _copy,
    "rename": _copy,
    "xcopy": _copy,
    "certutil": decode,
}
