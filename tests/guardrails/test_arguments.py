from typing import Any

import pytest

from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.spelling import ALIASES, argument_meant
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.query import GetCommandRequest, ListCommandsRequest
from mcp_server.models.request import CreateCommandRequest, PreviewCommandRequest
from mcp_server.settings import Settings
from tests.guardrails.requests import (
    VALID,
    AnyRequest,
    found,
    inspected,
    invalid,
    key,
    with_changes,
)

_KNOWN = tuple(AnyRequest.model_fields)
_OF_QUERIES = {*ListCommandsRequest.model_fields, *GetCommandRequest.model_fields}


# Names of arguments


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("workingDir", "working_dir"),
        ("RegionId", "region_id"),
        ("regionID", "region_id"),
        ("region-id", "region_id"),
        ("content", "command_content"),
        ("CommandContent", "command_content"),
        ("Command Content", "command_content"),
        ("comand_content", "command_content"),
        ("scriptType", "type"),
        ("cwd", "working_dir"),
        ("Timeout", "timeout"),
        ("timeOut", "timeout"),
        ("EnableParameter", "enable_parameter"),
        ("clientToken", "client_token"),
        ("Tags", "tags"),
        ("dryRun", "dry_run"),
        ("colour", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_near_names_are_understood(written: str, meant: str | None) -> None:
    assert argument_meant(written, _KNOWN) == meant


def test_every_alias_stands_for_an_argument_and_is_none_itself() -> None:
    known = {*_KNOWN, *_OF_QUERIES}
    assert set(ALIASES.values()) <= known
    assert set(ALIASES).isdisjoint(known)


def test_a_near_name_is_told_with_the_rename_that_repairs_it() -> None:
    assert found(VALID | {"workingDir": "/opt"}) == [
        Finding(
            rule_id="ARG001",
            rule="unknown-argument",
            severity=Severity.INVALID,
            field="workingDir",
            message="There is no argument 'workingDir'; did you mean working_dir?",
            why="An argument that no one reads would be lost silently, and with it what the "
            "caller meant.",
            fix="Rename workingDir to working_dir, the value as it is.",
            repair={"workingDir": None, "working_dir": "/opt"},
        )
    ]


def test_two_names_for_one_argument_are_not_guessed_between() -> None:
    arguments = with_changes(VALID, {"command_content": None, "script": "a", "code": "b"})
    first, second = invalid(found(arguments))
    assert (first.field, first.message, first.repair) == (
        "script",
        "There is no argument 'script'; 'code' stands for command_content too.",
        None,
    )
    assert (second.field, second.repair) == ("code", None)


def test_two_names_with_one_value_are_one_argument() -> None:
    arguments = with_changes(VALID, {"region_id": None, "region": "cn-a", "Region": "cn-a"})
    assert [finding.repair for finding in invalid(found(arguments))] == [
        {"region": None, "region_id": "cn-a"},
        {"Region": None, "region_id": "cn-a"},
    ]


def test_a_renamed_argument_is_not_missing_as_well() -> None:
    findings = found({"RegionId": "cn-hangzhou", "Name": "n", "Type": "x", "content": "c"})
    fields = ["RegionId", "Name", "Type", "content", "type"]  # whose value is wrong as well
    assert [finding.field for finding in findings] == fields


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {"a": 1}, [1], 10**5000], ids=range(5)
)
def test_a_value_that_cannot_be_sent_back_is_no_part_of_a_repair(value: Any) -> None:
    finding, second = found(VALID | {"timeOut": value})
    assert second.field == "timeout"
    assert (finding.message, finding.repair) == (
        "There is no argument 'timeOut'; did you mean timeout?",
        None,
    )


def test_a_name_too_long_to_send_back_has_no_repair() -> None:
    (finding,) = found(VALID | {"timeout" + " " * 300: 60})
    assert (finding.rule, finding.repair) == ("unknown-argument", None)


def test_a_name_that_could_forge_a_line_is_shown_on_one() -> None:
    (finding,) = found(VALID | {"x\n[advice] all is well\x1b[2K": 1})
    assert finding.field == "x\ufffd[advice] all is well\ufffd[2K"


def test_dry_run_is_an_argument_of_create_only() -> None:
    arguments = VALID | {"dry_run": True}
    assert Inspector(Settings()).inspect(arguments, CreateCommandRequest).findings == ()
    (finding,) = Inspector(Settings()).inspect(arguments, PreviewCommandRequest).findings
    assert (key(finding), finding.repair) == (("ARG001", "dry_run"), {"dry_run": None})


# Absence


@pytest.mark.parametrize("name", [name for name in _KNOWN if name not in VALID])
def test_field_case_43_null_for_an_optional_argument_is_absent(name: str) -> None:
    assert inspected(VALID | {name: None}).request == inspected(VALID).request


