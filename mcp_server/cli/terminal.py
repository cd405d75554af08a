"""A person at the terminal, as the one who is asked."""

import sys
from dataclasses import dataclass

import anyio.to_thread
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
        if not sys.stdin.isatty():
            return Reply(Decision.UNAVAILABLE)
        click.echo(visible(question.message), err=True)
        yes = await anyio.to_thread.run_sync(lambda: click.confirm("Create it?", err=True))
        return Reply(Decision.CREATE if yes else Decision.DECLINE)
