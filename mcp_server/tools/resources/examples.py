"""The example scripts with their arguments, where the package or the source tree has them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_server.guardrails.inspection import LANGUAGES
from mcp_server.markdown import fenced, table


@dataclass(frozen=True, slots=True)
class Example:
    """A script and the other arguments that an agent would give with it."""

    script: bytes
    file_name: str
    arguments: dict[str, Any]

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        return Path(self.file_name).stem


def examples() -> tuple[Example, ...]:
    """All examples, by file name."""
    folder = _folder()
    return tuple(
        Example(script.read_bytes(), script.name, json.loads(arguments.read_text("utf-8")))
        for arguments in sorted(folder.glob("*.json"))
        for script in folder.glob(f"{arguments.stem}.*")
        if script != arguments
    )


def example_names() -> tuple[str, ...]:
    """The names of all examples."""
    return tuple(arguments.stem for arguments in sorted(_folder().glob("*.json")))


def examples_index() -> str:
    """One row an example."""
    rows = [(e.name, e.arguments["type"], e.arguments["description"]) for e in examples()]
    return (
        "# Examples\n\nScripts that are created as they are. cloud-assistant://examples/NAME has "
        "the script and its arguments.\n\n"
    ) + table(("Name", "Type", "What it does"), rows)


def example_page(name: str) -> str:
    """A script byte for byte, and the other arguments of create_command as JSON."""
    (example,) = (example for example in examples() if example.name == name)
    script = example.script.decode("utf-8")
    arguments = json.dumps(example.arguments, indent=2, ensure_ascii=False)
    ends = "CR LF, as cmd.exe wants them" if "\r\n" in script else "LF"
    return (
        f"# {example.name}\n\n{example.arguments['description']}\n\n"
        f"command_content ({example.file_name}; line ends: {ends}):\n\n"
        f"{fenced(script, LANGUAGES[example.arguments['type']], mark='~')}\n\n"
        f"The other arguments:\n\n{fenced(arguments, 'json', mark='~')}\n"
    )


def _folder() -> Path:
    package = Path(__file__).parents[2]
    installed = package / "examples"  # the wheel carries them here
    return installed if installed.is_dir() else package.parent / "examples"
