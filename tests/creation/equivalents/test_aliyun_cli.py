import base64
import os
import pty
import select
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mcp_server.creation.equivalents import equivalents
from tests.creation.equivalents.cases import HOST, NO_TEXT, SCRIPTS, WHOLE, names, request, texts

_STUB = """\
#!/bin/sh
printf '%s\\0' "$@" > "$STUB_ARGUMENTS"
"""
Run = Callable[[str, str], list[str]]
_SHELLS = [shell for shell in ("sh", "bash", "zsh", "ksh", "mksh", "yash") if shutil.which(shell)]


@dataclass(frozen=True)
class Stub:
    """A folder with a program `aliyun` that writes down its arguments."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STUB_ARGUMENTS": str(self.folder / "arguments"),
            "LC_ALL": "C.UTF-8",
        }

    def arguments(self) -> list[str]:
        """What it was called with since this was last asked."""
        written = self.folder / "arguments"
        arguments = written.read_bytes().decode().split("\0")[:-1]
        written.unlink()
        return arguments


@pytest.fixture(scope="module")
def stub(tmp_path_factory) -> Stub:
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "aliyun"
    program.write_text(_STUB)
    program.chmod(0o755)
    return Stub(folder)


@pytest.fixture
def run(stub: Stub) -> Run:
    """Runs a text in a shell, and gives the arguments that `aliyun` was called with."""

    def run_text(shell: str, text: str) -> list[str]:
        ended = subprocess.run(
            [shell],
            input=text.encode(),
            env=stub.environment,
            cwd=stub.folder,
            capture_output=True,
            timeout=20,
            check=True,
        )
        assert (ended.stdout, ended.stderr) == (b"", b"")
        return stub.arguments()

    return run_text


@pytest.fixture
def type_in(stub: Stub) -> Run:
    """The same at a shell's prompt, where history and line editing are on."""

    def type_text(shell: str, text: str) -> list[str]:
        keyboard, terminal = pty.openpty()
        with subprocess.Popen(
            [shell, "-i"],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=stub.environment,
            cwd=stub.folder,
            start_new_session=True,
        ):
            os.close(terminal)
            os.write(keyboard, f"{text}exit\n".encode())
            while select.select([keyboard], [], [], 20)[0]:
                try:
                    os.read(keyboard, 65536)
                except OSError:  # the shell has ended
                    break
            os.close(keyboard)
        return stub.arguments()

    return type_text


def cli_text(parameters: dict[str, Any], script: str, endpoint: str = HOST) -> str:
    equivalent = equivalents(parameters, script, endpoint)[0]
    assert equivalent.tool == "aliyun CLI"
    return equivalent.text


def understood(arguments: list[str]) -> dict[str, str]:
    """What the CLI makes of its arguments, by the rules of its own parser.

    An argument is cut at the first `=` or `:`. Of a flag and a value in two arguments, the value
    would be a flag again if it starts with a dash; so here it may not be in two.
    """
    assert arguments[:2] == ["ecs", "CreateCommand"]
    read: dict[str, str] = {}
    for argument in arguments[2:]:
        flag, separator, value = argument.partition("=")
        assert flag.startswith("--")
        assert ":" not in flag
        assert separator
        assert flag not in read
        read[flag.removeprefix("--")] = value
    return read


def sent(parameters: dict[str, Any]) -> dict[str, str]:
    """The request as flags, and the endpoint."""
    flags: dict[str, str] = {}
    for name, value in parameters.items():
        if name == "Tag":
            for number, tag in enumerate(value, 1):
                flags |= {f"Tag.{number}.Key": tag["Key"], f"Tag.{number}.Value": tag["Value"]}
        else:
            flags[name] = {True: "true", False: "false"}.get(value, str(value))
    return flags | {"endpoint": HOST}


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_arrives_byte_for_byte(run, shell, script):
    parameters = request(script)
    assert understood(run(shell, cli_text(parameters, script))) == sent(parameters)


@pytest.mark.parametrize("shell", _SHELLS)
def test_every_argument_arrives_and_none_becomes_a_flag_of_its_own(run, shell):
    parameters = request(**WHOLE)
    assert understood(run(shell, cli_text(parameters, "df -h\n"))) == sent(parameters)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=texts, name=names)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_any_script_and_name_arrive(run, shell, script, name):
    parameters = request(script, Name=name, Description=script)
    assert understood(run(shell, cli_text(parameters, script))) == sent(parameters)


def test_bytes_that_are_no_text_arrive(run):
    parameters = request(CommandContent=base64.b64encode(NO_TEXT).decode())
    shown = NO_TEXT.decode(errors="replace")
    assert understood(run("sh", cli_text(parameters, shown))) == sent(parameters)


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("script", SCRIPTS[3:8])
def test_a_paste_into_an_interactive_shell_is_the_same_as_a_file(type_in, shell, script):
    parameters = request(script, Name="wow!! !x it's")
    assert understood(type_in(shell, cli_text(parameters, script))) == sent(parameters)


def test_a_script_that_copying_keeps_is_shown_as_it_is():
    script = "#!/bin/sh\ncat <<'SCRIPT'\n$HOME\nSCRIPT\n"
    text = cli_text(request(script), script)
    assert text == (
        "command_content() {\n"
        "  base64 <<'SCRIPT_2' | tr -d '\\n'\n"
        f"{script}"
        "SCRIPT_2\n"
        "}\n"
        "aliyun ecs CreateCommand \\\n"
        "  --RegionId=cn-beijing \\\n"
        "  --Name=disk-report \\\n"
        "  --Type=RunShellScript \\\n"
        '  --CommandContent="$(command_content)" \\\n'
        "  --ContentEncoding=Base64 \\\n"
        "  --endpoint=ecs.cn-beijing.aliyuncs.com\n"
    )
