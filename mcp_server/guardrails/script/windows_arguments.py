"""The arguments of Windows programs and cmdlets: which are operands, which belong to options."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Word
from mcp_server.guardrails.script.windows_paths import NormalPath, normalised

_SWITCHES: Final = (
    "-append",
    "-asjob",
    "-compress",
    "-confirm",
    "-container",
    "-debug",
    "-directory",
    "-disablekeepalive",
    "-force",
    "-full",
    "-hidden",
    "-join",
    "-noclobber",
    "-nonewline",
    "-passthru",
    "-quiet",
    "-raw",
    "-readonly",
    "-recurse",
    "-skipcertificatecheck",
    "-system",
    "-usebasicparsing",
    "-usedefaultcredentials",
    "-verbose",
    "-wait",
    "-whatif",
)
_NOT_A_PARAMETER: Final = 2
_HELP: Final = frozenset({"/?", "-?", "--help"})


def is_parameter(text: str) -> bool:
    """Whether a word names a parameter of a cmdlet: `-Path`, not `-1`."""
    return len(text) >= _NOT_A_PARAMETER and text[0] == "-" and text[1].isalpha()


def positional(command: Command) -> tuple[Word, ...]:
    """The arguments that belong to no option; for a cmdlet without the values of parameters."""
    if command.language is not Language.POWERSHELL:
        return command.operands
    return command.once(_positional)


def _positional(command: Command) -> Iterator[Word]:
    takes_next = False
    for word, text in zip(command.args, command.texts, strict=True):
        if is_parameter(text):
            takes_next = ":" not in text and not _is_switch(text)
        elif takes_next:
            takes_next = False
        elif not _is_bat_switch(text):
            yield word


def at(command: Command, index: int, *options: str) -> Word | None:
    """The value of one of the options or, without them, the operand in that position."""
    named = command.value(*options) if options else None
    if named is not None:
        return named
    operands = positional(command)
    return operands[index] if index < len(operands) else None


def targets(command: Command, *options: str) -> Iterator[Word]:
    """Every operand, those given by name too, and what comes in from a pipe as known text."""
    for option in options:
        if (word := command.value(option)) is not None:
            yield word
    yield from positional(command)
    if command.stdin is not None and command.stdin.text and "\n" not in command.stdin.text.strip():
        yield command.stdin


def target_paths(command: Command) -> tuple[NormalPath, ...]:
    """Every value of what it works on, as paths in one spelling."""
    return command.once(_target_paths)


def _target_paths(command: Command) -> Iterator[NormalPath]:
    for word in targets(command, "-path", "-literalpath"):
        yield from map(normalised, word.values)


def upstream(command: Command, depth: int = 6) -> Iterator[Command]:
    """The commands whose output reaches it through pipes, the nearest first."""
    if depth:
        for one in command.inputs:
            yield one
            yield from upstream(one, depth - 1)


def is_harmless_form(command: Command) -> bool:
    """Whether it only says what it would do, or how it is used."""
    if command.language is Language.POWERSHELL and command.has("-whatif"):
        return True
    return not _HELP.isdisjoint(command.texts)


def _is_switch(text: str) -> bool:
    return any(switch.startswith(text) for switch in _SWITCHES)


def _is_bat_switch(text: str) -> bool:
    return len(text) > 1 and text[0] == "/" and text[1].isalpha() and len(text) <= len("/s:x")
