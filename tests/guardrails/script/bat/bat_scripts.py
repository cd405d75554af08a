"""Bat scripts read for the tests, in a form that is short to compare."""

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Command, Language, Script
from mcp_server.guardrails.script.reading import read_script


def read(text: str, *, parameters: bool = False) -> Script:
    """The script in its normal form."""
    return read_script(text, Language.BAT, parameters=parameters)


def shown(text: str) -> str:
    """With `?` for a hole and `{}` for a placeholder."""
    return text.replace(HOLE, "?").replace(PARAMETER, "{}")


def line(command: Command) -> tuple[str, ...]:
    """The name, then the arguments."""
    return (command.name, *(shown(word.text) for word in command.args))


def lines(text: str, *, parameters: bool = False) -> list[tuple[str, ...]]:
    """Every command of the script but `set`, `echo` and `setlocal`, which prepare others."""
    return [
        line(command)
        for command in read(text, parameters=parameters).commands
        if command.name not in {"set", "echo", "setlocal"}
    ]


def assigned(text: str) -> dict[str, str]:
    """The last value of each variable."""
    return {one.name: shown(one.value.text) for one in read(text).assignments}
