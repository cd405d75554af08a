"""What a command prints, where that can be known without running it."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command
from mcp_server.guardrails.script.shell.decoding import filtered
from mcp_server.guardrails.script.shell.escapes import ansi_c

_LONGEST: Final = 64 * 1024
"""Characters of an output; more is not worked out."""
_FORMAT: Final = re.compile(r"%(?:[-+ #0]*\d*(?:\.\d+)?)([a-zA-Z%])")


def printed(command: Command) -> str | None:
    """The text that a command writes to its output; None when that cannot be known."""
    text = _printed(command)
    return text if text is not None and len(text) <= _LONGEST else None


def _printed(command: Command) -> str | None:
    match command.name:
        case "echo":
            return _echo(command)
        case "printf":
            return _printf(command)
        case "yes" if command.args:
            return command.args[0].text + "\n"
    if command.stdin is None or command.stdin.text == HOLE:
        return None
    if not command.name:
        return command.stdin.text  # `$(< file)`
    return filtered(command, command.stdin.text)


def _echo(command: Command) -> str:
    words = [word.text for word in command.args]
    escapes, end = False, "\n"
    while words and re.fullmatch(r"-[neE]+", words[0]):
        option = words.pop(0)
        escapes |= "e" in option
        end = "" if "n" in option else end
    text = " ".join(words)
    return (ansi_c(text) if escapes else text) + end


def _printf(command: Command) -> str | None:
    words = [word.text for word in command.args]
    if words and words[0] == "--":
        words.pop(0)
    if not words or words[0].startswith("-v"):
        return None
    form, values = ansi_c(words[0]), iter(words[1:])
    wanted = sum(found[1] != "%" for found in _FORMAT.finditer(form))
    if not wanted:
        return form.replace("%%", "%")
    # The format is used again for as long as there are arguments.
    rounds = max(1, -(-len(words[1:]) // wanted))
    out = ""
    for _ in range(rounds):
        out += _FORMAT.sub(lambda found: _formatted(found, values), form)
        if len(out) > _LONGEST:
            return None
    return out


def _formatted(found: re.Match[str], values: Iterator[str]) -> str:
    match found[1]:
        case "%":
            return "%"
        case "b":
            return ansi_c(next(values, ""))
        case "s" | "d" | "i" | "u" | "q":
            return next(values, "")
        case _:
            next(values, "")
            return HOLE
