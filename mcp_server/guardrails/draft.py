"""A request under examination: what of it is usable, and what was found so far.

Every problem belongs in one answer, so the checks run on the usable fields even when others are
not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from mcp_server.guardrails.request_rules import LONE_SURROGATE, MISSING_ARGUMENT
from mcp_server.guardrails.spelling import argument_meant
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
        name: _decoded(value) if name == "tags" else value
        for name, value in given.items()
        if value is not None and not (value == "" and _is_optional(name, model))
    }
    findings = list(_surrogate_findings(arguments, model))
    broken = {finding.field for finding in findings}
    arguments = {name: v for name, v in arguments.items() if _cleaned(name) not in broken}
    try:
        request = model.model_validate(arguments)
    except ValidationError as error:
        findings += validation_findings(error, arguments, model)
        elsewhere = broken | {
            argument_meant(name, model.model_fields)
            for name in arguments
            if name not in model.model_fields
        }
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


def _decoded(value: object) -> object:
    """A list that a client sent as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _surrogate_findings(
    arguments: Mapping[str, Any], model: type[CommandRequest]
) -> Iterator[Finding]:
    for name, value in arguments.items():
        if _SURROGATE.search(name):
            yield LONE_SURROGATE.finding(
                _cleaned(name),
                "The name of an argument has half of a UTF-16 pair in it.",
                f"Leave it out. The arguments are {', '.join(model.model_fields)}.",
            )
        elif any(_SURROGATE.search(text) for text in _texts(value)):
            short = isinstance(value, str) and name != "command_content"
            yield LONE_SURROGATE.finding(
                name,
                f"{name} has half of a UTF-16 pair in it, which is no character.",
                "Send the whole character, or leave it out.",
                repair={name: _SURROGATE.sub("", str(value))} if short else None,
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


def _cleaned(name: str) -> str:
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", name)
