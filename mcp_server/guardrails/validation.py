"""What the request model refuses, told as findings that an agent can act on."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.lists import LISTS, list_repair
from mcp_server.guardrails.pairs import EXAMINED
from mcp_server.guardrails.spelling import nearest, unknown_arguments
from mcp_server.guardrails.texts import scalar_text, shown, text_repair, too_long
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.limits import LIMITS, Limit

_WANTED: Final = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
}
_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NOT_SENT_BACK: Final = frozenset({"command_content", "region_id"})
"""A number is no script, and no region."""
_LIMITS: Final = {limit.field: limit for limit in LIMITS}
_TAG_LENGTHS: Final = frozenset({"string_too_long", "string_too_short", "too_long"})


def validation_findings(
    error: ValidationError, arguments: Mapping[str, Any], model: type[BaseModel]
) -> Iterator[Finding]:
    """One finding for each problem that the request model reports.

    Region ids and the lengths of tags have checks of their own, which see them as given: the
    model stops at the first problem of a list.
    """
    told: Counter[str] = Counter()
    for detail in error.errors(include_url=False):
        path = detail["loc"]
        name = str(path[0])
        told[name] += 1
        if name == "region_id" and isinstance(detail["input"], str):
            continue
        if name == "tags" and detail["type"] in _TAG_LENGTHS:
            continue
        if detail["type"] == "extra_forbidden" and len(path) == 1:
            continue
        if told[name] <= EXAMINED:
            problem = _Problem(detail, arguments, model)
            yield _TOLD.get(detail["type"], _wrong_type)(problem)
    yield from unknown_arguments(arguments, model.model_fields)


@dataclass(frozen=True, slots=True)
class _Problem:
    """One thing that the model reports, with what there is to say of it."""

    detail: ErrorDetails
    arguments: Mapping[str, Any]
    model: type[BaseModel]

    @property
    def argument(self) -> str:
        """The argument that it is in."""
        return str(self.detail["loc"][0])

    @property
    def field(self) -> str:
        """The place in the arguments, `tags[0].key`."""
        steps = self.detail["loc"]
        return "".join(f"[{s}]" if isinstance(s, int) else f".{shown(s)}" for s in steps)[1:]

    @property
    def limit(self) -> Limit:
        """Of that place; a problem of length or range has one."""
        return _LIMITS[".".join(s for s in self.detail["loc"] if isinstance(s, str))]

    @property
    def about(self) -> str:
        """What the schema says of the argument; nothing of a place within it."""
        described = self.model.model_fields.get(self.field)
        return f"{described.description}." if described else ""

    @property
    def repair(self) -> Repair | None:
        """The smallest change of arguments after which it is gone, if there is one."""
        return _repair(self)

    @property
    def context(self) -> Mapping[str, Any]:
        """The bound or the choices that it is about."""
        return self.detail.get("ctx", {})


def _missing(problem: _Problem) -> Finding:
    field = problem.field
    return rules.MISSING_ARGUMENT.finding(
        field,
        f"{field} is missing.",
        f"Give {field}. {problem.about}".strip(),
        repair=problem.repair,
    )


def _unknown_member(problem: _Problem) -> Finding:
    pair = LISTS[problem.argument].pair
    meant = pair.meant(str(problem.detail["loc"][-1]))
    return rules.UNKNOWN_ARGUMENT.finding(
        problem.field,
        pair.only,
        f"Call it {meant}." if meant else "Leave it out.",
        repair=problem.repair,
    )


def _not_one_of(problem: _Problem) -> Finding:
    return rules.NOT_ONE_OF.finding(
        problem.field,
        f"{problem.field} is not {problem.context['expected']}.",
        problem.about,
        repair=problem.repair,
    )


def _long_text(problem: _Problem) -> Finding:
    size = len(problem.detail["input"])
    return too_long(problem.field, size, problem.limit, problem.repair)


def _long_list(problem: _Problem) -> Finding:
    size = len(problem.arguments[problem.argument])
    return too_long(problem.field, size, problem.limit, problem.repair)


def _empty(problem: _Problem) -> Finding:
    field = problem.field
    return rules.EMPTY.finding(
        field,
        f"{field} is empty.",
        f"Give {field}. {problem.about}".strip(),
        repair=problem.repair,
    )


def _out_of_range(problem: _Problem) -> Finding:
    limit, context = problem.limit, problem.context
    bound = f"below {context['ge']}" if "ge" in context else f"over {context['le']}"
    return rules.OUT_OF_RANGE.finding(
        problem.field,
        f"{problem.field} is {bound} {limit.unit}.",
        f"Give {limit.minimum} to {limit.maximum} {limit.unit}, or leave it out for the default.",
        repair=problem.repair,
    )


def _malformed(problem: _Problem) -> Finding:
    field = problem.field
    return rules.WRONG_TYPE.finding(
        field, f"{field} has characters that it cannot have.", problem.about, repair=problem.repair
    )


def _wrong_type(problem: _Problem) -> Finding:
    kind = problem.detail["type"]
    wanted = _WANTED.get(kind)
    if kind == "model_type":
        wanted = LISTS[problem.argument].pair.wanted
    return rules.WRONG_TYPE.finding(
        problem.field,
        f"{problem.field} is not {wanted or 'of the right type'}.",
        f"Send it as {wanted or 'the schema says'}.",
        repair=problem.repair,
    )


_TOLD: Final[Mapping[str, Callable[[_Problem], Finding]]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_member,
    "literal_error": _not_one_of,
    "string_too_long": _long_text,
    "too_long": _long_list,
    "string_too_short": _empty,
    "string_pattern_mismatch": _malformed,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
}
"""By pydantic's names of errors; what is not here is of a wrong type."""


def _repair(problem: _Problem) -> Repair | None:
    name, value = problem.argument, problem.detail["input"]
    if name in LISTS:
        return list_repair(name, problem.arguments[name])
    match problem.detail["type"]:
        case "string_too_long":
            return text_repair(value, problem.limit)
        case "literal_error" if isinstance(value, str):
            choice = _choice(problem.model, name, value)
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


def _choice(model: type[BaseModel], name: str, value: str) -> str | None:
    choices = _literals(model.model_fields[name].annotation)
    words = {"shell": "RunShellScript", "bash": "RunShellScript", "sh": "RunShellScript",
             "powershell": "RunPowerShellScript", "ps1": "RunPowerShellScript",
             "bat": "RunBatScript", "batch": "RunBatScript", "cmd": "RunBatScript",
             "plain": "PlainText", "text": "PlainText", "utf-8": "PlainText", "none": "PlainText",
             "base64": "Base64"}  # fmt: skip
    word = words.get(value.lower())
    return word if word in choices else nearest(value, choices, cutoff=0.6)


def _literals(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 - any type may be written
    """The texts of a Literal, of an optional one too."""
    parts = get_args(annotation)
    inner = [part for part in parts if get_args(part)]
    return _literals(inner[0]) if inner else parts


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