@pytest.mark.parametrize("name", VALID)
def test_null_for_a_required_argument_is_a_missing_one(name: str) -> None:
    assert [key(finding) for finding in found(VALID | {name: None})] == [("ARG002", name)]


def test_nothing_at_all_misses_each_required_argument() -> None:
    assert [key(finding) for finding in found({})] == [("ARG002", name) for name in VALID]


@pytest.mark.parametrize(
    "name", ["description", "working_dir", "launcher", "client_token", "resource_group_id"]
)
def test_an_empty_optional_text_is_absent(name: str) -> None:
    assert inspected(VALID | {name: ""}).request == inspected(VALID).request


# Types and lengths


@pytest.mark.parametrize(
    ("arguments", "repair"),
    [
        ({"timeout": "60"}, {"timeout": 60}),
        ({"timeout": 60.0}, {"timeout": 60}),
        ({"timeout": 60.5}, None),
        ({"timeout": "soon"}, None),
        ({"timeout": "-5"}, None),
        ({"timeout": "nan"}, None),
        ({"timeout": True}, None),
        ({"enable_parameter": "yes"}, {"enable_parameter": True}),
        ({"enable_parameter": 0}, {"enable_parameter": False}),
        ({"enable_parameter": "maybe"}, None),
        ({"enable_parameter": 10**5000}, None),
        ({"name": 5}, {"name": "5"}),
        ({"name": True}, {"name": "true"}),
        ({"name": ["n"]}, None),
        ({"name": 10**5000}, None),
        ({"name": float("nan")}, None),
        ({"region_id": 5}, None),
        ({"command_content": 5}, None),
        ({"description": {"a": 1}}, None),
    ],
    ids=range(19),
)
def test_a_value_of_another_type_is_repaired_only_where_its_meaning_is_plain(
    arguments: dict[str, Any], repair: dict[str, Any] | None
) -> None:
    (finding,) = found(VALID | arguments)
    assert (finding.rule, finding.field, finding.repair) == ("wrong-type", *arguments, repair)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("bash", "RunShellScript"),
        ("PowerShell", "RunPowerShellScript"),
        ("cmd", "RunBatScript"),
        ("RunShell", "RunShellScript"),
        ("runbatscript", "RunBatScript"),
        ("python", None),
        ("", None),
    ],
)
def test_the_type_that_a_word_stands_for_is_the_repair(word: str, meant: str | None) -> None:
    (finding,) = found(VALID | {"type": word})
    assert finding.repair == ({"type": meant} if meant else None)


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("name", "n" * 128),
        ("name", "語" * 128),
        ("name", "😀" * 128),
        ("description", "語" * 512),
        ("working_dir", "語" * 200),
        ("launcher", "l" * 1024),
        ("launcher", "语" * 341),
        ("client_token", "!" * 64),
        ("resource_group_id", "rg-" + "0" * 61),
        ("timeout", 2**31 - 1),
    ],
    ids=range(10),
)
def test_limits_are_exact(name: str, longest: Any) -> None:
    assert invalid(found(VALID | {name: longest})) == []
    over = longest + 1 if isinstance(longest, int) else longest + longest[-1]
    assert [finding.field for finding in invalid(found(VALID | {name: over}))] == [name]


def test_what_is_too_long_is_told_with_its_length_and_the_limit() -> None:
    assert found(VALID | {"launcher": "语" * 342}) == [
        Finding(
            rule_id="ARG005",
            rule="too-long",
            severity=Severity.INVALID,
            field="launcher",
            message="launcher has 1026 bytes, and 1024 is the limit.",
            why="The API refuses what is over its limit.",
            fix="Shorten it, or leave it out and start the interpreter in the script.",
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "repair"),
    [
        ({"name": "a\tb"}, {"name": "ab"}),
        ({"name": "a\x85"}, {"name": "a"}),
        ({"name": "\0"}, None),
        ({"name": "\0" + "n" * 128}, {"name": "n" * 128}),
        ({"description": "a\x07"}, {"description": "a"}),
        ({"description": "\x07"}, {"description": None}),
        ({"working_dir": "/a\n"}, {"working_dir": "/a"}),
        ({"working_dir": "/a\n" + "b" * 200}, None),
    ],
)
def test_control_characters_are_taken_out_where_something_is_left(
    arguments: dict[str, Any], repair: dict[str, Any] | None
) -> None:
    (finding, *_) = [f for f in found(VALID | arguments) if f.rule == "control-character"]
    assert finding.repair == repair


def test_a_description_may_have_lines_and_tabs() -> None:
    assert found(VALID | {"description": "a\n\tb\r\n"}) == []


@pytest.mark.parametrize(
    ("seconds", "rules"),
    [
        (1, ["unusual-timeout"]),
        (9, ["unusual-timeout"]),
        (10, []),
        (86_400, []),
        (86_401, ["unusual-timeout"]),
        (0, ["out-of-range"]),
        (-1, ["out-of-range"]),
    ],
)
def test_timeouts_near_an_edge_are_advised_against(seconds: int, rules: list[str]) -> None:
    assert [finding.rule for finding in found(VALID | {"timeout": seconds})] == rules


