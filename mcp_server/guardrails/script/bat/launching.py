"""Programs that start others here and now: `call`, `start`, `cmd`, other shells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.text import Text, joined
from mcp_server.guardrails.script.model import Command, Language, Origin, Taint, Word
from mcp_server.guardrails.script.powershell import invocation

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

Started = tuple[Command, ...]

_LABEL: Final = re.compile(r"[\s,;=]*:[ \t]*([^\s:+,;=&|<>()]+)")
_FLAG: Final = re.compile(r"[\s,;=]*/([^\s/]+)")
_TITLE: Final = re.compile(r'[\s,;=]*"[^"]*"?')
_VALUED: Final = frozenset({"d", "node", "affinity", "machine"})
_VALUE: Final = re.compile(r'\s*(?:"[^"]*"?|[^\s"])+')
_CMD_SWITCH: Final = re.compile(r"[\s,;=]*/([A-Za-z])(:\w+)?")
_SPECIAL: Final = frozenset("&<>()@^|")
_PROGRAM: Final = re.compile(r"\.(?:exe|com|bat|cmd)\s*\Z", re.IGNORECASE)
_CALLED: Final = re.compile(r"\A\s*(?:[&.]\s)?\s*[\"']?|[\"']?\s*\Z")
"""What may stand around a script's path in PowerShell code: `& '.\\a.ps1'`."""
_SHELL_CODE: Final = re.compile(r"-[a-z]*c\Z")
_WSL_CODE: Final = frozenset({"--", "-e", "--exec"})
_WSL_VALUED: Final = frozenset({"-d", "--distribution", "-u", "--user", "--cd", "--shell-type"})


def call(_command: Command, rest: Text, context: Context, walk: Walk) -> Started:
    """A label with arguments, or a command whose line is expanded once more."""
    text = walk.expander.line(walk.expander.again(rest))
    label = _LABEL.match(text.chars)
    if label is None:
        return walk.commands.run(text, context).commands
    arguments = walk.wording.arguments("call", text.cut(label.end()))
    inner = context._replace(wrappers=context.wrappers[:-1])
    return walk.call(label[1].lower(), arguments, inner).commands


def start(_command: Command, rest: Text, context: Context, walk: Walk) -> Started:
    """A program beside this one, after a title and options."""
    chars = rest.chars
    title = _TITLE.match(chars)
    at = title.end() if title is not None else 0
    waits = False
    while (flag := _FLAG.match(chars, at)) is not None:
        at = flag.end()
        name = flag[1].lower()
        waits = waits or name in {"w", "wait"}
        if name in _VALUED and (value := _VALUE.match(chars, at)) is not None:
            at = value.end()
    inner = context._replace(background=context.background or not waits)
    return walk.commands.run(rest.cut(at), inner).commands


def cmd(command: Command, rest: Text, context: Context, walk: Walk) -> Started:
    """Another cmd, with a command line or with what is piped into it."""
    at = 0
    is_delayed: bool | None = None
    strips = False
    while (switch := _CMD_SWITCH.match(rest.chars, at)) is not None:
        at = switch.end()
        letter = switch[1].lower()
        if letter in {"c", "k", "r"}:
            text = _without_outer_quotes(rest.cut(switch.end(1)).stripped(), strips=strips)
            return walk.commands.nesting.line(text, Origin.STRING, context, is_delayed=is_delayed)
        if letter == "v":
            is_delayed = switch[2] is None or switch[2].lower() == ":on"
        strips = strips or letter == "s"
    return _piped(command, Language.BAT, context, walk)


def _piped(command: Command, language: Language, context: Context, walk: Walk) -> Started:
    if command.stdin is None:
        return ()
    inner = context._replace(inputs=(), stdin=None)
    return walk.commands.nesting.word(command.stdin, language, Origin.STRING, inner)


def _without_outer_quotes(text: Text, *, strips: bool) -> Text:
    """As `cmd /c` takes off the first and the last quote, unless they are around a program."""
    chars = text.chars
    if not chars.startswith('"'):
        return text
    last = chars.rfind('"')
    is_program = (
        not strips
        and chars.count('"') == 2  # noqa: PLR2004 - a pair
        and not set(chars) & _SPECIAL
        and _PROGRAM.search(chars[1:last]) is not None
    )
    if is_program:
        return text
    if last == 0:
        return text.cut(1)
    return joined((text.cut(1, last), text.cut(last + 1)))


def powershell(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """PowerShell, with code, encoded code, a file that was written before, or from a pipe."""
    asked = invocation.read_arguments(command.args)
    text, origin = asked.text, Origin.DECODED if asked.is_encoded else Origin.STRING
    path = asked.file or text
    if path is not None and (file := walk.session.file(_CALLED.sub("", path.text))) is not None:
        text, origin = file, Origin.FILE
    elif text is None and asked.file is None and not asked.is_encoded:
        return _piped(command, Language.POWERSHELL, context, walk)
    if text is None:
        return ()
    inner = context._replace(inputs=(), stdin=None, redirects=())
    return walk.commands.nesting.word(text, Language.POWERSHELL, origin, inner)


def shell(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """A Unix shell: `bash -c`, or from a pipe."""
    for word, code in zip(command.args, command.args[1:], strict=False):
        if _SHELL_CODE.match(word.text):
            return walk.commands.nesting.word(code, Language.SHELL, Origin.STRING, context)
    return () if command.args else _piped(command, Language.SHELL, context, walk)


def wsl(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """A command in the Linux beside Windows."""
    index, args = 0, command.args
    while index < len(args) and args[index].text.startswith("-"):
        text = args[index].text.lower()
        index += 1
        if text in _WSL_CODE:
            break
        if text in _WSL_VALUED:
            index += 1
        elif text.startswith("--"):
            return ()
    return unix_line(args[index:], Origin.STRING, context, walk)


def unix_line(words: tuple[Word, ...], origin: Origin, context: Context, walk: Walk) -> Started:
    """Words that are one command line for a Unix shell."""
    if not words:
        return ()
    return walk.commands.nesting.word(one_line(words), Language.SHELL, origin, context)


def cmd_line(words: tuple[Word, ...], origin: Origin, context: Context, walk: Walk) -> Started:
    """Words that are one command line for cmd, or for Windows itself."""
    if not words:
        return ()
    return walk.commands.nesting.word(one_line(words), Language.BAT, origin, context)


def one_line(words: tuple[Word, ...]) -> Word:
    """Words as one command line again."""
    if len(words) == 1:
        return words[0]
    text = " ".join(f'"{word.text}"' if " " in word.text else word.text for word in words)
    taints = frozenset[Taint]().union(*(word.taints for word in words))
    return Word(text, words[0].span, taints)
