"""The files that a command on Windows writes and deletes."""

from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Script, Word
from mcp_server.guardrails.script.windows_arguments import at, positional, targets
from mcp_server.guardrails.script.windows_paths import normalised

_WRITING: Final = frozenset({">", ">>", ">|", "&>", "&>>", "<>"})
_NOWHERE: Final = frozenset({"nul", "nul:", "$null", "con", "con:", "&1", "&2", "1", "2", ""})
_PATHS: Final = ("-path", "-literalpath")
_LAST: Final = -1

_Outputs = Callable[[Command], "Word | None"]


def _named(index: int, *options: str) -> _Outputs:
    return lambda command: at(command, index, *options)


def _argument(index: int) -> _Outputs:
    def argument(command: Command) -> Word | None:
        return command.args[index] if len(command.args) > index else None

    return argument


def _last(command: Command) -> Word | None:
    operands = positional(command)
    return operands[_LAST] if len(operands) > 1 else None


def _certutil(command: Command) -> Word | None:
    if not command.has(
        "-urlcache", "/urlcache", "-decode", "/decode", "-decodehex", "/decodehex", "-verifyctl"
    ):
        return None
    operands = [word for word in command.operands if not word.text.startswith(("-", "/"))]
    return operands[1] if len(operands) > 1 else None


def _bitsadmin(command: Command) -> Word | None:
    if not command.has("/transfer", "/addfile"):
        return None
    return command.args[_LAST]


def _curl(command: Command) -> Word | None:
    """Of curl, which tells `-o` from `-O` on Windows too."""
    saves = False
    for index, text in enumerate(_plain(command)):
        is_cluster = text.startswith("-") and not text.startswith("--")
        if (text == "--output" or (is_cluster and text.endswith("o"))) and (
            index + 1 < len(command.args)
        ):
            return command.args[index + 1]
        if text.startswith("-o") and len(text) > len("-o"):
            return Word(text[len("-o") :], command.args[index].span)
        saves = saves or text.startswith("--remote-name") or (is_cluster and "O" in text)
    return _from_address(command) if saves else None


def _wget(command: Command) -> Word | None:
    named = command.value("--output-document", "-outfile")
    if named is not None:
        return named
    for index, text in enumerate(_plain(command)):
        if text.startswith("-") and text.endswith("O") and index + 1 < len(command.args):
            return command.args[index + 1]
    return _from_address(command)


def _plain(command: Command) -> tuple[str, ...]:
    return tuple(word.text for word in command.args)


def _from_address(command: Command) -> Word | None:
    """The file in the working folder that a download without a name makes."""
    for word in command.args:
        if "://" in word.text:
            return Word(word.text.rstrip("/").rpartition("/")[2].partition("?")[0], word.span)
    return None


_WRITERS: Final[dict[str, _Outputs]] = {
    "out-file": _named(0, "-filepath", "-literalpath"),
    "set-content": _named(0, *_PATHS),
    "add-content": _named(0, *_PATHS),
    "clear-content": _named(0, *_PATHS),
    "tee-object": _named(0, "-filepath", "-literalpath"),
    "export-csv": _named(0, *_PATHS),
    "export-clixml": _named(0, *_PATHS),
    "new-item": _named(0, "-path"),
    "copy-item": _named(1, "-destination"),
    "move-item": _named(1, "-destination"),
    "rename-item": _named(1, "-newname"),
    "expand-archive": _named(1, "-destinationpath", "-outputpath"),
    "expand-7zip": _named(1, "-targetpath"),
    "compress-archive": _named(1, "-destinationpath"),
    "start-bitstransfer": _named(1, "-destination"),
    "invoke-webrequest": lambda command: command.value("-outfile"),
    "invoke-restmethod": lambda command: command.value("-outfile"),
    ".downloadfile": _argument(1),
    ".downloadfileasync": _argument(1),
    ".downloadfiletaskasync": _argument(1),
    ".savetofile": _argument(0),
    ".copyhere": lambda command: command.words[0],
    "::writealltext": _argument(0),
    "::writealllines": _argument(0),
    "::writeallbytes": _argument(0),
    "::appendalltext": _argument(0),
    "::openwrite": _argument(0),
    "::create": _argument(0),
    "::copy": _argument(1),
    "::move": _argument(1),
    "::extracttodirectory": _argument(1),
    "copy": _last,
    "move": _last,
    "ren": _last,
    "rename": _last,
    "xcopy": _last,
    "robocopy": _named(1),
    "replace": _last,
    "expand": _last,
    "extrac32": _last,
    "certutil": _certutil,
    "bitsadmin": _bitsadmin,
    "curl": _curl,
    "wget": _wget,
    "tar": lambda command: command.value("-c", "--directory"),
    "esentutl": lambda command: command.value("/d"),
    "certreq": _last,
}
_DELETERS: Final = frozenset(
    {"remove-item", "del", "erase", "rd", "rmdir", "clear-content", "rm", "unlink", "sdelete"}
)
_DELETING_METHODS: Final = frozenset({"::delete", "::deletefile", "::deletedirectory"})


def orders(command: Command, script: Script) -> str | None:
    """What an interpreter of its own orders is told: by a pipe, or in a file after `/s`.

    None when it is not known, such as a file that was there before.
    """
    if command.stdin is not None and command.stdin.text:
        return command.stdin.text
    path = command.value("/s")
    if path is None:
        return None
    lines = [
        _content(one)
        for one in script.commands
        if one.span.start < command.span.start
        and any(normalised(word.text) == normalised(path.text) for word in written(one))
    ]
    return "\n".join(lines) if lines else None


def _content(command: Command) -> str:
    if command.stdin is not None:
        return command.stdin.text
    value = command.value("-value") if command.language is Language.POWERSHELL else None
    words = command.args if command.language is Language.BAT else positional(command)
    return value.text if value is not None else " ".join(word.text for word in words)


def written(command: Command) -> tuple[Word, ...]:
    """The files that it creates, changes or empties; a folder where it unpacks or copies."""
    return command.once(_written)


def _written(command: Command) -> Iterator[Word]:
    for redirect in command.redirects:
        if redirect.operator in _WRITING and redirect.target.text.lower() not in _NOWHERE:
            yield redirect.target
    writer = _WRITERS.get(command.name)
    if writer is not None and (word := writer(command)) is not None and word.text:
        yield word


def deleted(command: Command) -> Iterator[Word]:
    """The files and folders that it deletes or empties."""
    if command.name in _DELETERS:
        yield from targets(command, *_PATHS)
    elif command.name in _DELETING_METHODS and command.args:
        yield command.args[0]
    elif command.name == ".delete" and command.args:
        yield from command.args[:1]
