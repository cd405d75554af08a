"""What a script has fetched or decoded so far, by the file that it is in."""

import posixpath
import re
from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script import effects, sources
from mcp_server.guardrails.script.model import HOLE, Command, Taint, Word
from mcp_server.guardrails.script.names import names

HIDDEN: Final = frozenset({Taint.NETWORK, Taint.DECODED})
_CHECKSUMS: Final = re.compile(r"(?:g?sha\d*|md5|b2|cksum)sum\Z|shasum\Z|cksum\Z")
_VERIFYING: Final = names("cosign minisign signify slsa-verifier rpmkeys gpgv debsig-verify")
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+]*://|[\w.-]+\.[a-z]{2,}/|[\w.-]+@[\w.-]+:|[\w-]+::?/")
_CHECKOUTS: Final = {
    "git": names("clone"), "svn": names("co checkout export"), "hg": names("clone"),
    "bzr": names("branch"),
}  # fmt: skip
_PLACING: Final = names("cp mv install ln")
_UNPACKING: Final = names("tar bsdtar unzip 7z cpio gunzip unxz bunzip2 gzip xz bzip2 zcat")
_ON_PATH: Final = re.compile(r"(?:/usr/local|/usr|/opt)?/s?bin/[^/]+\Z|.*/\.local/bin/[^/]+\Z")
_VARIABLE: Final = re.compile(r"[\"']?[\w${}/.:%#@+-]+[\"']?\Z")
_MOST_FILES: Final = 500


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where a file's content came from."""

    taints: frozenset[Taint]
    address: Word


@dataclass(slots=True)
class Downloads:
    """Walks through the commands in order, and keeps what was fetched.

    Args:
        text: the script's, in which two words for the same unknown path are spelt alike.
    """

    text: str = ""
    files: dict[str, Fetched] = field(default_factory=dict)
    programs: dict[str, Fetched] = field(default_factory=dict)
    """By name: programs that were put where the shell finds them."""
    unpacked: Fetched | None = None
    """The last archive or checkout; where exactly it lies is often not known."""
    verified: bool = False
    """Whether a checksum or signature was checked since the last download."""

    def pass_over(self, command: Command) -> None:
        """Take note of what a command fetches, moves, unpacks or checks."""
        if _CHECKSUMS.match(command.name) or _is_verifying(command):
            self.verified = True
            return
        if command.operands and command.operands[0].text in _CHECKOUTS.get(command.name, ()):
            self._checked_out(command)
            return
        if taints := sources.output_taints(command) & HIDDEN:
            fetched = Fetched(taints, address(command))
            for word in effects.written(command):
                self._keep(word, fetched, is_new=True)
        if command.name in _PLACING and len(command.operands) > 1:
            self._placed(command)
        elif command.name in _UNPACKING:
            self._unpack(command, taints)

    def _keep(self, path: Word, fetched: Fetched, *, is_new: bool) -> None:
        key = self._key(path)
        if not key or key.startswith("/dev/") or len(self.files) >= _MOST_FILES:
            return
        self.files[key] = fetched
        if _ON_PATH.match(key):
            self.programs[posixpath.basename(key)] = fetched
        if is_new:
            self.verified = False

    def _placed(self, command: Command) -> None:
        for word in command.operands[:-1]:
            if (found := self.origin(word)) is not None:
                for target in effects.written(command):
                    self._keep(target, found, is_new=False)

    def _checked_out(self, command: Command) -> None:
        operands = [w for w in command.operands[1:] if not w.text.isdecimal()]
        at = next((i for i, w in enumerate(operands) if _ADDRESS.match(w.text)), 0)
        if len(operands) <= at:
            return
        fetched = Fetched(frozenset({Taint.NETWORK}), operands[at])
        rest = operands[at + 1 :]
        base = posixpath.basename(operands[at].text.rstrip("/")).removesuffix(".git")
        self._keep(rest[0] if rest else Word(base, operands[at].span), fetched, is_new=True)
        self.unpacked = fetched

    def _unpack(self, command: Command, taints: frozenset[Taint]) -> None:
        found = next((f for w in command.args if (f := self.origin(w)) is not None), None)
        if found is None and taints & HIDDEN:
            found = Fetched(taints, address(command))
        if found is None:
            return
        self.unpacked = found
        folder = command.value("-C", "--directory", "-d")
        if folder is not None and folder.text.count("/") > 2:  # noqa: PLR2004 - not /opt or /usr/local
            self._keep(folder, found, is_new=False)

    def origin(self, word: Word) -> Fetched | None:
        """Where a file, or the folder that it is in, came from."""
        if not self.files:
            return None
        if HOLE in word.text:
            return self.files.get(self._key(word))
        for value in word.values:
            path = posixpath.normpath(value) if value else value
            for _ in range(4):
                if path in self.files:
                    return self.files[path]
                path = posixpath.dirname(path)
                if not path.strip("/."):
                    break
        return None

    def _key(self, path: Word) -> str:
        """The path; for an unknown one how it is written, which is the same for the same."""
        if HOLE not in path.text:
            return posixpath.normpath(path.text) if path.text else ""
        spelt = self.text[path.span.start : path.span.end]
        return "\0" + spelt.strip("\"'") if "$" in spelt and _VARIABLE.match(spelt) else ""


def address(command: Command) -> Word:
    """What a command, or one before it in its pipeline, fetches from; a hole when unknown."""
    for word in command.operands:
        if _ADDRESS.match(word.text):
            return word
    return address_before(command) or Word(HOLE, command.span)


def address_before(command: Command) -> Word | None:
    """The address that what is piped into a command was fetched from."""
    waiting, seen = list(command.inputs), 0
    while waiting and seen < 20:  # noqa: PLR2004 - a pipeline is short
        seen += 1
        source = waiting.pop(0)
        for word in source.operands:
            if _ADDRESS.match(word.text):
                return word
        waiting += source.inputs
    return None


def _is_verifying(command: Command) -> bool:
    if command.name in {"gpg", "gpg2"}:
        return command.has("--verify")
    if command.name == "openssl":
        return "-verify" in command.texts
    return command.name in _VERIFYING
