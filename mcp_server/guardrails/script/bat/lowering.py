"""From a Bat script to commands: read as cmd reads it, line by line, in the order of running."""

import re
from typing import Final

from mcp_server.guardrails.script.bat import hybrids
from mcp_server.guardrails.script.bat.environment import Environment
from mcp_server.guardrails.script.bat.session import Session
from mcp_server.guardrails.script.bat.walk import Walk
from mcp_server.guardrails.script.model import Command, Obstacle
from mcp_server.guardrails.script.reading import Place, Reading

_LONG_LINE: Final = re.compile(r"[^\n]{8192,}")
"""cmd takes 8,191 characters in a line."""


def lower(text: str, reading: Reading, place: Place) -> tuple[Command, ...]:
    """Add everything that the text would start to `reading`; return its own level's commands."""
    for line in _LONG_LINE.finditer(text):
        reading.gap(Obstacle.SIZE, place.span(line.start(), line.end()))
    hybrid = None if place.depth else hybrids.find(text)
    end = len(text) if hybrid is None else hybrid.end
    environment = Environment(is_command_line=place.depth > 0)
    walk = Walk(text, reading, place, Session(), environment, end)
    commands = walk.run()
    if hybrid is not None:
        hybrids.read_rest(text, hybrid, reading, place)
    elif not place.depth:
        hybrids.read_skipped(text, walk.labels.skipped, reading, place)
    return commands
