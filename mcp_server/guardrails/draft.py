"""A request under examination: what of it is usable, and what was found so far.

Every problem belongs in one answer, so the checks run on the usable fields even when others are
not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError

from mcp_server.guardrails.request_rules import LONE_SURROGATE, MISSING_ARGUMENT
from mcp_server.guardrails.spelling import MOST_UNKNOWN, meant_by
from mcp_server.guardrails.texts import ECHO_LIMIT, shown
from mcp_server.guardrails.validation import validation_findings
from mcp_server.models.finding import Finding
from mcp_server.models.request import CommandRequest, Tag

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as far as its fields are valid by themselves."""

    request: CommandRequest
    """Whole when nothing was found; otherwise only the fields in `usable` may be read."""
    usable: frozenset[str]
    arguments: Mapping[str, Any]
    """As given, without the nulls and without what is not text."""
    findings: tuple[Finding, ...]

    def has(self, *fields: str) -> bool:
        """Whether these arguments may be read."""
        return self.usable.issuperset(fields)


def draft(given: Mapping[str, Any], model: type[CommandRequest]) -> Draft:
    """Validate arguments field by field. Null is absent, and so is an empty optional text."""
    arguments = {
        name: value
        for name, value in ((n, _tags_of(v) if n == "tags" else v) for n, v in given.items())
        if value is not None and not (value == "" and _is_optional(name, model))
    }
    broken = {name for name, value in arguments.items() if _has_surrogate(name, value)}
    findings = [
        _surrogate_finding(name, arguments[name], model)
        for name in islice((n for n in arguments if n in broken), MOST_UNKNOWN)
    ]
    arguments = {name: value for name, value in arguments.items() if name not in broken}
    try:
        request = model.model_validate(arguments)
    except ValidationError as error:
        findings += validation_findings(error, arguments, model)
        unknown = (name for name in arguments if name not in model.model_fields)
        elsewhere = broken | set(meant_by(unknown, model.model_fields).values())
        refused = broken | {str(detail["loc"][0]) for detail in error.errors()}
        return Draft(
            model.model_construct(**_usable_values(arguments, refused)),
            frozenset(model.model_fields) - refused,
            arguments,
            tuple(f for f in findings if not _is_absence_of(f, elsewhere)),
        )
    return Draft(request, frozenset(model.model_fields) - broken, arguments, tuple(findings))


def _usable_values(arguments: Mapping[str, Any], refused: set[str]) -> dict[str, Any]:
    usable = {name: value for name, value in arguments.items() if name not in refused}
    if "tags" in usable:
        usable["tags"] = [Tag.model_validate(tag) for tag in usable["tags"]]
    return usable


def _is_absence_of(finding: Finding, elsewhere: set[str | None]) -> bool:
    """An argument that was given under another name, or unreadably, is not missing as well."""
    return finding.rule_id == MISSING_ARGUMENT.id and finding.field in elsewhere


def _is_optional(name: str, model: type[CommandRequest]) -> bool:
    field = model.model_fields.get(name)
    return field is not None and field.default is None


def _tags_of(value: object) -> object:
    """Tags without nulls, which stand for what is absent; a list may come as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    if not isinstance(value, list):
        return value
    return [
        {part: text for part, text in tag.items() if text is not None}
        if isinstance(tag, dict)
        else tag
        for tag in value
    ]


def _has_surrogate(name: str, value: object) -> bool:
    return any(_SURROGATE.search(text) for text in (name, *_texts(value)))


def _surrogate_finding(name: str, value: object, model: type[CommandRequest]) -> Finding:
    if _SURROGATE.search(name):
        return LONE_SURROGATE.finding(
            shown(name),
            "The name of an argument has half of a UTF-16 pair in it.",
            f"Leave it out. The arguments are {', '.join(model.model_fields)}.",
        )
    short = isinstance(value, str) and max(len(name), len(value)) <= ECHO_LIMIT
    told = shown(name) or "arguments"
    return LONE_SURROGATE.finding(
        told,
        f"{told} has half of a UTF-16 pair in it, which is no character.",
        "Send the whole character, or leave it out.",
        repair={name: _SURROGATE.sub("", str(value)) or None}
        if short and name != "command_content"
        else None,
    )


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value, however deep it nests."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(items):
                waiting += items
            case dict(members):
                waiting += members.keys()
                waiting += members.values()
