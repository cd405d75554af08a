"""Whether a command is only asked for its help or its version."""

from typing import Final

from mcp_server.guardrails.script.model import Command

_ANYWHERE: Final = frozenset({"--help", "--version", "-help", "-version"})
_ALONE: Final = frozenset({"-h", "-V", "-v", "version", "help", "-?"})


def only_informs(command: Command) -> bool:
    """Whether it says `--help`, or nothing but `-h`, which means other things beside others."""
    texts = command.texts
    return not _ANYWHERE.isdisjoint(texts) or (len(texts) == 1 and texts[0] in _ALONE)
