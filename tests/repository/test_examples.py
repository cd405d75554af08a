import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mcp_server.guardrails.inspection import Inspector
from mcp_server.models.finding import Severity
from mcp_server.models.request import CreateCommandRequest
from mcp_server.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
TYPES = {".sh": "RunShellScript", ".ps1": "RunPowerShellScript", ".bat": "RunBatScript"}
SCRIPTS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in TYPES)
SHELLS = [
    pytest.param(
        command,
        id=command[0],
        marks=pytest.mark.skipif(shutil.which(command[0]) is None, reason="not on this machine"),
    )
    for command in (["sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"])
]
REPORT = EXAMPLES / "disk-memory-report.sh"

every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
every_shell = pytest.mark.parametrize("shell", SHELLS)


def arguments_of(script: Path) -> dict[str, Any]:
    arguments = json.loads(script.with_suffix(".json").read_text(encoding="utf-8"))
    return {**arguments, "command_content": script.read_bytes().decode()}


def substitute(
    disk: str = "50", memory: str = "50", *, mount_table: str | Path = "/proc/self/mountinfo"
) -> str:
    """Put the values in as the agent does: as text, before a shell sees the script."""
    text = REPORT.read_text(encoding="utf-8")
    text = text.replace("{{disk_threshold}}", disk).replace("{{memory_threshold}}", memory)
    text = text.replace("{{ACS::InstanceId}}", "i-example")
    return text.replace("/proc/self/mountinfo", str(mount_table))


def run(shell: list[str], text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    script = folder / "script"
    script.write_text(text, encoding="utf-8")
    return subprocess.run(
        [*shell, script], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


def test_there_is_an_example_of_every_type_and_nothing_unpaired():
    assert {script.suffix for script in SCRIPTS} == set(TYPES)
    assert {path for path in EXAMPLES.iterdir() if path.is_file()} == {
        EXAMPLES / "policy.toml",
        *(path for script in SCRIPTS for path in (script, script.with_suffix(".json"))),
    }


@every_script
def test_the_arguments_are_a_request_without_a_finding(script):
    arguments = arguments_of(script)

    inspection = Inspector(Settings.model_construct()).inspect(arguments, CreateCommandRequest)

    heavy = [found for found in inspection.findings if found.severity is not Severity.ADVICE]
    assert heavy == []
    assert arguments["type"] == TYPES[script.suffix]
    assert arguments["name"] == script.stem
    assert arguments["enable_parameter"] is ("{{" in arguments["command_content"])


@every_script
def test_a_script_is_of_a_useful_size(script):
    assert len(script.read_text(encoding="utf-8").splitlines()) > 20
    assert script.stat().st_size < 8 * 1024


@every_script
def test_a_script_is_ascii_with_the_line_ends_its_interpreter_wants(script):
    content = script.read_bytes()

    assert content.isascii()
    assert content.endswith(b"\n")
    line_feeds, pairs = content.count(b"\n"), content.count(b"\r\n")
    assert content.count(b"\r") == pairs
    assert pairs == (line_feeds if script.suffix == ".bat" else 0)


@every_script
def test_every_exit_code_a_script_uses_is_explained_at_its_top(script):
    text = script.read_text(encoding="utf-8")

    used = set(re.findall(r"\b(?:exit(?: /b)?|fail) (\d)\b", text))
    explained = re.findall(r"^(?:#|rem).{13}(\d)  \w", text, re.MULTILINE)

    assert used | {"0"} == set(explained)


@every_shell
def test_the_report_is_within_thresholds_of_100(shell, tmp_path):
    done = run(shell, substitute("100", "100"), tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Instance i-example" in done.stdout
    assert "OVER" not in done.stdout
    assert done.stdout.endswith("\n0 over a threshold\n")


@every_shell
@pytest.mark.parametrize(("disk", "memory"), [("0", "0"), ("0", "100"), ("100", "0")])
def test_the_report_tells_of_each_threshold_that_is_exceeded(shell, disk, memory, tmp_path):
    done = run(shell, substitute(disk, memory), tmp_path)

    assert (done.returncode, done.stderr) == (1, "")
    disks, _, rest = done.stdout.partition("Memory (threshold")
    assert ("OVER" in disks) is (disk == "0")
    assert ("OVER" in rest) is (memory == "0")


@every_shell
def test_the_report_reads_a_threshold_with_zeros_in_front_as_decimal(shell, tmp_path):
    assert run(shell, substitute("100", "099"), tmp_path).returncode == 0


@every_shell
def test_the_report_measures_a_mount_point_with_a_space_and_a_backslash(shell, tmp_path):
    mounted = tmp_path / "my disk\\1"
    mounted.mkdir()
    written_by_the_kernel = str(mounted).replace("\\", r"\134").replace(" ", r"\040")
    table = tmp_path / "mountinfo"
    table.write_text(f"27 1 8:1 / {written_by_the_kernel} rw shared:1 - ext4 /dev/vdb1 rw\n")

    done = run(shell, substitute("100", "100", mount_table=table), tmp_path)

    assert done.returncode == 0
    assert re.search(rf"^ok  +\d+%  space   {re.escape(str(mounted))}$", done.stdout, re.MULTILINE)


@every_shell
def test_the_report_measures_a_file_system_once_and_leaves_network_ones_alone(shell, tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(
        "27 1 8:1 / / rw - ext4 /dev/vda1 rw\n"
        "28 27 8:1 /srv /tmp rw - ext4 /dev/vda1 rw\n"
        "29 27 0:50 / /usr rw - nfs4 server:/usr rw\n"
    )

    done = run(shell, substitute("100", "100", mount_table=table), tmp_path)

    assert re.findall(r"space   (.*)", done.stdout) == ["/"]


@every_shell
def test_the_report_fails_on_its_own_code_when_nothing_can_be_measured(shell, tmp_path):
    done = run(shell, substitute(mount_table=tmp_path / "missing"), tmp_path)

    assert done.returncode == 3
    assert done.stderr.startswith("disk-memory-report: ")


@every_shell
@pytest.mark.parametrize("name", ["disk", "memory"])
@pytest.mark.parametrize(
    "value",
    [
        "1; touch made",
        "$(touch made)",
        "`touch made`",
        '"; touch made; "',
        "'; touch made; '",
        "1\ntouch made",
        "1 || touch made",
        "-1",
        "101",
        "9" * 30,
        "5.5",
        "90%",
        "",
    ],
)
def test_the_report_refuses_a_threshold_that_is_no_percentage(shell, name, value, tmp_path):
    done = run(shell, substitute(**{name: value}), tmp_path)

    assert done.returncode == 2
    assert f"{name}_threshold must be a whole number from 0 to 100" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["script"]


@every_shell
def test_the_report_is_accepted_by_a_shell_that_only_reads_it(shell, tmp_path):
    done = run([*shell, "-n"], substitute(), tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
