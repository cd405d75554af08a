from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.parameters import BUILT_INS, Placeholder, placeholders
from mcp_server.models.finding import Finding, Severity
from tests.guardrails.requests import VALID, found, key

FIELD = "command_content"


def _found(script: str, **arguments: Any) -> list[Finding]:
    return found(VALID | {FIELD: script, "enable_parameter": True} | arguments)


def _numbered(count: int, prefix: str = "p") -> str:
    return " ".join(f"{{{{{prefix}{number}}}}}" for number in range(count))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo {{name}}", [Placeholder("name", 1, "custom")]),
        ("a\n{{ x\n}}\n{{y}}", [Placeholder("x", 2, "custom"), Placeholder("y", 4, "custom")]),
        ("{{}}{{ \t\n}}", [Placeholder("", 1, "empty"), Placeholder("", 1, "empty")]),
        ("{{ACS::RegionId}}", [Placeholder("ACS::RegionId", 1, "builtin")]),
        ("{{acs::regionid}}", [Placeholder("acs::regionid", 1, "builtin")]),
        ("{{acs::x}}", [Placeholder("acs::x", 1, "unknown-builtin")]),
        ("{{oos:a/b.c}}", [Placeholder("oos:a/b.c", 1, "oos")]),
        ("{{OOS-Secret:pw}}", [Placeholder("OOS-Secret:pw", 1, "oos-secret")]),
        ("{{oos:}}", [Placeholder("oos:", 1, "illegal")]),
        ("{{ooſ:x}}", [Placeholder("ooſ:x", 1, "illegal")]),
        ("{{oos:a b}}", [Placeholder("oos:a b", 1, "illegal")]),
        ("{{na me}}", [Placeholder("na me", 1, "illegal")]),
        ("{{名}}", [Placeholder("名", 1, "illegal")]),
        ("{{{a}}} ${{{b}}}", [Placeholder("a", 1, "custom"), Placeholder("b", 1, "custom")]),
        ("{{a", []),
        ("a}} {b} { {c} }", []),
    ],
)
def test_what_is_between_two_braces_is_a_placeholder(
    script: str, expected: list[Placeholder]
) -> None:
    assert list(placeholders(script)) == expected


@given(st.lists(st.sampled_from(["{{a}}", "{{ b\n}}", "\n", "x", "}", "}}", "\r\n", "\u2028"])))
def test_a_placeholder_has_the_line_on_which_it_opens(parts: list[str]) -> None:
    expected = []
    line = 1
    for part in parts:
        if part.startswith("{{"):
            expected.append((part.strip("{}").strip(), line))
        line += part.count("\n")
    assert [(p.name, p.line) for p in placeholders("".join(parts))] == expected


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("{{" * 200_000, 0),
        ("}}" * 200_000, 0),
        ("{{" * 200_000 + "}}", 1),
        ("{{}}" * 200_000, 200_000),
        ("{{\n" * 200_000 + "}}" * 200_000, 1),
        ("{ {" * 200_000, 0),
    ],
)
def test_hostile_braces_are_read_in_one_pass(script: str, count: int) -> None:
    assert len(placeholders(script)) == count


def test_field_case_16_another_programs_template_is_no_parameter() -> None:
    assert _found("docker ps\ndocker ps --format '{{.ID}}'") == [
        Finding(
            rule_id="PAR002",
            rule="illegal-parameter-name",
            severity=Severity.INVALID,
            field=FIELD,
            line=2,
            excerpt="{{.ID}}",
            message="Not a legal parameter name: {{.ID}}.",
            why="Names have letters, digits, `-` and `_` only; anything else in braces is refused.",
            fix="If the braces belong to another program's template, turn enable_parameter off; "
            "beside real parameters, keep the two braces apart in the script.",
            repair={"enable_parameter": False},
        )
    ]


@pytest.mark.parametrize("chosen", [{"enable_parameter": False}, {"enable_parameter": None}])
def test_field_case_17_braces_pass_as_they_stand_with_a_note(chosen: dict[str, Any]) -> None:
    (finding,) = _found("docker ps --format '{{.ID}}'", **chosen)
    assert (finding.rule, finding.severity, finding.message, finding.repair) == (
        "braces-as-they-stand",
        Severity.ADVICE,
        "{{.ID}} is sent as it stands: enable_parameter is off.",
        None,
    )


