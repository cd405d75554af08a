import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from click.testing import Result

from mcp_server.cli import demonstration

Run = Callable[..., Result]


def test_every_step_of_the_demo_holds_and_is_told_as_data(run: Run) -> None:
    played = run("demo", "--json")
    scenes = json.loads(played.output)
    assert played.exit_code == 0
    assert [scene["title"].partition(":")[0] for scene in scenes] == [
        "A server process on stdio, and an MCP client of the SDK",
        "disk-memory-report.sh",
        "log-cleanup.bat",
        "service-check.ps1",
        "A request that the API would refuse in four ways at once",
        "A script that hides what it deletes",
        "A script that a person has to decide about",
        "The life of a command",
    ]
    assert [scene["held"] for scene in scenes] == [True] * 8
    assert [finding["rule"] for finding in scenes[-2]["findings"]] == ["file-system-made-anew"]
    assert [finding["rule"] for finding in scenes[-3]["findings"]] == ["delete-of-critical-path"]
    assert [finding["rule"] for finding in scenes[-4]["findings"]] == [
        "too-long",
        "zone-as-region",
        "reserved-tag-key",
        "illegal-parameter-name",
    ]
    cleanup, life = scenes[2]["steps"], scenes[-1]["steps"]
    seen = {step["what"]: step["seen"] for step in life}
    assert list(seen) == [
        "list",
        "read and review",
        "asked, and they say yes",
        "read again",
        "undo",
        "compare with what it was",
    ]
    assert seen["list"] == "5 commands, the newest new-data-disk"
    digest = cleanup[0]["seen"].rpartition(", ")[2]
    assert seen["asked, and they say yes"] == f"deleted log-cleanup, {digest}"
    assert seen["undo"].startswith("c-")
    assert seen["undo"] != cleanup[1]["seen"]


def test_the_demo_is_told_to_people_and_fails_when_a_step_does_not_hold(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flawless = {**demonstration.FAULTY, "name": "short"}
    monkeypatch.setattr(demonstration, "FAULTY", flawless)
    played = run("demo")
    assert played.exit_code == 1
    assert "✗  refused before anything is sent  3 problems, each explained" in played.output
    assert "✓  read back from the endpoint" in played.output


@pytest.mark.parametrize(
    ("tool", "step"),
    [
        ("list_commands", "list"),
        ("get_command", "read and review"),
        ("delete_command", "asked, and they say yes"),
    ],
)
def test_the_life_of_a_command_ends_with_the_first_step_that_does_not_hold(
    run: Run, monkeypatch: pytest.MonkeyPatch, tool: str, step: str
) -> None:
    played_call = demonstration.Demonstration._call

    async def call(
        played: demonstration.Demonstration, name: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {"status": "failed"} if name == tool else await played_call(played, name, arguments)

    monkeypatch.setattr(demonstration.Demonstration, "_call", call)
    played = run("demo", "--json")
    *scenes, life = json.loads(played.output)
    assert played.exit_code == 1
    assert all(scene["held"] for scene in scenes)
    assert [held["what"] for held in life["steps"] if not held["held"]] == [step]
    assert life["steps"][-1]["what"] == step


@pytest.mark.parametrize(("encoding", "mark"), [("ascii", "ok"), ("cp1252", "ok"), ("utf-8", "✓")])
def test_the_demo_is_told_in_any_encoding(encoding: str, mark: str) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "mcp_server", "demo"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (played.returncode, played.stderr) == (0, b"")
    told = played.stdout.decode(encoding)
    assert told.count(f"   {mark}  ") == 27
    assert "27 of 27 steps held" in told


def test_the_demo_plays_to_its_end_when_nobody_reads_it_any_more() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mcp_server", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0
