import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mcp_server.cli import main

SCRIPT = "#!/bin/sh\ndate\nrm -rf /etc\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "clean-up.sh"
    path.write_text(SCRIPT)
    return path


def check(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["check", *arguments], input=stdin, catch_exceptions=False)


def test_a_finding_shows_its_line_with_a_caret_under_the_place(script: Path) -> None:
    result = check(str(script))
    assert result.exit_code == 1
    lines = result.stdout.split("\n")
    assert lines[0].startswith(f"{script}:3:1: block: Deletes a folder or file")
    assert lines[0].endswith("[DES001 delete-of-critical-path]")
    assert lines[1:3] == ["    3 | rm -rf /etc", "        ^~~~~~~~~~~"]
    assert lines[-2] == "1 file: 1 block, 0 confirm, 0 advice"


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        ("rm -rf /etc\n", "block", 1),
        ("reboot\n", "block", 0),
        ("reboot\n", "confirm", 1),
        ("top\n", "confirm", 0),
        ("top\n", "advice", 1),
        ("date\n", "advice", 0),
    ],
)
def test_the_exit_code_follows_the_weight_that_is_asked_for(
    tmp_path: Path, text: str, fail_on: str, code: int
) -> None:
    path = tmp_path / "a.sh"
    path.write_text(text)
    assert check(str(path), "--fail-on", fail_on).exit_code == code


def test_the_language_is_told_by_ending_shebang_or_option(tmp_path: Path) -> None:
    for name, text, options in (
        ("a.ps1", "Remove-Item C:\\Windows -Recurse\n", ()),
        ("a.CMD", "rd /s /q C:\\Windows\n", ()),
        ("a", "#!/usr/bin/env bash\nrm -rf /etc\n", ()),
        ("a.txt", "rd /s /q C:\\Windows\n", ("--type", "RunBatScript")),
    ):
        path = tmp_path / name
        path.write_text(text)
        assert check(str(path), *options, "--fail-on", "block").exit_code == 1, name


def test_a_file_of_no_known_type_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")
    result = check(str(path))
    assert result.exit_code == 2
    assert "neither its ending nor a shebang tells the type; give --type" in result.stderr


def test_a_folder_stands_for_the_scripts_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.sh").write_text("reboot\n")
    (tmp_path / "b.ps1").write_text("Restart-Computer\n")
    (tmp_path / "c.txt").write_text("reboot\n")
    told = json.loads(check(str(tmp_path), "--format", "json").stdout)
    assert [(Path(file["path"]).name, file["verdict"]) for file in told] == [
        ("b.ps1", "confirm"),
        ("a.sh", "confirm"),
    ]


def test_sarif_has_each_result_with_its_rule_and_line(script: Path) -> None:
    run = json.loads(check(str(script), "--format", "sarif").stdout)["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["DES001"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("DES001", "error")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": script.as_posix()},
        "region": {"startLine": 3},
    }


def test_a_stream_is_answered_line_by_line() -> None:
    lines = [
        {"id": 1, "type": "RunShellScript", "command_content": "date"},
        {"id": "b", "type": "RunBatScript", "command_content": "rd /s /q C:\\"},
    ]
    result = check("--jsonl", stdin="\n".join(map(json.dumps, lines)))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(a["id"], a["verdict"]) for a in answers] == [(1, "ok"), ("b", "block")]
    assert answers[0]["findings"] == []
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "line 1 is not JSON"),
        ('{"type": "RunShellScript"}', "line 1 has no text command_content"),
        ('{"command_content": "ls", "type": "Fortran"}', "line 1 has no type"),
        ("[1]", "line 1 has no text command_content"),
    ],
)
def test_a_line_that_cannot_be_judged_ends_the_stream_with_its_number(line: str, told: str) -> None:
    result = check("--jsonl", stdin=line)
    assert result.exit_code == 2
    assert told in result.stderr


def test_without_anything_to_check_the_way_in_is_told() -> None:
    assert "give files or folders" in check().stderr


def test_the_policy_is_heard(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[[waivers]]\nrule = "DES001"\nreason = "this is a test"\nuntil = 2999-01-01\n'
    )
    monkeypatch.setenv("CLOUD_ASSISTANT_POLICY", str(policy))
    result = check(str(script))
    assert result.exit_code == 0
    assert "Waived by the operator's policy until 2999-01-01: this is a test" in result.stdout


def test_a_policy_with_a_slip_stops_the_program(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[timeouts]\nlargest = 5\n")
    monkeypatch.setenv("CLOUD_ASSISTANT_POLICY", str(policy))
    result = check(str(script))
    assert result.exit_code == 2
    assert "timeouts: no such key; did you mean timeout?" in result.stderr


def test_secrets_are_masked_in_every_format(tmp_path: Path) -> None:
    secret = "LTAI5t" + "Aa1" * 6
    path = tmp_path / "a.sh"
    path.write_text(f"export ALIBABA_CLOUD_ACCESS_KEY_ID={secret}\n")
    for form in ("text", "json", "sarif"):
        assert secret not in check(str(path), "--format", form).stdout
