"""Texts and files that a command runs as a shell script of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Foreign, Origin, Taint, Word
from mcp_server.guardrails.script.shell import schedules, text_runners, wrappers

if TYPE_CHECKING:
    from mcp_server.guardrails.script.shell.context import Context
    from mcp_server.guardrails.script.shell.starting import Starter

_SHELL_VALUED: Final = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})
_STDIN: Final = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


def joined(words: tuple[Word, ...], command: Command) -> Word:
    """Words as the one text that a shell makes of them."""
    if len(words) == 1:
        return words[0]
    return Word(
        " ".join(word.text for word in words),
        command.span,
        frozenset[Taint]().union(*(word.taints for word in words)),
    )


def evaluated(starter: Starter, command: Command, context: Context) -> list[Command]:
    """`eval`: its arguments, in this shell."""
    args = command.args[1:] if command.texts[:1] == ("--",) else command.args
    return starter.read(joined(args, command), Origin.STRING, context, same_shell=True)


def sourced(starter: Starter, command: Command, context: Context) -> list[Command]:
    """`.`: a file, in this shell."""
    if not command.args:
        return []
    return run_file(starter, command, command.args[0], context, same_shell=True)


def texts(starter: Starter, command: Command, context: Context) -> list[Command]:
    """Programs that run an argument as a text: `su -c`, `trap`, `watch`, `env -S`."""
    later = command.name == "trap"
    found: list[Command] = []
    wrapped = context.wrapped(command)
    for text in text_runners.texts_run(command.name, command.words):
        origin = Origin.LATER if later else Origin.STRING
        found += starter.read(text, origin, wrapped, same_shell=later)
    if found or later:
        return [] if later else found
    inner = wrappers.inner_words(command.name, command.words)
    if inner is not None:
        return starter.start(tuple(inner), command.span, wrapped)
    if command.stdin is not None and text_runners.starts_shell(command):
        return starter.read(command.stdin, Origin.STRING, wrapped)
    return []


def shell(starter: Starter, command: Command, context: Context) -> list[Command]:
    """`sh -c text`, `sh file`, `sh` with a text on its input."""
    args = command.args
    index, reads_stdin = 0, False
    while index < len(args) and args[index].text[:1] in {"-", "+"} and args[index].text != "-":
        text = args[index].text
        index += 2 if text in _SHELL_VALUED else 1
        if text == "--":
            break
        if text.startswith("-") and not text.startswith("--"):
            if "c" in text[1:]:
                return _code(starter, _after_options(args[index:]), command, context)
            reads_stdin |= "s" in text[1:]
    rest = args[index:]
    wrapped = context.wrapped(command)
    if rest and not reads_stdin and rest[0].text not in _STDIN:
        return run_file(starter, command, rest[0], wrapped)
    if command.stdin is None:
        return []
    return _with_positional(
        starter, command.stdin, (command.words[0], *rest), wrapped, Origin.STRING
    )


def _after_options(words: tuple[Word, ...]) -> tuple[Word, ...]:
    given = tuple(word for word in words if word.text)
    while given and given[0].text.startswith(("-", "+")):
        given = given[2 if given[0].text in _SHELL_VALUED else 1 :]
    return given


def _code(
    starter: Starter, rest: tuple[Word, ...], command: Command, context: Context
) -> list[Command]:
    """`sh -c text name arguments`."""
    if not rest:
        return []
    return _with_positional(starter, rest[0], rest[1:], context.wrapped(command), Origin.STRING)


def _with_positional(
    starter: Starter, text: Word, names: tuple[Word, ...], context: Context, origin: Origin
) -> list[Command]:
    """A text with `$0`, `$1` and so on."""
    environment = starter.walk.session.environment
    kept = environment.arguments()
    environment.set_arguments(names[1:])
    if names:
        environment.values["0"] = names[0]
    found = starter.read(text, origin, context)
    environment.forget_arguments()
    environment.values |= kept
    return found


def run_file(
    starter: Starter, command: Command, path: Word, context: Context, *, same_shell: bool = False
) -> list[Command]:
    """A file that the script wrote before is run."""
    walk = starter.walk
    if path.text in _STDIN:
        text = command.stdin
    else:
        text = walk.session.known.files.get(walk.path(path.text))
    if text is None:
        return []
    if text.text.startswith("#!"):
        named = interpreters.of_command_line(text.text[2:].split("\n", 1)[0])
        if named.language not in {"shell", "unknown", ""}:
            walk.reading.add_foreign(Foreign(named.language, text, command=command), walk.place)
            return []
    origin = Origin.STRING if path.text in _STDIN else Origin.FILE
    return starter.read(text, origin, context, same_shell=same_shell)


def scheduled(starter: Starter, command: Command, context: Context) -> list[Command]:
    """`crontab`, `at` and `batch`: what is run when the time comes."""
    text = _schedule(starter, command)
    if text is None:
        return []
    path = "/var/spool/cron/root" if command.name == "crontab" else "/etc/cron.daily/at"
    for line in schedules.lines(path, text):
        starter.read(line, Origin.LATER, context.wrapped(command))
    return [command]


def unit(starter: Starter, command: Command, context: Context) -> list[Command]:
    """`systemctl edit --stdin`: a unit, of which what it starts is run later."""
    if "--stdin" in command.texts and command.stdin is not None:
        for line in schedules.lines("/etc/systemd/system/edited.service", command.stdin):
            starter.read(line, Origin.LATER, context.wrapped(command))
    return []


def _schedule(starter: Starter, command: Command) -> Word | None:
    if command.name == "crontab":
        if command.has("-l", "-r"):
            return None
        file = next((w for w in reversed(command.operands) if w.text != "-"), None)
    else:
        file = command.value("-f")
    if file is not None:
        known = starter.walk.session.known.files.get(starter.walk.path(file.text))
        if known is not None:
            return known
    return command.stdin
