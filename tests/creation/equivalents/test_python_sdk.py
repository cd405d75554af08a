import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from mcp_server.creation.equivalents import equivalents
from mcp_server.emulator import Emulator, EmulatorSettings, StoredCommand
from tests.creation.equivalents.cases import HOST, NO_TEXT, SCRIPTS, WHOLE, names, request, texts

_RUNNER = Path(__file__).with_name("sdk_programs.py")
Create = Callable[[str], StoredCommand]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(EmulatorSettings(command_quota=100_000)) as running:
        account = running.account
        running.put_account(replace(account, resource_groups={"rg-1": "OK"}))
        yield running


@pytest.fixture(scope="module")
def create(emulator) -> Iterator[Create]:
    """Runs a program, with keys from the environment, and gives the command that it created."""
    environment = {
        "PATH": os.environ["PATH"],
        "ALIBABA_CLOUD_ACCESS_KEY_ID": emulator.account.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": emulator.account.access_key_secret,
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
    }
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(_RUNNER), emulator.endpoint],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        assert runner.stdin
        assert runner.stdout

        def run(program: str) -> StoredCommand:
            assert runner.stdin
            assert runner.stdout
            runner.stdin.write(json.dumps(program) + "\n")
            runner.stdin.flush()
            answer = json.loads(runner.stdout.readline())
            command: StoredCommand = emulator.commands("cn-beijing")[0]
            assert answer == {"printed": f"{command.command_id}\n", "called": [f"https://{HOST}"]}
            return command

        yield run
        runner.stdin.close()
        runner.wait(20)


def program(parameters: dict[str, Any], script: str) -> str:
    equivalent = equivalents(parameters, script, HOST)[2]
    assert equivalent.tool == "Python SDK"
    return equivalent.text


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_stored_byte_for_byte(create, script):
    assert create(program(request(script), script)).content == script.encode()


def test_the_whole_request_is_stored(create, emulator):
    command = create(program(request(**WHOLE), "df -h\n"))
    assert command == StoredCommand(
        account_id=emulator.account.account_id,
        region_id="cn-beijing",
        command_id=command.command_id,
        name=WHOLE["Name"],
        type="RunShellScript",
        content=b"df -h\n",
        description=WHOLE["Description"],
        working_dir=WHOLE["WorkingDir"],
        timeout=600,
        enable_parameter=True,
        launcher=WHOLE["Launcher"],
        resource_group_id="rg-1",
        tags=(("team", "-x"), ("empty", "")),
        creation_time=command.creation_time,
    )


@settings(max_examples=60)
@given(script=texts, name=names)
def test_any_script_and_name_are_stored(create, script, name):
    command = create(program(request(script, Name=name, Launcher=script), script))
    assert (command.content, command.name, command.launcher) == (script.encode(), name, script)


def test_bytes_that_are_no_text_are_stored(create):
    parameters = request(CommandContent=base64.b64encode(NO_TEXT).decode())
    assert create(program(parameters, NO_TEXT.decode(errors="replace"))).content == NO_TEXT


def test_a_script_is_shown_as_it_is_or_line_by_line():
    plain, windows = 'echo \\n "$HOME"\n', "echo %PATH%\r\necho it's\r\n"
    assert f'\nscript = r"""{plain}"""\n' in program(request(plain), plain)
    assert "\nscript = (\n    'echo %PATH%\\r\\n'\n    \"echo it's\\r\\n\"\n)\n" in program(
        request(windows), windows
    )
