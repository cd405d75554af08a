"""The files that a command of the shell writes and deletes."""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.script import windows_effects
from mcp_server.guardrails.script.model import HOLE, Command, Language, Word
from mcp_server.guardrails.script.names import names

_WRITING: Final = frozenset({">", ">>", ">|", "&>", "&>>", "<>"})
_DESCRIPTOR: Final = re.compile(rf"\d*-?\Z|{HOLE}\Z")
_DELETING: Final = names("rm unlink rmdir shred srm wipe trash trash-put")
_COPYING: Final = names("cp mv install ln rsync scp ditto gcp gmv")
_LINK_TO: Final = 2
_SEVERAL: Final = 2


def written(command: Command) -> tuple[Word, ...]:
    """The files that it creates, changes or empties."""
    if command.language is not Language.SHELL:
        return windows_effects.written(command)
    return command.once(_written)


def _written(command: Command) -> Iterator[Word]:
    for redirect in command.redirects:
        writes = redirect.operator in _WRITING and redirect.descriptor in {None, 0, 1, 2}
        opens = redirect.operator == ">&" and not _DESCRIPTOR.match(redirect.target.text)
        if writes or opens:
            yield redirect.target
    if (by_program := _BY_PROGRAM.get(command.name)) is not None:
        yield from by_program(command)


def deleted(command: Command) -> Iterator[Word]:
    """The files and folders that it deletes."""
    if command.language is not Language.SHELL:
        yield from windows_effects.deleted(command)
    elif command.name in _DELETING:
        yield from command.operands


def _operands(command: Command) -> Iterator[Word]:
    yield from command.operands


def _copied(command: Command) -> Iterator[Word]:
    """Where copies go: as named, and in a folder under the name of what is copied."""
    folder = command.value("-t", "--target-directory")
    operands = tuple(word for word in command.operands if word is not folder)
    if folder is None and len(operands) < _LINK_TO:
        return
    target = folder or operands[-1]
    yield target
    if target.text.endswith("/") or "." not in posixpath.basename(target.text.lstrip(".")):
        for source in operands[: -1 if folder is None else None]:
            base = posixpath.basename(source.text.rpartition(":")[2].rstrip("/"))
            if base:
                yield Word(posixpath.join(target.text, base), target.span, target.taints)


def _dd(command: Command) -> Iterator[Word]:
    yield from (_after(word, "of=") for word in command.args if word.text.startswith("of="))


def _edited(command: Command) -> Iterator[Word]:
    """`sed -i`, `perl -i`: the operands after the program, when it is one."""
    if command.has("-i", "--in-place") or any(text.startswith("-i") for text in command.texts):
        programs = command.has("-e", "-f", "--expression", "--file")
        operands = command.operands
        yield from operands[1:] if len(operands) > 1 or not programs else operands


def _named(*options: str) -> Callable[[Command], Iterator[Word]]:
    """The programs whose output goes to the file that an option names."""

    def find(command: Command) -> Iterator[Word]:
        if (target := command.value(*options)) is not None:
            yield target

    return find


def _downloaded(command: Command) -> Iterator[Word]:
    """The file that it names, or the last part of the address."""
    if command.name == "curl":
        named = command.value("-o", "--output")
        remote = command.has("-O", "--remote-name", "--remote-name-all", "-J")
    else:
        named = command.value("-O", "-o", "--output-document", "--out", "--output")
        remote = True
    folder = command.value("-P", "--directory-prefix", "-d", "--output-dir", "--dir")
    if command.name == "curl" and folder is not None and "--output-dir" not in command.texts:
        folder = None  # -d is data there
    if named is not None:
        yield _under(folder, named.text, named)
    elif remote:
        for word in command.operands:
            base = posixpath.basename(word.text.partition("?")[0].rstrip("/"))
            if "/" in word.text and base and word is not folder:
                yield _under(folder, base, word)


def _under(folder: Word | None, name: str, like: Word) -> Word:
    text = posixpath.join(folder.text, name) if folder is not None else name
    return Word(text, like.span, like.taints)


def _by_last_operand(command: Command) -> Iterator[Word]:
    if len(command.operands) >= _SEVERAL:
        yield command.operands[-1]


def _from_store(command: Command) -> Iterator[Word]:
    """`aws s3 cp`, `ossutil cp`: to a path, under the object's name when it is a folder."""
    places = [w for w in command.operands if "/" in w.text or w.text.startswith(".")]
    if len(places) >= _SEVERAL and "://" not in places[-1].text:
        yield from (places[-1], _under(places[-1], posixpath.basename(places[0].text), places[-1]))
    elif len(command.operands) > _SEVERAL and "://" in command.operands[-2].text:
        yield command.operands[-1]


def _by_tftp(command: Command) -> Iterator[Word]:
    target = command.value("-l") or command.value("-r")
    if target is not None:
        yield target
    elif "get" in command.texts:
        yield from (word for word in command.operands[-1:])


def _after(word: Word, prefix: str) -> Word:
    start = len(prefix)
    alternatives = tuple(value[start:] for value in word.alternatives)
    return Word(word.text[start:], word.span, word.taints, alternatives, word.quoted)


def _by(programs: str, find: Callable[[Command], Iterator[Word]]) -> dict[str, "_Finder"]:
    return dict.fromkeys(programs.split(), find)


_Finder = Callable[[Command], Iterator[Word]]
_BY_PROGRAM: Final[dict[str, _Finder]] = {
    **_by("tee sponge truncate touch patch ed ex", _operands),
    **dict.fromkeys(_COPYING, _copied),
    **_by("dd dcfldd dc3dd", _dd),
    **_by("sed gsed perl ruby", _edited),
    **_by("curl wget wget2 aria2c axel http https httpie fetch", _downloaded),
    **_by(
        "gpg gpg2 sort xxd cc gcc uudecode age lynx ftp go",
        _named("-o", "--output"),
    ),
    **_by("openssl", _named("-out")),
    **_by("lwp-download sftp", _by_last_operand),
    **_by("aws ossutil ossutil64 gsutil s3cmd mc rclone azcopy", _from_store),
    **_by("tftp", _by_tftp),
}