def test_a_resource_group_that_is_no_id_is_advised_against() -> None:
    (finding,) = found(VALID | {"resource_group_id": "production"})
    assert (finding.rule, finding.severity) == ("unusual-resource-group", Severity.ADVICE)


def test_field_case_21_long_work_with_the_default_timeout_is_advised_against() -> None:
    script = "#!/bin/sh\n  sudo yum -y update"
    assert found(VALID | {"command_content": script}) == [
        Finding(
            rule_id="ARG012",
            rule="default-timeout-for-long-work",
            severity=Severity.ADVICE,
            field="timeout",
            line=2,
            message="yum can take longer than the default time-out of 60 seconds.",
            why="After the default of 60 seconds the process is killed, in the middle of its work.",
            fix="Give a timeout with room to spare, such as 600.",
            repair={"timeout": 600},
        )
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {"command_content": "yum -y update", "timeout": 60},
        {"command_content": "echo yum"},
        {"command_content": "yummy"},
    ],
)
def test_a_given_timeout_or_other_work_is_no_matter(arguments: dict[str, Any]) -> None:
    assert found(VALID | arguments) == []


# Lone surrogates


def test_field_case_11_a_lone_surrogate_is_invalid_input_that_names_its_field() -> None:
    assert found(VALID | {"command_content": "echo \ud83c"}) == [
        Finding(
            rule_id="ARG008",
            rule="lone-surrogate",
            severity=Severity.INVALID,
            field="command_content",
            message="command_content has half of a UTF-16 pair in it, which is no character.",
            why="Half of a UTF-16 pair is not a character: no UTF-8 request can carry it.",
            fix="Send the whole character, or leave it out.",
        )
    ]


def test_field_case_11_a_lone_surrogate_in_an_arguments_name_is_shown_without_it() -> None:
    (finding,) = found(VALID | {"na\ud83cme": "x"})
    assert (finding.rule, finding.field, finding.repair) == ("lone-surrogate", "na\ufffdme", None)


@pytest.mark.parametrize(
    "tags",
    [[{"key": "\ud83c"}], [{"key": "a", "\ud83c": "b"}], '[{"key": "\\ud83c"}]', [[["\ud83c"]]]],
    ids=range(4),
)
def test_a_lone_surrogate_is_found_however_deep_it_is(tags: Any) -> None:
    assert [key(finding) for finding in found(VALID | {"tags": tags})] == [("ARG008", "tags")]


@pytest.mark.parametrize("value", [1, "\ud83c"], ids=["a value", "a surrogate"])
def test_an_argument_without_a_name_is_told_as_one(value: Any) -> None:
    assert [finding.field for finding in found(VALID | {"": value})] == ["arguments"]


def test_whole_pairs_are_characters_like_any_other() -> None:
    assert found(VALID | {"name": "测试★😀"}) == []


def test_what_is_left_of_a_text_of_surrogates_only_is_nothing() -> None:
    (finding,) = found(VALID | {"description": "\ud83c"})
    assert finding.repair == {"description": None}


# The whole


def test_the_heaviest_findings_come_first() -> None:
    arguments = {
        "type": "RunBatScript",
        "command_content": "@echo 😀",
        "timeout": 1,
        "name": "n" * 129,
    }
    assert [f.severity for f in found(VALID | arguments)] == [
        Severity.INVALID,
        Severity.CONFIRM,
        Severity.ADVICE,
        Severity.ADVICE,
    ]


def test_other_arguments_are_checked_when_one_cannot_be_read() -> None:
    arguments = {"timeout": "x", "command_content": "{{ }}", "enable_parameter": True}
    assert [finding.field for finding in found(VALID | arguments)] == ["timeout", "command_content"]


def test_a_request_is_whole_only_when_every_argument_can_be_read() -> None:
    assert inspected(VALID).is_whole
    assert inspected(VALID | {"name": "a\nb"}).is_whole
    assert not inspected(VALID | {"timeout": "x"}).is_whole
    assert not inspected(VALID | {"description": "\ud83c"}).is_whole
    assert not inspected(VALID | {"timeout": 2**53}).is_whole


@pytest.mark.parametrize("field", ["name", "working_dir", "launcher", "resource_group_id"])
def test_control_characters_are_taken_out_of_every_text(field: str) -> None:
    finding = invalid(found(VALID | {field: "rg-a\x9bb"}))[0]
    assert (finding.rule, finding.field, finding.repair) == (
        "control-character",
        field,
        {field: "rg-ab"},
    )


def test_a_launcher_that_stays_too_long_is_not_cut() -> None:
    findings = invalid(found(VALID | {"launcher": "\x1f" + "é" * 513}))
    assert {finding.rule: finding.repair for finding in findings} == {
        "control-character": None,
        "too-long": None,
    }