def test_field_case_19_parameters_that_are_off_are_noticed() -> None:
    assert found(VALID | {FIELD: "echo {{.ID}}\necho {{ name }}"}) == [
        Finding(
            rule_id="PAR006",
            rule="parameters-off",
            severity=Severity.ADVICE,
            field=FIELD,
            line=2,
            excerpt="{{name}}",
            message="{{name}} looks like a parameter, and parameters are off.",
            why="Without enable_parameter the braces are sent as they stand and nothing fills "
            "them in.",
            fix="Say enable_parameter true to have it filled in at each run, or false if the "
            "braces are meant as they stand.",
            repair={"enable_parameter": True},
        )
    ]


def test_parameters_that_were_turned_off_on_purpose_are_only_noted() -> None:
    (finding,) = found(VALID | {FIELD: "echo {{ name }}", "enable_parameter": False})
    assert finding.rule == "braces-as-they-stand"


@pytest.mark.parametrize(
    "script",
    [
        "{{name}} {{ NA-me_2 }} {{\nx\n}}",
        "{{oos:a}} {{oos-secret:b}}",
        "".join(f"{{{{{built_in.name}}}}}" for built_in in BUILT_INS.values()),
        "{{" + "p" * 64 + "}}",
        _numbered(20),
        _numbered(20) + " {{oos:a}}",
        "{{p}}" * 99,
    ],
)
def test_legal_parameters_pass(script: str) -> None:
    assert _found(script) == []


def test_names_that_differ_in_case_count_once_and_are_pointed_out() -> None:
    (finding,) = _found(_numbered(20) + _numbered(20, "P"))
    assert (finding.rule, finding.message) == (
        "parameters-differ-in-case",
        "Each one parameter: p0 and P0; p1 and P1; p2 and P2; p3 and P3; p4 and P4.",
    )


def test_21_parameters_are_one_too_many() -> None:
    (finding,) = _found(_numbered(21))
    assert (finding.rule, finding.message) == (
        "too-many-parameters",
        "The script has 21 custom parameters, and 20 is the limit.",
    )


def test_built_in_parameters_over_the_count_are_only_advised_against() -> None:
    (finding,) = _found(_numbered(19) + " {{ACS::RegionId}} {{ACS::InvokeId}}")
    assert (finding.rule, finding.severity, finding.message) == (
        "many-parameters-with-built-ins",
        Severity.ADVICE,
        "19 custom and 2 built-in parameters are over 20 together.",
    )


@pytest.mark.parametrize(
    ("script", "fix"),
    [
        ("{{ACS::RegionID2}}", "Write {{ACS::RegionId}}."),
        (
            "{{acs::}}",
            "There are ACS::RegionId, ACS::AccountId, ACS::InstanceId, ACS::InvokeId, "
            "ACS::CommandId, ACS::InstanceName.",
        ),
    ],
)
def test_an_unknown_built_in_is_told_what_there_is(script: str, fix: str) -> None:
    (finding,) = _found(script)
    assert (finding.rule, finding.fix) == ("unknown-built-in", fix)


def test_many_illegal_names_are_one_finding_that_names_the_first_few() -> None:
    (finding,) = _found("".join(f"{{{{.{number}}}}}" for number in range(8)) + "{{.0}}")
    assert finding.message == (
        "Not a legal parameter name: {{.0}}, {{.1}}, {{.2}}, {{.3}}, {{.4}} and 3 more."
    )


def test_a_long_or_multiline_name_is_shown_short_and_on_one_line() -> None:
    (finding,) = _found("{{a\nb\x1b" + "c" * 99 + "}}")
    assert finding.excerpt == "{{a\ufffdb\ufffd" + "c" * 36 + "…}}"


def test_several_kinds_of_wrong_names_are_one_finding_each() -> None:
    findings = _found("{{}} {{.}} {{acs::q}} {{" + "p" * 65 + "}} {{ }} {{..}}")
    assert [key(finding)[0] for finding in findings] == ["PAR001", "PAR002", "PAR005", "PAR004"]
    assert [finding.repair for finding in findings] == [None] * 4
