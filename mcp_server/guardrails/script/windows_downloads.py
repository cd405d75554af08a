"""What a Windows script brought onto the host, and where it is now."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Taint, Word
from mcp_server.guardrails.script.windows_arguments import at, upstream
from mcp_server.guardrails.script.windows_effects import written
from mcp_server.guardrails.script.windows_paths import absolute, normalised

FOREIGN: Final = frozenset({Taint.NETWORK, Taint.DECODED})
"""The taints of code that comes from elsewhere."""
NETWORK: Final = frozenset({Taint.NETWORK})
_VERIFIERS: Final = frozenset(
    {
        "get-filehash",
        "get-authenticodesignature",
        ".computehash",
        "signtool",
        "sigcheck",
        "gpg",
        "cosign",
        "minisign",
        "test-filecatalog",
    }
)
_UNPACKERS: Final = frozenset(
    {"expand-archive", "expand-7zip", "::extracttodirectory", "expand", "tar", "7z", "7za", "unzip"}
)
MOVERS: Final = frozenset(
    {
        "copy-item",
        "move-item",
        "rename-item",
        "copy",
        "move",
        "ren",
        "rename",
        "xcopy",
        "robocopy",
        "::copy",
        "::move",
    }
)
_MOVES: Final = frozenset({"set-location", "push-location", "cd", "chdir", "pushd"})
_DECODERS: Final = frozenset({"-decode", "/decode", "-decodehex", "/decodehex"})
_REMOTE: Final = re.compile(r"(?:^|[\s\"'=:,(])(?:https?|ftps?)://[^\s\"')]+", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"^[\"']?[$%!][\w:{}()~]+[%!]?[\"']?$")
_MOST_FETCHED: Final = 100
_SHORTEST: Final = 4


@dataclass(slots=True)
class Fetched:
    """A file or folder with foreign content in it."""

    taints: frozenset[Taint]
    source: Word | None
    is_verified: bool = False


@dataclass(slots=True)
class Downloads:
    """What is known while the commands are gone through in order."""

    text: str
    files: dict[str, Fetched] = field(default_factory=dict)
    directory: str = ""
    """Where the script went to, when that is known."""

    def key(self, word: Word) -> str:
        """What a path is compared by; an unknown one by the variable that it is read from."""
        path = normalised(absolute(word.text, self.directory))
        if path.strip(HOLE + '\\."'):
            return path
        source = self.text[word.span.start : word.span.end].strip()
        return source.strip("\"'").lower() if _VARIABLE.match(source) else ""

    def note(self, command: Command) -> None:
        """Remember the files that get foreign content, and the working directory."""
        if command.name in _MOVES:
            word = at(command, 0, "-path", "-literalpath")
            self.directory = normalised(word.text) if word is not None else ""
            return
        if command.name in _VERIFIERS or (command.name == "certutil" and command.has("-hashfile")):
            for fetched in self.files.values():
                fetched.is_verified = True
            return
        found = self._content(command)
        if found is None or len(self.files) >= _MOST_FETCHED:
            return
        for word in written(command):
            if key := self.key(word):
                self.files[key] = found

    def _content(self, command: Command) -> Fetched | None:
        if command.name in MOVERS or command.name in _UNPACKERS:
            moved = self.match(command.words)
            return moved and Fetched(moved.taints, moved.source, moved.is_verified)
        if _fetches(command):
            return Fetched(NETWORK, source_of(command))
        if command.name == "certutil" and command.has(*_DECODERS):
            return Fetched(frozenset({Taint.DECODED}), None)
        taints = taints_into(command) & FOREIGN
        return Fetched(taints, source_of(command)) if taints else None

    def match(self, words: tuple[Word, ...]) -> Fetched | None:
        """The foreign file that one of the words names."""
        if not self.files:
            return None
        for word in words:
            if (key := self.key(word)) in self.files:
                return self.files[key]
            has_path = "\\" in word.text or "/" in word.text
            text = normalised(absolute(word.text, self.directory)) if has_path else key
            for path, fetched in self.files.items():
                if _names(text, path):
                    return fetched
        return None


def _names(text: str, path: str) -> bool:
    """Whether a word has the path in it, or lies below it."""
    if len(path.strip(HOLE)) < _SHORTEST or path not in text:
        return False
    after = text[text.index(path) + len(path) :][:1]
    return after in {"", "\\", " ", '"', "'", ",", ")", "/"}


def source_of(command: Command) -> Word | None:
    """The address that a command, or what is piped into it, reads from."""
    for one in (command, *upstream(command)):
        for word in one.words:
            for value in word.values:
                if (address := _REMOTE.search(value)) is not None:
                    return Word(address[0].lstrip(" \"'=:,("), word.span)
    return None


def taints_into(command: Command) -> frozenset[Taint]:
    """The taints of what a command is given, by arguments and by a pipe."""
    taints: set[Taint] = set(command.stdin.taints) if command.stdin else set()
    for word in command.args:
        taints |= word.taints
    return frozenset(taints)


def _fetches(command: Command) -> bool:
    """Whether it writes what it fetches to a file of its own accord."""
    match command.name:
        case "invoke-webrequest" | "invoke-restmethod":
            return command.value("-outfile") is not None
        case "curl" | "wget" | "start-bitstransfer" | "bitsadmin":
            return True
        case ".downloadfile" | ".downloadfileasync" | ".downloadfiletaskasync":
            return True
        case "certutil":
            return command.has("-urlcache", "/urlcache", "-verifyctl", "/verifyctl")
        case "esentutl" | "expand" | "extrac32" | "certreq" | "copy" | "xcopy":
            return source_of(command) is not None
        case _:
            return False
