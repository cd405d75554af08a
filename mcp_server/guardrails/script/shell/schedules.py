"""Files that the system runs by itself, and the commands in them."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import Span, Word

_TABLES: Final = re.compile(
    r"(?:/private)?(?:/etc/cron\.d/|/etc/crontab\Z|/var/spool/cron|/usr/lib/cron/tabs/)"
)
_SCRIPTS: Final = re.compile(
    r"/etc/(?:cron\.(?:hourly|daily|weekly|monthly)/|profile(?:\.d/|\Z)|rc\.local\Z|rc\.d/|init\.d/"
    r"|bash\.?bashrc\Z|zshrc\Z|update-motd\.d/|network/if-up\.d/|rc\.common\Z|periodic/)"
    r"|.*/\.(?:bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zprofile|zshenv|kshrc)\Z"
)
_UNITS: Final = re.compile(r"(?:/etc|/usr/lib|/lib|/run)/systemd/.*\.(?:service|timer|socket)\Z")
_WHEN: Final = re.compile(r"\s*(?:@\w+|(?:[-\w*/,]+\s+){4}[-\w*/,]+)\s+")
_USER: Final = re.compile(r"[a-z_][\w-]*\s+")
_START: Final = re.compile(
    r"\s*Exec(?:Start|StartPre|StartPost|Stop|Reload|StopPost)\s*=\s*[-@+!:]*"
)
_MOST: Final = 50
"""Lines of one table."""


def is_run_later(path: str) -> bool:
    """Whether the system runs what a file says."""
    return bool(_TABLES.match(path) or _SCRIPTS.match(path) or _UNITS.match(path))


def lines(path: str, text: Word) -> Iterator[Word]:
    """The texts that are run when the time comes."""
    if _SCRIPTS.match(path):
        yield text
        return
    is_table = bool(_TABLES.match(path))
    start = 0
    for line in text.text.split("\n")[:_MOST]:
        found = (_WHEN if is_table else _START).match(line)
        if found is not None:
            command = line[found.end() :]
            if is_table and "spool" not in path and (user := _USER.match(command)) is not None:
                command = command[user.end() :]
            at = text.span.start + start + len(line) - len(command)
            stands_there = text.span.end - text.span.start == len(text.text)
            span = Span(at, at + len(command)) if stands_there else text.span
            yield Word(command, span, text.taints)
        start += len(line) + 1
