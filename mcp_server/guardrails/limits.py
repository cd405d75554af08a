"""The documented limits that JSON schema cannot say, and advice on values near an edge.

Lengths in characters, enums and ranges are in the request model; the numbers of both come from
`models.limits`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.draft import Draft
from mcp_server.guardrails.texts import control_characters, text_repair
from mcp_server.models.finding import Finding
from mcp_server.models.limits import (
    CLIENT_TOKEN,
    COMMAND_ID,
    DEFAULT_TIMEOUT,
    DESCRIPTION,
    LAUNCHER,
    NAME,
    NEXT_TOKEN,
    PROVIDER,
    RESOURCE_GROUP_ID,
    USUAL_TIMEOUT,
    WORKING_DIR,
    Limit,
)
from mcp_server.models.request import CommandRequest

_TEXT_LIMITS: Final = (
    NAME, DESCRIPTION, WORKING_DIR, LAUNCHER, CLIENT_TOKEN, RESOURCE_GROUP_ID, COMMAND_ID,
    NEXT_TOKEN, PROVIDER,
)  # fmt: skip
_TEXTS: Final = {limit.field: limit for limit in _TEXT_LIMITS}

LONG_WORK: Final = frozenset(
    {"apt", "apt-get", "yum", "dnf", "zypper", "pip", "pip3", "npm", "rsync", "mysqldump",
     "pg_dump", "Install-WindowsFeature", "Install-Module", "sfc", "dism", "robocopy"}
)  # fmt: skip
"""Programs whose work often takes more than a minute. Advice only, so words are enough."""
_FIRST_WORDS: Final = re.compile(r"^[ \t]*(?:sudo[ \t]+)?([A-Za-z0-9_.-]+)", re.MULTILINE)


def check_texts(arguments: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings on the characters of short texts, of whatever request."""
    for field, limit in _TEXTS.items():
        yield from _control_characters(limit, arguments.get(field))


def check_limits(draft: Draft[CommandRequest]) -> Iterator[Finding]:
    """Findings on single arguments of a command, the script aside."""
    request = draft.request
    yield from check_texts(draft.arguments)
    if draft.has("launcher") and request.launcher:
        size = len(request.launcher.encode())
        if size > LAUNCHER.maximum:
            yield rules.TOO_LONG.finding(
                "launcher",
                f"launcher has {size} bytes, and {LAUNCHER.maximum} is the limit.",
                "Shorten it, or leave it out and start the interpreter in the script.",
            )
    if draft.has("client_token") and request.client_token and not request.client_token.isascii():
        yield rules.NOT_ASCII.finding(
            "client_token",
            "client_token has characters outside ASCII.",
            "Leave it out: a new one is made for each call.",
            repair={"client_token": None},
        )
    if draft.has("resource_group_id"):
        yield from _resource_group(request.resource_group_id)
    if draft.has("timeout") and request.timeout is not None:
        yield from _timeout(request.timeout)


def check_long_work(text: str) -> Iterator[Finding]:
    """Advice on a script that takes its time and is given the default time-out."""
    for match in _FIRST_WORDS.finditer(text):
        if match[1] in LONG_WORK:
            yield rules.DEFAULT_TIMEOUT_FOR_LONG_WORK.finding(
                "timeout",
                f"{match[1]} can take longer than the default time-out of {DEFAULT_TIMEOUT} "
                "seconds.",
                "Give a timeout with room to spare, such as 600.",
                repair={"timeout": 600},
                line=text.count("\n", 0, match.start(1)) + 1,
            )
            return


def _control_characters(limit: Limit, text: object) -> Iterator[Finding]:
    if isinstance(text, str) and (bad := control_characters(text, limit.field)):
        yield rules.CONTROL_CHARACTER.finding(
            limit.field,
            f"{limit.field} has the control character U+{ord(bad[0]):04X}.",
            "Take it out.",
            repair=text_repair(text, limit),
        )


def _timeout(seconds: int) -> Iterator[Finding]:
    if seconds not in USUAL_TIMEOUT:
        yield rules.UNUSUAL_TIMEOUT.finding(
            "timeout",
            f"A timeout of {seconds} seconds is unusual.",
            f"Use {USUAL_TIMEOUT.start} to {USUAL_TIMEOUT.stop - 1} seconds.",
        )


def _resource_group(resource_group_id: str | None) -> Iterator[Finding]:
    if resource_group_id and not resource_group_id.startswith("rg-"):
        yield rules.UNUSUAL_RESOURCE_GROUP.finding(
            "resource_group_id",
            "resource_group_id does not start with rg-.",
            "Use the id of the group, not its name, or leave it out for the default group.",
        )
