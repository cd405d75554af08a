"""Commands in the normal form, as a lowering would make them from one line."""

from dataclasses import replace
from typing import Any

from mcp_server.guardrails.script.model import Command, Language, Redirect, Span, Word


def powershell(*words: str | Word, **fields: Any) -> Command:
    """A command of PowerShell, named after its first word unless `name` is given."""
    return _command(Language.POWERSHELL, words, fields)


def bat(*words: str | Word, **fields: Any) -> Command:
    """A command of Bat, named after its first word unless `name` is given."""
    return _command(Language.BAT, words, fields)


def writing(command: Command, path: str) -> Command:
    """The command with its output in a file."""
    return replace(command, redirects=(Redirect(">", Word(path)),))


def _command(language: Language, words: tuple[str | Word, ...], fields: dict[str, Any]) -> Command:
    made = tuple(word if isinstance(word, Word) else Word(word) for word in words)
    fields.setdefault("name", made[0].text.lower())
    return Command(words=made, span=Span(0, 0), language=language, **fields)
