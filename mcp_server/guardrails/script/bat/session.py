"""What a Bat script has set up so far, which the texts within it see as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Word
from mcp_server.guardrails.script.windows_paths import normalised

MOST_CALLED: Final = 96 * 1024
"""Characters that are read in calls of labels, once for each call."""
MOST_TURNS: Final = 256
"""Turns of loops that are read one by one."""
DEEPEST: Final = 40
"""Blocks, conditions and loops within each other, over all texts together."""
_LONGEST_FILE: Final = 64 * 1024
_TELLING: Final = 4
_ENDINGS: Final = ("", ".bat", ".cmd")


@dataclass(slots=True)
class Session:
    """Shared by all texts of a script."""

    files: dict[str, Word] = field(default_factory=dict)
    """The text of the files that the script wrote, by path, where it is known."""
    called_left: int = MOST_CALLED
    turns_left: int = MOST_TURNS
    nesting: int = 0
    """How deep in blocks the walk is."""
    directory: str = ""
    _endings: set[str] = field(default_factory=set)
    """How the names of the files end, with and without their endings: a quick no for most words."""
    pushed: list[str] = field(default_factory=list)

    def key(self, path: str) -> str:
        """What a path is compared by."""
        plain = normalised(path)
        if self.directory and plain and plain[1:2] != ":" and not plain.startswith(("\\", HOLE)):
            return normalised(f"{self.directory}\\{plain}")
        return plain

    def write(self, path: str, text: Word, *, appends: bool) -> None:
        """Note what is written to a file."""
        key = self.key(path)
        if not key or key in {"nul", "con", "nul:", "con:"}:
            return
        before = self.files.get(key) if appends else None
        if before is not None and len(before.text) < _LONGEST_FILE:
            text = Word(before.text + text.text, text.span, before.taints | text.taints)
        self.files[key] = text
        name = key.rpartition("\\")[2]
        self._endings |= {name[-_TELLING:], name.rpartition(".")[0][-_TELLING:] or name[-_TELLING:]}

    def forget(self, path: str) -> None:
        """A file gets text that is not known."""
        self.files.pop(self.key(path), None)

    def file(self, path: str) -> Word | None:
        """What the script wrote to a file, also where its ending is left out."""
        if not self.files or not path or not path.lower().endswith(tuple(self._endings)):
            return None
        key = self.key(path)
        for ending in _ENDINGS:
            if (text := self.files.get(key + ending)) is not None:
                return text
        return None

    def change_directory(self, path: str) -> None:
        """As `cd` does; unknown when the path is."""
        plain = self.key(path)
        self.directory = plain if plain[1:2] == ":" and HOLE not in plain else ""
