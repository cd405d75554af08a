"""A request under examination: what of it is usable, and what was found so far.

Every problem belongs in one answer, so the checks run on the usable fields even when others are
not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from mcp_server.guardrails.lists import LISTS
from mcp_server.guardrails.pairs import EXAMINED, MOST_MEMBERS
from mcp_server.guardrails.request_rules import LONE_SURROGATE, MISSING_ARGUMENT
from mcp_server.guardrails.spelling import MOST_UNKNOWN, meant_by
from mcp_server.guardrails.texts import ECHO_LIMIT, shown
from mcp_server.guardrails.validation import validation_findings
from mcp_server.models.finding import Finding

_Request_co = TypeVar("_Request_co", bound=BaseModel, covariant=True)
_Request = TypeVar("_Request", bound=BaseModel)

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONGEST_LIST: Final = 64 * 1024
"""Characters of a list as JSON text: twenty of the longest tags take a tenth of it."""


@dataclass(frozen=True, slots=True)
class Draft(Generic[_Request_co]):
    """A request as far as its fields are valid by themselves."""

    request: _Request_co
    """Whole when nothing was found; otherwise only the fields in `usable` may be read."""
    usable: frozenset[str]
    arguments: Mapping[str, Any]
    """As given, without the nulls and without what is not text."""
    unreadable: Mapping[str, str]
    """The texts that are not text, by argument, without their lone surrogates."""
    findings: tuple[Finding, ...]

    def has(self, *fields: str) -> bool:
        """Whether these arguments may be read."""
        return self.usable.issuperset(fields)


def draft(given: Mapping[str, Any], model: type[_Request]) -> Draft[_Request]:
    """Validate arguments field by field. Null is absent, and so is an empty optional text."""
    arguments = {
        name: value
        for name, value in ((n, _list_of(v) if n in LISTS else v) for n, v in given.items())
        if value is not None and not (value == "" and _is_optional(name, model))
    }
    looked_at = _bounded(arguments, model)
    broken = [name for name, value in looked_at.items() if _has_surrogate(name, value)]
    findings = [_surrogate_finding(name, arguments[name]) for name in broken[:MOST_UNKNOWN]]
    unreadable = {
        name: _SURROGATE.sub("", value)
        for name in broken
        if name in model.model_fields and isinstance(value := arguments[name], str)
    }
    for name in broken:
        del arguments[name], looked_at[name]
    try:
        request = model.model_validate(looked_at)
    except ValidationError as error:
        findings += validation_findings(error, arguments, model)
        unknown = (name for name in arguments if name not in model.model_fields)
        elsewhere = {*broken, *meant_by(unknown, model.model_fields).values()}
        refused = {*broken, *(str(detail["loc"][0]) for detail in error.errors())}
        return Draft(
            model.model_construct(**_usable_values(arguments, refused)),
            frozenset(model.model_fields) - refused,
            arguments,
            unreadable,
            tuple(f for f in findings if not _is_absence_of(f, elsewhere)),
        )
    usable = frozenset(model.model_fields).difference(broken)
    return Draft(request, usable, arguments, unreadable, tuple(findings))


def _bounded(arguments: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """What is looked at: one more than the model takes is enough to refuse the rest."""
    unknown = [name for name in arguments if name not in model.model_fields]
    ignored = set(unknown[MOST_UNKNOWN + 1 :])
    bounded = {name: value for name, value in arguments.items() if name not in ignored}
    for name in LISTS:
        if isinstance(listed := bounded.get(name), list):
            bounded[name] = listed[:EXAMINED]
    return bounded


def _usable_values(arguments: Mapping[str, Any], refused: set[str]) -> dict[str, Any]:
    usable = {name: value for name, value in arguments.items() if name not in refused}
    for name, listed in LISTS.items():
        if name in usable:
            usable[name] = [listed.model.model_validate(one) for one in usable[name]]
    return usable


def _is_absence_of(finding: Finding, elsewhere: set[str | None]) -> bool:
    """An argument that was given under another name, or unreadably, is not missing as well."""
    return finding.rule_id == MISSING_ARGUMENT.id and finding.field in elsewhere


def _is_optional(name: str, model: type[BaseModel]) -> bool:
    field = model.model_fields.get(name)
    return field is not None and field.default is None


def _list_of(value: object) -> object:
    """Objects without nulls, which stand for what is absent; a list may come as JSON text."""
    if isinstance(value, str) and len(value) <= _LONGEST_LIST:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    if not isinstance(value, list):
        return value
    return [_without_nulls(one) for one in value[:EXAMINED]] + value[EXAMINED:]


def _without_nulls(one: object) -> object:
    if not isinstance(one, dict):
        return one
    return {part: text for part, text in islice(one.items(), MOST_MEMBERS) if text is not None}


def _has_surrogate(name: str, value: object) -> bool:
    return any(_SURROGATE.search(text) for text in (name, *_texts(value)))


def _surrogate_finding(name: str, value: object) -> Finding:
    if _SURROGATE.search(name):
        return LONE_SURROGATE.finding(
            shown(name),
            "The name of an argument has half of a UTF-16 pair in it.",
            "Leave it out; the tool's schema lists the arguments.",
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
