"""What the request model refuses, told as findings that an agent can act on."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.spelling import nearest, unknown_arguments
from mcp_server.guardrails.tags import EXAMINED, part_meant, repaired_tags
from mcp_server.guardrails.texts import scalar_text, shown, text_repair, too_long
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.limits import LIMITS
from mcp_server.models.request import CommandRequest

_WANTED: Final = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "model_type": "an object with key and value",
}
_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NOT_SENT_BACK: Final = frozenset({"command_content", "region_id"})
"""A number is no script, and no region."""
_LIMITS: Final = {limit.field: limit for limit in LIMITS}
_TAG_LENGTHS: Final = frozenset({"string_too_long", "string_too_short", "too_long"})


def validation_findings(
    error: ValidationError, arguments: Mapping[str, Any], model: type[CommandRequest]
) -> Iterator[Finding]:
    """One finding for each problem that the request model reports.

    Region ids and the lengths of tags have checks of their own, which see them as given: the
    model stops at the first problem of a list.
    """
    about_tags = 0
    for detail in error.errors(include_url=False):
        path = detail["loc"]
        about_tags += path[0] == "tags"
        if path[0] == "region_id" and isinstance(detail["input"], str):
            continue
        if path[0] == "tags" and (detail["type"] in _TAG_LENGTHS or about_tags > EXAMINED):
            continue
        if detail["type"] == "extra_forbidden" and len(path) == 1:
            continue
        yield _finding(detail, _repair_for(detail, arguments), model)
    yield from unknown_arguments(arguments, model.model_fields)


def _finding(detail: ErrorDetails, repair: Repair | None, model: type[CommandRequest]) -> Finding:
    field = "".join(f"[{p}]" if isinstance(p, int) else f".{shown(p)}" for p in detail["loc"])[1:]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return rules.MISSING_ARGUMENT.finding(
                field,
                f"{field} is missing.",
                f"Give {field}. {_about(field, model)}".strip(),
                repair=repair,
            )
        case "extra_forbidden":
            meant = part_meant(str(detail["loc"][-1]))
            return rules.UNKNOWN_ARGUMENT.finding(
                field,
                "A tag has a key and a value only.",
                f"Call it {meant}." if meant else "Leave it out.",
                repair=repair,
            )
        case "literal_error":
            return rules.NOT_ONE_OF.finding(
                field, f"{field} is not {context['expected']}.", _about(field, model), repair=repair
            )
        case "string_too_long":
            return too_long(field, len(detail["input"]), _LIMITS[field], repair)
        case "string_too_short":
            return rules.EMPTY.finding(
                field,
                f"{field} is empty.",
                f"Give {field}. {_about(field, model)}".strip(),
                repair=repair,
            )
        case "greater_than_equal":
            return rules.OUT_OF_RANGE.finding(
                field,
                f"{field} is below {context['ge']}.",
                "Give a positive number of seconds, or leave it out for the default of 60.",
                repair=repair,
            )
        case "less_than_equal":
            return rules.OUT_OF_RANGE.finding(
                field,
                f"{field} is over {context['le']} seconds, which is 68 years.",
                "Give a shorter time, or leave it out for the default of 60.",
                repair=repair,
            )
        case kind:
            return rules.WRONG_TYPE.finding(
                field,
                f"{field} is not {_WANTED.get(kind, 'of the right type')}.",
                f"Send it as {_WANTED.get(kind, 'the schema says')}.",
                repair=repair,
            )


def _repair_for(detail: ErrorDetails, arguments: Mapping[str, Any]) -> Repair | None:
    """The smallest change of arguments after which this problem is gone, if there is one."""
    name, value = str(detail["loc"][0]), detail["input"]
    if name == "tags":
        tags = repaired_tags(arguments["tags"])
        return {"tags": tags} if tags or not isinstance(arguments["tags"], str) else None
    match detail["type"]:
        case "string_too_long":
            return text_repair(value, _LIMITS[name])
        case "literal_error" if isinstance(value, str):
            choice = _choice(name, value)
            return {name: choice} if choice else None
        case "greater_than_equal" | "less_than_equal":
            return {name: None}
        case "int_type" | "int_from_float" if _whole(value) is not None:
            return {name: _whole(value)}
        case "bool_type" if (word := _word(value)) in _WORDS:
            return {name: _WORDS[word]}
        case "string_type" if name not in _NOT_SENT_BACK and (text := scalar_text(value)):
            return {name: text}
        case _:
            return None


def _choice(name: str, value: str) -> str | None:
    choices = get_args(CommandRequest.model_fields[name].annotation)
    words = {"shell": "RunShellScript", "bash": "RunShellScript", "sh": "RunShellScript",
             "powershell": "RunPowerShellScript", "ps1": "RunPowerShellScript",
             "bat": "RunBatScript", "batch": "RunBatScript", "cmd": "RunBatScript",
             "plain": "PlainText", "text": "PlainText", "utf-8": "PlainText", "none": "PlainText",
             "base64": "Base64"}  # fmt: skip
    word = words.get(value.lower())
    return word if word in choices else nearest(value, choices, cutoff=0.6)


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else scalar_text(value) or ""


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() and 0 < number < 2**31 else None


def _about(field: str, model: type[CommandRequest]) -> str:
    described = model.model_fields.get(field)
    return f"{described.description}." if described else ""
