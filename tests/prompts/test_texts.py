"""The prompts of the folder `prompts`, as an agent gets them."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mcp_server.guardrails.inspection import Inspector
from mcp_server.models import limits
from mcp_server.models.request import CreateCommandRequest
from mcp_server.prompts.loading import load_prompts
from mcp_server.prompts.prompt import Prompt
from mcp_server.settings import Settings
from tests.tools.published import TOOLS

ROOT = Path(__file__).parents[2]
NAMES = [
    "fix_rejected_command",
    "parameterise_script",
    "port_ssm_document",
    "review_command",
    "write_command",
]
ADDRESSES = {
    "cloud-assistant://reference/create-command",
    "cloud-assistant://limits",
    "cloud-assistant://rules/{rule_id}",
    "cloud-assistant://errors/{code}",
    "cloud-assistant://policy",
    "cloud-assistant://examples/{name}",
}
TYPES = {"sh": "RunShellScript", "powershell": "RunPowerShellScript", "bat": "RunBatScript"}
PROMPTS = {prompt.name: prompt for prompt in load_prompts(TOOLS)}

every_prompt = pytest.mark.parametrize("name", NAMES)


def text_of(prompt: Prompt) -> str:
    text = prompt.render({argument.name: "an example" for argument in prompt.arguments})
    assert isinstance(text, str)
    return text


def test_all_prompts_load() -> None:
    assert list(PROMPTS) == NAMES


@every_prompt
def test_a_prompt_says_where_to_look_and_what_to_call(name: str) -> None:
    text = text_of(PROMPTS[name])
    addresses = re.findall(r"cloud-assistant://[\w/{}-]+", text)
    assert set(addresses) <= ADDRESSES
    assert "`preview_command`" in text
    assert ("`create_command`" in text) == (name != "review_command")


def test_only_reviewing_needs_no_tool_that_creates() -> None:
    published = [name for name, tool in TOOLS.items() if tool.traits.read_only]
    assert load_prompts(published) == (PROMPTS["review_command"],)


def test_every_kind_of_page_is_made_use_of() -> None:
    texts = " ".join(map(text_of, PROMPTS.values()))
    assert all(f"`{address}`" in texts for address in ADDRESSES)
    assert "`explain_error`" in texts


@every_prompt
def test_a_prompt_is_short(name: str) -> None:
    assert len(text_of(PROMPTS[name])) < 4_500


@every_prompt
def test_every_argument_is_explained_and_one_is_needed(name: str) -> None:
    required = [argument.required for argument in PROMPTS[name].arguments]
    assert required == [True] + [False] * (len(required) - 1)


@every_prompt
def test_no_limit_is_written_by_hand(name: str) -> None:
    source = (ROOT / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    numbers = {int(number) for number in re.findall(r"\d+", source)}
    limited = {limit.maximum for limit in limits.LIMITS}
    assert not numbers & {
        *limited, limits.DEFAULT_TIMEOUT, 10, 18, 24, limits.CONTENT.maximum // 4 * 3,
    }  # fmt: skip


def test_every_number_of_limits_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "prompts").iterdir()]
    used = {number for source in sources for number in re.findall(r"<<(limits\.\w+)>>", source)}
    assert used == {"limits.script_bytes", "limits.parameters", "limits.default_timeout"}


@pytest.mark.parametrize(
    ("language", "script"),
    [
        (language, script)
        for prompt in PROMPTS.values()
        for language, script in re.findall(
            r"^```(\w+)\n(.*?)^```$", text_of(prompt), re.DOTALL | re.MULTILINE
        )
    ],
)
def test_what_a_prompt_shows_as_an_example_has_no_findings(language: str, script: str) -> None:
    arguments = {
        "region_id": "cn-hangzhou",
        "name": "example",
        "type": TYPES[language],
        "command_content": script,
        "enable_parameter": True,
        "timeout": 60,
    }
    assert Inspector(Settings(local=True)).inspect(arguments, CreateCommandRequest).findings == ()


def test_an_installed_wheel_has_them_too(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from mcp_server.prompts import loading\n"
        f"print(loading.__file__, *(p.name for p in loading.load_prompts({[*TOOLS]})))\n"
    )
    told = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path / "installed",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert Path(told[0]).is_relative_to(tmp_path) or not Path(told[0]).is_absolute()
    assert told[1:] == NAMES
