"""Placeholders: what `{{ }}` in a script stands for when the command is run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.spelling import nearest
from mcp_server.guardrails.texts import shown
from mcp_server.models.finding import Finding, Repair
from mcp_server.models.limits import PARAMETER_NAME, PARAMETERS

FIELD: Final = "command_content"
_LEGAL_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_OOS_NAME: Final = re.compile(r"(oos|oos-secret):\S+\Z", re.IGNORECASE | re.ASCII)
_EXCERPT: Final = 40
"""Characters of a placeholder to show."""
_LISTED: Final = 5
"""Placeholders to name in one message."""

Kind = Literal["custom", "builtin", "oos", "oos-secret", "empty", "illegal", "unknown-builtin"]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A parameter that Cloud Assistant fills in by itself, and the oldest agents that know it."""

    name: str
    agent_linux: str | None = None
    agent_windows: str | None = None


BUILT_INS: Final = {
    built_in.name.lower(): built_in
    for built_in in (
        BuiltIn("ACS::RegionId"),
        BuiltIn("ACS::AccountId"),
        BuiltIn("ACS::InstanceId", "2.2.3.309", "2.1.3.309"),
        BuiltIn("ACS::InvokeId", "2.2.3.309", "2.1.3.309"),
        BuiltIn("ACS::CommandId", "2.2.3.309", "2.1.3.309"),
        BuiltIn("ACS::InstanceName", "2.2.3.344", "2.1.3.344"),
    )
}
"""From the CreateCommand page, by lower-case name."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{{ }}` in a script."""

    name: str
    """What is between the braces, white space around it taken off."""
    line: int
    kind: Kind
    start: int = field(default=0, compare=False)
    """Where its braces begin: characters."""
    end: int = field(default=0, compare=False)

    @property
    def excerpt(self) -> str:
        """The placeholder for showing."""
        return "{{" + shown(self.name, _EXCERPT) + "}}"


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """Every `{{ }}` of a script, in order, in one pass; of `{{{name}}}` the inner two count."""
    found: list[Placeholder] = []
    line, counted, start = 1, 0, text.find("{{")
    while start >= 0 and (end := text.find("}}", start + 2)) >= 0:
        start = text.rfind("{{", start, end)
        line += text.count("\n", counted, start)
        counted = start
        name = text[start + 2 : end].strip()
        found.append(Placeholder(name, line, _kind(name), start, end + 2))
        start = text.find("{{", end + 2)
    return tuple(found)


def check_parameters(
    found: tuple[Placeholder, ...], *, enabled: bool, chosen: bool
) -> Iterator[Finding]:
    """Findings on the placeholders; `chosen` says that the caller gave enable_parameter."""
    if not found:
        return
    if not enabled:
        yield _switched_off(found, chosen=chosen)
        return
    yield from _name_findings(found)
    yield from _count_findings(found)


def _kind(name: str) -> Kind:
    if not name:
        return "empty"
    if name.lower().startswith("acs::"):
        return "builtin" if name.lower() in BUILT_INS else "unknown-builtin"
    if match := _OOS_NAME.match(name):
        return "oos" if match[1].lower() == "oos" else "oos-secret"
    return "custom" if _LEGAL_NAME.match(name) else "illegal"


def _switched_off(found: tuple[Placeholder, ...], *, chosen: bool) -> Finding:
    first = next((p for p in found if p.kind not in {"empty", "illegal"}), None)
    if first is None or chosen:
        first = first or found[0]
        return rules.BRACES_AS_THEY_STAND.finding(
            FIELD,
            f"{first.excerpt} is sent as it stands: enable_parameter is off.",
            "Nothing to do, if the braces are for another program.",
            line=first.line,
            excerpt=first.excerpt,
        )
    return rules.PARAMETERS_OFF.finding(
        FIELD,
        f"{first.excerpt} looks like a parameter, and parameters are off.",
        "Say enable_parameter true to have it filled in at each run, or false if the braces are "
        "meant as they stand.",
        repair={"enable_parameter": True},
        line=first.line,
        excerpt=first.excerpt,
    )


def _name_findings(found: tuple[Placeholder, ...]) -> Iterator[Finding]:
    """One finding a kind of problem, at its first place: a template can repeat it at will."""
    legal = any(p.kind in {"custom", "builtin", "oos", "oos-secret"} for p in found)
    literally: Repair | None = None if legal else {"enable_parameter": False}
    if empty := [p for p in found if p.kind == "empty"]:
        yield rules.EMPTY_PARAMETER_NAME.finding(
            FIELD,
            "{{ }} has no name in it.",
            "Name the parameter. If the braces are meant as they stand, turn enable_parameter off.",
            repair=literally,
            line=empty[0].line,
        )
    if illegal := [p for p in found if p.kind == "illegal"]:
        yield rules.ILLEGAL_PARAMETER_NAME.finding(
            FIELD,
            f"Not a legal parameter name: {_listed(illegal)}.",
            "If the braces belong to another program's template, turn enable_parameter off; "
            "beside real parameters, keep the two braces apart in the script.",
            repair=literally,
            line=illegal[0].line,
            excerpt=illegal[0].excerpt,
        )
    if unknown := [p for p in found if p.kind == "unknown-builtin"]:
        names = [built_in.name for built_in in BUILT_INS.values()]
        near = nearest(unknown[0].name, names)
        yield rules.UNKNOWN_BUILT_IN.finding(
            FIELD,
            f"Not a built-in parameter: {_listed(unknown)}.",
            f"Write {{{{{near}}}}}." if near else f"There are {', '.join(names)}.",
            repair=literally,
            line=unknown[0].line,
            excerpt=unknown[0].excerpt,
        )
    long = [p for p in found if p.kind == "custom" and len(p.name) > PARAMETER_NAME.maximum]
    if long:
        yield rules.PARAMETER_NAME_TOO_LONG.finding(
            FIELD,
            f"Over {PARAMETER_NAME.maximum} bytes: {_listed(long)}.",
            "Shorten the name.",
            line=long[0].line,
            excerpt=long[0].excerpt,
        )


def _listed(found: list[Placeholder]) -> str:
    distinct = list({p.name.lower(): p.excerpt for p in found}.values())
    more = len(distinct) - _LISTED
    return ", ".join(distinct[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _count_findings(found: tuple[Placeholder, ...]) -> Iterator[Finding]:
    spellings: dict[str, list[str]] = {}
    for name in dict.fromkeys(p.name for p in found if p.kind == "custom"):
        spellings.setdefault(name.lower(), []).append(name)
    built_in = {p.name.lower() for p in found if p.kind == "builtin"}
    if len(spellings) > PARAMETERS.maximum:
        yield rules.TOO_MANY_PARAMETERS.finding(
            FIELD,
            f"The script has {len(spellings)} custom parameters, and {PARAMETERS.maximum} is the "
            "limit.",
            "Put several values into one parameter, or make several commands.",
        )
    elif len(spellings) + len(built_in) > PARAMETERS.maximum:
        yield rules.MANY_PARAMETERS_WITH_BUILT_INS.finding(
            FIELD,
            f"{len(spellings)} custom and {len(built_in)} built-in parameters are over "
            f"{PARAMETERS.maximum} together.",
            "Use fewer, if the API refuses the command.",
        )
    if several := [variants for variants in spellings.values() if len(variants) > 1]:
        told = "; ".join(
            " and ".join(shown(name, _EXCERPT) for name in variants[:3])
            for variants in several[:_LISTED]
        )
        yield rules.PARAMETERS_DIFFER_IN_CASE.finding(
            FIELD, f"Each one parameter: {told}.", "Write one spelling."
        )
