"""Prompts of the real server, and how it ends when one cannot be used."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mcp_types as types
import pytest

from tests.end_to_end.serving import WAYS, Deployment

ROOT = Path(__file__).parents[2]


@pytest.mark.anyio
@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_the_server_hands_out_its_prompts(
    deployment: Deployment, transport: str, era: str
) -> None:
    wide = deployment.with_environment(CLOUD_ASSISTANT_CONTENT_LIMIT="24576")
    async with wide.client(transport, era) as client:
        listed = [prompt.name for prompt in (await client.list_prompts()).prompts]
        answer = await client.get_prompt("write_command", {"goal": "a report of free space"})
    assert len(listed) == 5
    content = answer.messages[0].content
    assert isinstance(content, types.TextContent)
    assert "```\na report of free space\n```" in content.text
    assert "At most 18432 bytes." in content.text


def test_a_prompt_with_a_slip_stops_the_start_with_file_and_line(tmp_path: Path) -> None:
    for folder in ("mcp_server", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    broken = tmp_path / "prompts" / "review_command.md"
    text = broken.read_text(encoding="utf-8").replace("<<purpose>>", "<<reason>>")
    broken.write_text(text, encoding="utf-8")
    line = text.split("\n").index("<<reason>>") + 1
    refused = subprocess.run(
        [sys.executable, "-m", "mcp_server", "--local"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    told = (
        f"the prompts cannot be used: {broken}:{line}: the placeholder <<reason>> is not declared"
    )
    assert told in " ".join(refused.stderr.split())
