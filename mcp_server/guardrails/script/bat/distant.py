"""Programs that start others at another time, as somebody else, or on another host."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.bat.context import Context
from mcp_server.guardrails.script.bat.launching import Started, cmd_line, unix_line
from mcp_server.guardrails.script.bat.text import Text
from mcp_server.guardrails.script.model import HOLE, Command, Origin, Word

if TYPE_CHECKING:
    from mcp_server.guardrails.script.bat.walk import Walk

_PSEXEC_VALUED: Final = frozenset({"-u", "-p", "-w", "-n", "-r", "-a", "/u", "/p", "/w"})
_SSH_VALUED: Final = frozenset(
    (
        "-b",
        "-c",
        "-D",
        "-E",
        "-F",
        "-i",
        "-J",
        "-L",
        "-l",
        "-m",
        "-o",
        "-p",
        "-P",
        "-pw",
        "-R",
        "-W",
    )
)
_FILE_PART: Final = re.compile(
    r"@(?:file|fname|ext|relpath|isdir|fsize|fdate|ftime)", re.IGNORECASE
)
_FILE_PATH: Final = re.compile(r"@path", re.IGNORECASE)
_BINARY: Final = "binpath="


def task(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`schtasks /create /tr`."""
    word = command.value("/tr") if command.has("/create", "/change") else None
    if word is None:
        return ()
    if word.text.startswith("'"):
        # Within the command line, single quotes stand for double ones.
        word = replace(word, text=word.text.replace("'", '"'))
    cmd_line((word,), Origin.LATER, context, walk)
    return ()


def at(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`at 12:00 command`."""
    words = _from_operand(command, "/\\")[1:]
    while words and words[0].text.startswith("/"):
        words = words[1:]
    cmd_line(words, Origin.LATER, context, walk)
    return ()


def service(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`sc create` and `sc config` with `binPath=`, apart from its value or not."""
    for index, word in enumerate(command.args):
        if word.text.lower().startswith(_BINARY):
            glued = replace(word, text=word.text[len(_BINARY) :])
            value = (glued,) if glued.text else command.args[index + 1 : index + 2]
            cmd_line(value, Origin.LATER, context, walk)
    return ()


def wmic(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`wmic process call create`."""
    texts = command.texts
    is_remote = any(text.startswith("/node:") for text in texts)
    for index in range(1, len(texts) - 1):
        if texts[index - 1 : index + 1] == ("call", "create"):
            origin = Origin.REMOTE if is_remote else Origin.STRING
            cmd_line(command.args[index + 1 : index + 2], origin, context, walk)
            break
    return ()


def forfiles(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`forfiles /c`, for every file that it finds."""
    word = command.value("/c")
    if word is None:
        return ()
    folder = command.value("/p")
    root = folder.text.rstrip("\\") + "\\" if folder is not None else ""
    text = _FILE_PATH.sub(lambda _: f"{root}{HOLE}", word.text.replace("0x22", '"'))
    text = _FILE_PART.sub(HOLE, text)
    return cmd_line((replace(word, text=text),), Origin.STRING, context, walk)


def psexec(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """PsExec and its like, with a host or without."""
    index, args = 0, command.args
    origin = Origin.STRING
    while index < len(args) and args[index].text[:1] in {"-", "/", "\\", "@"}:
        text = args[index].text.lower()
        if text.startswith(("\\\\", "@")):
            origin = Origin.REMOTE
        index += 1
        following = args[index].text if index < len(args) else ""
        if text in _PSEXEC_VALUED or (text == "-i" and following.isdecimal()):
            index += 1
    return cmd_line(args[index:], origin, context, walk)


def winrs(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`winrs -r:host command`."""
    return cmd_line(_from_operand(command), Origin.REMOTE, context, walk)


def ssh(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`ssh host command`, plink as well; whatever the host is, it is mostly a Unix shell there."""
    index, args = 0, command.args
    while index < len(args) and args[index].text.startswith("-"):
        index += 2 if args[index].text in _SSH_VALUED else 1
    return unix_line(args[index + 1 :], Origin.REMOTE, context, walk)


def wrapped(command: Command, _rest: Text, context: Context, walk: Walk) -> Started:
    """`runas /user:x "command"` and others whose operands are a command line."""
    return cmd_line(_from_operand(command), Origin.STRING, context, walk)


def _from_operand(command: Command, marks: str = "/-") -> tuple[Word, ...]:
    """The arguments without the options at their beginning."""
    index = 0
    while index < len(command.args) and command.args[index].text[:1] in marks:
        index += 1
    return command.args[index:]
