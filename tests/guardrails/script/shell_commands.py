"""Commands of the shell to ask things about, read from how they are written."""

from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.reading import read_script


def script(text: str) -> Script:
    """A script as it is read."""
    return read_script(text + "\n", Language.SHELL)


def command(text: str) -> Command:
    """The first command of a text."""
    return script(text).commands[0]


def last(text: str) -> Command:
    """The last command of a text, such as the end of a pipeline."""
    return script(text).commands[-1]
