import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import assume, given

from mcp_server.creation.equivalents import equivalents
from mcp_server.models.equivalent import Equivalent
from tests.creation.equivalents.cases import HOST, SCRIPTS, WHOLE, names, request, texts
from tests.creation.equivalents.hcl import resource

_ARGUMENTS = {
    "Name": "name",
    "Type": "type",
    "CommandContent": "command_content",
    "Description": "description",
    "WorkingDir": "working_dir",
    "Timeout": "timeout",
    "EnableParameter": "enable_parameter",
}
_UNCLOSED = re.compile(r"[$%]\{[^}]*\Z")


def terraform(parameters: dict[str, Any], script: str) -> Equivalent:
    equivalent = equivalents(parameters, script, HOST)[1]
    assert equivalent.tool == "Terraform"
    return equivalent


def expressible(parameters: dict[str, Any]) -> dict[str, Any]:
    return {_ARGUMENTS[name]: value for name, value in parameters.items() if name in _ARGUMENTS}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_kept_byte_for_byte(script):
    parameters = request(script)
    assert resource(terraform(parameters, script).text) == (
        "alicloud_ecs_command",
        "disk_report",
        expressible(parameters),
    )


@given(script=texts, name=names)
def test_any_script_and_name_are_kept(script, name):
    assume(not _UNCLOSED.search(name))  # which the parser cannot read; Terraform itself can
    parameters = request(script, Name=name)
    _, label, arguments = resource(terraform(parameters, script).text)
    assert arguments == expressible(parameters)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", label)


def test_what_the_resource_cannot_express_is_named_and_the_rest_is_there():
    parameters = request(**WHOLE)
    equivalent = terraform(parameters, "df -h\n")
    assert resource(equivalent.text)[2] == expressible(parameters)
    assert equivalent.note is not None
    assert equivalent.note.startswith(
        "Not the whole request: alicloud_ecs_command has no argument for Launcher, "
        "ResourceGroupId, Tag, ClientToken. The region is the provider's: set it to cn-beijing."
    )


def test_a_request_that_can_be_expressed_whole_is_not_said_to_miss_anything():
    note = terraform(request(Timeout=5), "df -h\n").note
    assert note == (
        "The region is the provider's: set it to cn-beijing. Any later change to an argument "
        "replaces the command by one with another id, and the provider's own retries can create "
        "a second one."
    )


def test_a_name_that_terraform_would_change_is_told():
    note = terraform(request(Name="cafe\u0301", Description="é"), "df -h\n").note
    assert note is not None
    assert note.startswith("Terraform stores other characters of the same look in Name.")


@pytest.mark.skipif(not shutil.which("terraform"), reason="Terraform is not installed")
def test_terraform_itself_reads_the_same_values_and_formats_nothing(tmp_path):
    requests = [(request(script), script) for script in SCRIPTS]
    requests.append((request(**WHOLE), "df -h\n"))
    requests += [(request(Name=name), "df -h\n") for name in ("${", "%{ if", "$${x}$", "a\\")]
    made = [(terraform(parameters, script).text, parameters) for parameters, script in requests]
    outputs = []
    for number, (text, _) in enumerate(made):
        body = text.partition("{\n")[2].rpartition("}\n")[0]
        outputs.append(f'output "r{number}" {{\nvalue = {{\n{body}}}\n}}\n')
    (tmp_path / "main.tf").write_text("".join(outputs))

    def run(*arguments: str, text: str = "") -> str:
        return subprocess.run(
            ["terraform", *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"},
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    run("apply", "-auto-approve")
    values = json.loads(run("output", "-json"))
    assert [values[f"r{number}"]["value"] for number in range(len(made))] == [
        expressible(parameters) for _, parameters in made
    ]
    whole = "".join(text.replace("disk_report", f"r{n}") for n, (text, _) in enumerate(made))
    assert run("fmt", "-", text=whole) == whole
