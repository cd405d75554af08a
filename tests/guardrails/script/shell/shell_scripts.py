"""What the lowering of the shell makes of a script, in one line a command."""

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Command, Language, Origin, Script
from mcp_server.guardrails.script.reading import read_script


def read(text: str, **options) -> Script:
    """The normal form of a shell script."""
    return read_script(text, Language.SHELL, parameters=True, **options)


def described(text: str) -> list[str]:
    """Its commands: `decoded: sudo> rm -rf /etc|/usr ?`; `?` is unknown, `{}` a parameter."""
    return [_line(command) for command in read(text).commands]


def started(text: str) -> list[str]:
    """Only those that something else in the script starts."""
    return [
        _line(command)
        for command in read(text).commands
        if command.wrappers or command.origin is not Origin.DIRECT
    ]


def _line(command: Command) -> str:
    origin = "" if command.origin is Origin.DIRECT else f"{command.origin.value}: "
    wrappers = "".join(f"{wrapper.name}> " for wrapper in command.wrappers)
    words = [command.name or "?", *("|".join(word.values) for word in command.args)]
    line = origin + wrappers + " ".join(words)
    return line.replace(HOLE, "?").replace(PARAMETER, "{}")
