"""Names that callers write instead of an argument's own, and what they meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

from mcp_server.guardrails.lists import LISTS, list_repair
from mcp_server.guardrails.request_rules import UNKNOWN_ARGUMENT
from mcp_server.guardrails.texts import ECHO_LIMIT, scalar_text, shown
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
    "id": "command_id",
    "limit": "max_results",
    "page_size": "max_results",
    "cursor": "next_token",
    "page_token": "next_token",
    "resource_group": "resource_group_id",
    "tag": "tags",
    "parameters": "sample_parameters",
    "samples": "sample_parameters",
    "token": "client_token",
    "enable_parameters": "enable_parameter",
}
"""Beside other spellings of the name itself (`workingDir`, `RegionId`) and slips of the pen."""

MOST_UNKNOWN: Final = 20
"""Unknown arguments that are looked at one by one."""
_LONGEST_NAME: Final = 64
"""Characters. A longer name is no slip of the pen."""
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The choice that a word most likely stands for, other case and separators aside."""
    folded = {_fold(choice): choice for choice in choices}
    matches = get_close_matches(_fold(word), folded, n=1, cutoff=cutoff)
    return folded[matches[0]] if matches else None


def argument_meant(name: str, known: Iterable[str]) -> str | None:
    """The argument that an unknown name stands for, if one is near."""
    if len(name) > _LONGEST_NAME:
        return None
    known = tuple(known)
    snake = _CAPITAL.sub("_", name).lower().replace("-", "_").replace(" ", "_")
    alias = ALIASES.get(snake)
    return alias if alias in known else nearest(snake, known)


def unknown_arguments(arguments: Mapping[str, Any], known: Iterable[str]) -> Iterator[Finding]:
    """A finding for each argument that no tool reads, with the rename that repairs it."""
    known = tuple(known)
    unknown = [name for name in arguments if name not in known]
    meanings = meant_by(unknown, known)
    for name, meant in meanings.items():
        same = [
            other
            for other, its_meaning in meanings.items()
            if other != name and its_meaning == meant and arguments[other] != arguments[name]
        ]
        told = shown(name)
        if meant is None:
            message = f"There is no argument {told!r}."
            fix, repair = "Leave it out; the tool's schema lists the arguments.", _without(name)
        elif meant in arguments:
            message = f"There is no argument {told!r}, and {meant} is given too."
            fix, repair = f"Keep {meant} only.", _without(name)
        elif same:
            message = f"There is no argument {told!r}; {shown(same[0])!r} stands for {meant} too."
            fix, repair = f"Give {meant} once: which of the two is meant is not guessed.", None
        else:
            message = f"There is no argument {told!r}; did you mean {meant}?"
            fix = f"Rename {told} to {meant}, the value as it is."
            repair = _rename(name, meant, arguments[name])
        yield UNKNOWN_ARGUMENT.finding(told or "arguments", message, fix, repair=repair)
    if len(unknown) > len(meanings):
        yield UNKNOWN_ARGUMENT.finding(
            "arguments",
            f"There are {len(unknown) - len(meanings)} more arguments that no tool reads.",
            "Leave them out; the tool's schema lists the arguments.",
        )


def renamed(arguments: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """The arguments with the names that callers meant, as far as they mean one thing each."""
    known = tuple(known)
    meanings = meant_by((name for name in arguments if name not in known), known)
    clear = {
        name: meant
        for name, meant in meanings.items()
        if meant is not None
        and meant not in arguments
        and list(meanings.values()).count(meant) == 1
    }
    return {clear.get(name, name): value for name, value in arguments.items()}


def meant_by(unknown: Iterable[str], known: Iterable[str]) -> dict[str, str | None]:
    """What each of the first unknown names stands for."""
    known = tuple(known)
    return {name: argument_meant(name, known) for name in islice(unknown, MOST_UNKNOWN)}


def _without(name: str) -> Repair | None:
    return {name: None} if len(name) <= ECHO_LIMIT else None


def _rename(name: str, meant: str, value: Any) -> Repair | None:  # noqa: ANN401 - any JSON
    without = _without(name)
    if without is None:
        return None
    if meant in LISTS:
        mended = list_repair(meant, value)
        return mended and without | mended
    text = value if isinstance(value, str) else scalar_text(value)
    if text is None or len(text) > ECHO_LIMIT:
        return None
    return without | {meant: value}


def _fold(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).lower()
