"""The example scripts, where the package or the source tree has them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A script and the other arguments that an agent would give with it."""

    script: bytes
    file_name: str
    arguments: dict[str, Any]


def examples() -> tuple[Example, ...]:
    """All examples, by file name."""
    folder = _folder()
    return tuple(
        Example(script.read_bytes(), script.name, json.loads(arguments.read_text("utf-8")))
        for arguments in sorted(folder.glob("*.json"))
        for script in folder.glob(f"{arguments.stem}.*")
        if script != arguments
    )


def _folder() -> Path:
    installed = Path(__file__).parents[1] / "examples"  # the wheel carries them here
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples"
