"""A person at the terminal, as the one who is asked."""

import sys
from dataclasses import dataclass

import click

from mcp_server.creation.consent import Answered, Decision, Question, Reply
from mcp_server.tools.visible import visible


@dataclass(frozen=True, slots=True)
class TerminalCaller:
    """Whoever runs the command line."""

    agrees: bool
    """Whether they have agreed already, by --yes."""
    principal: str = ""
    answered: Answered | None = None

    async def ask(self, question: Question) -> Reply | None:
        """Ask at the terminal; without one there is nobody."""
        if self.agrees:
            return Reply(Decision.CREATE)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return Reply(Decision.UNAVAILABLE)
        click.echo(visible(question.message), err=True)
        # Not in a thread: nothing else is under way, and Ctrl-C has to end it.
        yes = click.confirm("Create it?", err=True)
        return Reply(Decision.CREATE if yes else Decision.DECLINE)
