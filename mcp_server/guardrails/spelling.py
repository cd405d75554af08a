"""Names that callers write instead of an argument's own, and what they meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from mcp_server.guardrails.request_rules import UNKNOWN_ARGUMENT
from mcp_server.guardrails.tags import repaired_tags
from mcp_server.models.finding import Finding, Repair

ALIASES: Final = {
    "content": "command_content",
    "script": "command_content",
    "script_content": "command_content",
    "command": "command_content",
    "code": "command_content",
    "region": "region_id",
    "zone_id": "region_id",
    "encoding": "content_encoding",
    "command_name": "name",
    "command_type": "type",
    "script_type": "type",
    "cwd": "working_dir",
    "workdir": "working_dir",
    "working_directory": "working_dir",
    "timeout_seconds": "timeout",
    "resource_group": "resource_group_id",
    "tag": "tags",
    "token": "client_token",
    "enable_parameters": "enable_parameter",
}
"""Beside other spellings of the name itself (`workingDir`, `RegionId`) and slips of the pen."""

ECHO_LIMIT: Final = 256
"""Characters. A longer value is not sent back in a repair: the caller has it already."""
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The choice that a word most likely stands for, other case and separators aside."""
    folded = {_fold(choice): choice for choice in choices}
    matches = get_close_matches(_fold(word), folded, n=1, cutoff=cutoff)
    return folded[matches[0]] if matches else None


def argument_meant(name: str, known: Iterable[str]) -> str | None:
    """The argument that an unknown name stands for, if one is near."""
    known = tuple(known)
    snake = _CAPITAL.sub("_", name).lower().replace("-", "_").replace(" ", "_")
    alias = ALIASES.get(snake)
    return alias if alias in known else nearest(snake, known)


def unknown_argument(name: str, arguments: Mapping[str, Any], known: Iterable[str]) -> Finding:
    """The finding for an argument that no tool reads, with the rename that repairs it."""
    known = tuple(known)
    meant = argument_meant(name, known)
    shown = name if len(name) <= 64 else f"{name[:64]}…"  # noqa: PLR2004 - enough to recognise
    if meant is None:
        return UNKNOWN_ARGUMENT.finding(
            shown,
            f"There is no argument {shown!r}.",
            f"Leave it out. The arguments are {', '.join(known)}.",
            repair={name: None},
        )
    if arguments.get(meant) is not None:
        return UNKNOWN_ARGUMENT.finding(
            shown,
            f"There is no argument {shown!r}, and {meant} is given too.",
            f"Keep {meant} only.",
            repair={name: None},
        )
    return UNKNOWN_ARGUMENT.finding(
        shown,
        f"There is no argument {shown!r}; did you mean {meant}?",
        f"Rename {shown} to {meant}, the value as it is.",
        repair=_rename(name, meant, arguments[name]),
    )


def _rename(name: str, meant: str, value: Any) -> Repair | None:  # noqa: ANN401 - any JSON
    if meant == "tags":
        return {name: None, meant: repaired_tags(value)}
    if isinstance(value, str | int | float) and len(str(value)) <= ECHO_LIMIT:
        return {name: None, meant: value}
    return None


def _fold(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).lower()
