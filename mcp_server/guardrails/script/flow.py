"""What runs code that comes from elsewhere: downloads that are run, decoded and unknown text."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import interpreters, windows_flow
from mcp_server.guardrails.script.downloads import HIDDEN, Downloads, address_before
from mcp_server.guardrails.script.model import HOLE, Command, Execution, Language, Taint, Word
from mcp_server.guardrails.script.names import names

_Run = tuple[frozenset[Taint], Word | None]
"""The taints of what is run, and the address that it came from."""
_PACKAGES: Final = names(
    "dpkg rpm installer snap apt apt-get yum dnf zypper tdnf pip pip3 pipx gdebi"
)
_BUILDING: Final = names("make gmake ninja cmake python python3 pip pip3 bash sh")
_EVALUATING: Final = names("eval source .")
_IN_COMMAND_POSITION: Final = re.compile(rf"(?:\A|[;&|\n(]|\$\()\s*(?:sudo\s+)?{HOLE}")
_OPTIONS_WITH_PROGRAM: Final = ("-c", "-e", "-m", "-r", "-n", "-p", "-E", "-ne", "-pe", "-nle")


def executions(commands: tuple[Command, ...], text: str = "") -> tuple[Execution, ...]:
    """Every command that runs something whose text is not readable in the script.

    Args:
        commands: of the script, in their order.
        text: the script's.
    """
    shell = tuple(c for c in commands if c.language is Language.SHELL)
    windows = tuple(c for c in commands if c.language is not Language.SHELL)
    found = list(_of_shell(shell, text))
    if windows:
        found += windows_flow.executions(windows, text)
    return tuple(found)


def _of_shell(commands: tuple[Command, ...], text: str) -> Iterator[Execution]:
    downloads = Downloads(text)
    for command in commands:
        for taints, address in _run(command, downloads):
            yield Execution(command, taints, address, downloads.verified)
        downloads.pass_over(command)


def _run(command: Command, downloads: Downloads) -> Iterator[_Run]:
    yield from _by_name(command, downloads)
    if command.name in _EVALUATING or _runs_code(command.name):
        yield from _interpreted(command, downloads)
    elif command.name in _PACKAGES:
        yield from _files(command.operands, downloads)
    if downloads.unpacked is not None and _is_of_unpacked(command):
        yield downloads.unpacked.taints, downloads.unpacked.address


def _by_name(command: Command, downloads: Downloads) -> Iterator[_Run]:
    """What is run by its own name: `$(curl ...)`, `./downloaded`."""
    if not command.words:
        return
    first = command.words[0]
    if first.taints & HIDDEN or HOLE in first.text[:1]:
        yield first.taints, address_before(command)
    fetched = downloads.origin(first) or downloads.programs.get(first.text)
    if fetched is not None:
        yield fetched.taints, fetched.address


def _files(words: tuple[Word, ...], downloads: Downloads) -> Iterator[_Run]:
    """The first of these files that was fetched."""
    for word in words:
        if not word.text.startswith("-") and (fetched := downloads.origin(word)) is not None:
            yield fetched.taints, fetched.address
            return


def _is_of_unpacked(command: Command) -> bool:
    """Whether a command runs, or builds, what lies in the archive or checkout just unpacked."""
    first = command.words[0].text if command.words else ""
    if first.startswith("./") or (first[:1].isalnum() and "/" in first):
        return True
    texts = command.texts
    match command.name:
        case "make" | "gmake" | "ninja":
            return not command.has("-n", "--version", "-v")
        case "cmake":
            return "--build" in texts or "--install" in texts
        case "python" | "python3":
            return texts[:1] == ("setup.py",)
        case "pip" | "pip3":
            return "install" in texts and any(
                t.startswith(("./", "../")) or t == "." for t in texts
            )
        case "bash" | "sh":
            operands = command.operands
            return bool(operands) and not command.has("-c") and _is_relative_script(operands[0])
    return False


def _is_relative_script(word: Word) -> bool:
    return word.text.endswith((".sh", ".bash", ".run")) and not word.text.startswith(("/", HOLE))


def _runs_code(name: str) -> bool:
    return name in interpreters.SHELLS or interpreters.runner_of(name) is not None


def _interpreted(command: Command, downloads: Downloads) -> Iterator[_Run]:
    runner = interpreters.runner_of(command.name)
    if runner is not None and runner.first_operand:  # awk's operands are data
        program = command.value("-f", "--file")
        yield from _files((program,) if program is not None else (), downloads)
        return
    if command.name == "eval":
        yield from _evaluated(command)
        return
    files = list(_files(command.args, downloads))
    if files:
        yield files[0]
    elif hidden := [word for word in command.args if _is_run(command, word)]:
        yield hidden[0].taints, address_before(command)
    elif _takes_program_from_input(command):
        stdin = command.stdin
        if stdin is not None and (stdin.taints & HIDDEN or _is_unknown_input(command, stdin)):
            yield stdin.taints, address_before(command)


def _is_unknown_input(command: Command, stdin: Word) -> bool:
    """Whether nothing is known of what comes through a pipe or a here-document."""
    from_file = any(r.operator in {"<", "<>"} for r in command.redirects)
    return stdin.text.strip() == HOLE and not from_file


def _evaluated(command: Command) -> Iterator[_Run]:
    if any(word.taints & HIDDEN or HOLE in word.text for word in command.args):
        yield frozenset[Taint]().union(*(w.taints for w in command.args)), address_before(command)


def _is_run(command: Command, word: Word) -> bool:
    """Whether a word of an interpreter is, or begins with, text that is hidden or unknown."""
    if command.name in interpreters.SHELLS and command.has("-c"):
        if word is not command.value("-c"):
            return False
        hidden = bool(word.taints & HIDDEN) and bool(_IN_COMMAND_POSITION.search(word.text))
        return hidden or word.text.strip() == HOLE
    return bool(word.taints & HIDDEN)


def _takes_program_from_input(command: Command) -> bool:
    if command.name in interpreters.SHELLS:
        if command.has("-c"):
            return False
        first = command.operands[:1]
        return not first or first[0].text in {"-", "/dev/stdin"} or command.has("-s")
    if command.name in _EVALUATING:
        return any(w.text == "/dev/stdin" for w in command.operands)
    operands = [w for w in command.operands if w.text not in {"-", "/dev/stdin"}]
    return not operands and not command.has(*_OPTIONS_WITH_PROGRAM)
