"""The normal form of a script, the same for every language: what the rules look at.

A script is flattened into the commands it would start, in order, wherever they hide: behind
`sudo`, in `sh -c "..."`, in a here-document to a shell, in a decoded text, in a file that is
written and then run. What is not known before the script runs is a hole, never a guess.

Nothing here changes once it is made. A reading makes thousands of words and commands, and making a
frozen dataclass takes three times as long, so mypy sees to that by `Final`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Any, Final, Self, TypeVar, cast

_Found = TypeVar("_Found")

HOLE: Final = "\ue000"
"""Stands in a word's text for a stretch that is known only when the script runs."""
PARAMETER: Final = "\ue001"
"""Stands in a word's text for a `{{placeholder}}`, which the caller of the command fills in."""
TEMPORARY: Final = "/tmp/mktemp"  # noqa: S108 - a name for analysis, nothing is written there
"""Stands for the path that `mktemp` makes."""
_CLUSTER: Final = 2
_OPTION_MARKS: Final = frozenset("-/")


class Language(StrEnum):
    """The languages that are parsed."""

    SHELL = "sh"
    POWERSHELL = "powershell"
    BAT = "bat"


class Taint(StrEnum):
    """Where a value came from, when that matters."""

    NETWORK = "network"
    """Fetched from another host."""
    DECODED = "decoded"
    """Decoded, decrypted or otherwise unveiled; what it says was not readable in the script."""
    SENSITIVE = "sensitive"
    """Read from a place that holds credentials or personal data."""
    PARAMETER = "parameter"
    """Has a `{{placeholder}}` in it."""


class Origin(StrEnum):
    """How a command comes to run."""

    DIRECT = "direct"
    """It stands in the script, also inside a block, a function, a substitution or a wrapper."""
    STRING = "string"
    """In a text that is run: `eval`, `sh -c`, a here-document to a shell, `iex`, `cmd /c`."""
    DECODED = "decoded"
    """In a text that had to be decoded first."""
    FILE = "file"
    """In a file that the script writes and then runs."""
    LATER = "later"
    """Run at another time: `trap`, `crontab`, `at`, a scheduled task, a service's ExecStart."""
    REMOTE = "remote"
    """Run somewhere else: `ssh`, `Invoke-Command -ComputerName`, inside a container."""


@dataclass(unsafe_hash=True, slots=True)
class Span:
    """Where something stands in the script: character offsets, `end` exclusive.

    What stands in a nested text (decoded, written to a file) has the span of the statement in the
    script that carries it.
    """

    start: Final[int]
    end: Final[int]


_NOWHERE: Final = Span(0, 0)


@dataclass(unsafe_hash=True, slots=True)
class Word:
    """One argument, after quoting, escapes and what could be folded."""

    text: Final[str]
    """The value, with HOLE and PARAMETER for what is not known."""
    span: Final[Span] = _NOWHERE
    taints: Final[frozenset[Taint]] = frozenset()
    alternatives: Final[tuple[str, ...]] = ()
    """Every value that it takes, when that is several known ones: `for d in /etc /usr`."""
    quoted: Final[bool] = False
    """Whether splitting and globbing are off for the whole of it."""
    may_be_empty: Final[bool] = False
    """Whether a hole may turn out to be empty: an unset variable without `:?` or a default."""

    @property
    def is_literal(self) -> bool:
        """Whether the value is wholly known."""
        return HOLE not in self.text and PARAMETER not in self.text

    @property
    def values(self) -> tuple[str, ...]:
        """Each value to judge, at least one."""
        return self.alternatives or (self.text,)

    def at(self, span: Span) -> "Word":
        """The same standing elsewhere."""
        return Word(self.text, span, self.taints, self.alternatives, self.quoted, self.may_be_empty)


@dataclass(unsafe_hash=True, slots=True)
class Redirect:
    """One redirection of a command."""

    operator: Final[str]
    """As in POSIX: `<`, `>`, `>>`, `>|`, `&>`, `<>`, `>&`, `<&`, `<<`, `<<<`."""
    target: Final[Word]
    """The file, descriptor or, for a here-document and a here-string, the text."""
    descriptor: Final[int | None] = None
    """None where the operator's default holds."""


@dataclass(unsafe_hash=True, slots=True)
class Assignment:
    """A variable that gets a value."""

    name: Final[str]
    """As written; `env:NAME` for PowerShell's environment."""
    value: Final[Word]
    span: Final[Span]


@dataclass(unsafe_hash=True, slots=True)
class Condition:
    """What has to hold for a command to be reached: `if a`, `a &&`, `a ||`, `while a`."""

    commands: Final[tuple["Command", ...]]
    negated: Final[bool]
    """Whether they must fail: `if ! a`, `a ||`, an else branch."""


@dataclass(eq=False)
class Asked:
    """What several rules ask of the same thing is worked out once."""

    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Answers by the question."""

    def once(self, question: Callable[[Self], Iterable[_Found]]) -> tuple[_Found, ...]:
        """All that a question finds; it depends on nothing but this."""
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = tuple(question(self))
        return cast("tuple[_Found, ...]", known)


@dataclass(eq=False)
class Command(Asked):
    """A simple command: a program, built-in, cmdlet, function or .NET method with its arguments.

    .NET methods in PowerShell are commands too: `$client.DownloadString(u)` is named
    `.downloadstring`, `[IO.File]::Delete(p)` is named `::delete`; the words are what was called
    (receiver or type, as text, without `System.`), then the arguments.
    """

    name: Final[str]
    """For comparing: the program without its folder; in Windows languages lower-case, without
    `.exe`, `.com`, `.cmd` or `.bat`, and with PowerShell's aliases resolved. Empty when unknown."""
    words: Final[tuple[Word, ...]]
    """The program as written, then the arguments."""
    span: Final[Span]
    language: Final[Language]
    origin: Final[Origin] = Origin.DIRECT
    assignments: Final[tuple[Assignment, ...]] = ()
    """Before the command, for it only: `A=1 command`."""
    redirects: Final[tuple[Redirect, ...]] = ()
    """Its own and those of the blocks around it."""
    inputs: Final[tuple["Command", ...]] = ()
    """What is piped into it: the commands of the pipeline's part just before it."""
    stdin: Final[Word | None] = None
    """What it reads, where that is known text or has taints: here-document, here-string, pipe."""
    wrappers: Final[tuple["Command", ...]] = ()
    """What starts it, the outermost first: `sudo`, `timeout`, `xargs`, `find` with -exec."""
    conditions: Final[tuple[Condition, ...]] = ()
    """What has to hold for it to be reached, the outermost first."""
    function: Final[str] = ""
    """The function whose body it stands in."""
    background: Final[bool] = False
    """Whether nothing waits for it: `&`, `Start-Process` without -Wait, `start`."""
    directory: Final[str] = ""
    """The working directory, where a `cd` to a literal path comes before; empty when unknown."""

    args: tuple[Word, ...] = field(init=False, repr=False)
    """The arguments, without the program."""
    texts: tuple[str, ...] = field(init=False, repr=False)
    """The arguments' texts; lower-case in the Windows languages, which ignore case."""

    def __post_init__(self) -> None:
        args = self.words[1:]
        texts = tuple([word.text for word in args])
        if self.language is not Language.SHELL:
            texts = tuple([text.lower() for text in texts])
        # Set here and not when asked for: every command is asked.
        self.args = args
        self.texts = texts

    @cached_property
    def operands(self) -> tuple[Word, ...]:
        """The arguments that are no options; values of options are among them."""
        args, texts = self.args, self.texts
        end = texts.index("--") if "--" in texts else len(texts)
        plain = (word for word in args[:end] if not self._is_option(word.text))
        return (*plain, *args[end + 1 :])

    def has(self, *options: str) -> bool:
        """Whether any of these options is given, in any spelling of the command's language.

        `-r` is found in `-rf`; `--force` in `--force=yes`; `/s` in `/S` and `/s:x`; in PowerShell
        `-recurse` in `-rec` and `-Recurse:$true` (not `:$false`). Write options in lower case for
        the Windows languages.
        """
        known: bool | None = self._known.get(options)
        if known is None:  # rules ask the same of a command for each of its words
            # Whatever does not begin like an option can only be one as it is written.
            known = any(text in options for text in self.texts) or any(
                self._matches(text, option)
                for text in self.texts
                if text[:1] in _OPTION_MARKS
                for option in options
            )
            self._known[options] = known
        return known

    def value(self, *options: str) -> Word | None:
        """The value of one of these options: after it, or with it (`-ofile`, `--out=file`)."""
        question = ("value", options)
        if question not in self._known:
            self._known[question] = self._value(options)
        found: Word | None = self._known[question]
        return found

    def _value(self, options: tuple[str, ...]) -> Word | None:
        for index, (word, text) in enumerate(zip(self.args, self.texts, strict=True)):
            for option in options:
                if (attached := _attached(word, text, option)) is not None:
                    return attached
                if self._matches(text, option, attached=False) and index + 1 < len(self.args):
                    return self.args[index + 1]
        return None

    def is_guarded_by(self, *names: str) -> bool:
        """Whether a condition around it runs one of these programs."""
        return any(
            command.name in names for condition in self.conditions for command in condition.commands
        )

    def is_started_by(self, *names: str) -> bool:
        """Whether one of these programs starts it, such as `timeout`."""
        return any(wrapper.name in names for wrapper in self.wrappers)

    def _is_option(self, text: str) -> bool:
        if len(text) < _CLUSTER:
            return False
        if text[0] == "-":
            return True
        return text[0] == "/" and self.language is Language.BAT and "/" not in text[1:]

    def _matches(self, text: str, option: str, *, attached: bool = True) -> bool:
        if text == option:
            return True
        if option.startswith("/"):
            return attached and text.startswith(f"{option}:")
        if self.language is Language.POWERSHELL:
            name, _, value = text.partition(":")
            return (
                len(name) > 1 and name[0] == "-" and option.startswith(name) and value != "$false"
            )
        if option.startswith("--"):
            return attached and text.startswith(f"{option}=")
        is_cluster = text.startswith("-") and not text.startswith("--")
        if len(option) != _CLUSTER or not is_cluster:
            return False
        return option[1] in text[1:] if attached else text[-1] == option[1]


def _attached(word: Word, text: str, option: str) -> Word | None:
    """The value that is written in one word with its option."""
    for mark in ("=", ":") if option.startswith(("--", "/")) or len(option) > _CLUSTER else ("",):
        start = option + mark
        if text.startswith(start) and len(text) > len(start):
            return Word(word.text[len(start) :], word.span, word.taints, quoted=word.quoted)
    return None


class Trait(StrEnum):
    """What was recognised in code that is not parsed into commands."""

    REVERSE_SHELL = "reverse shell"
    """Connects to another host, or listens, and gives it a shell."""
    REMOTE_CODE = "remote code"
    """Runs code that it fetches."""
    HIDDEN_CODE = "hidden code"
    """Runs code that it decodes, or builds so that it cannot be read here."""
    MASS_ENCRYPTION = "mass encryption"
    """Encrypts the files of a whole tree in place."""
    INJECTION = "injection"
    """Puts machine code into memory, its own or another process's, and runs it."""
    MEMORY_DUMP = "memory dump"
    """Writes another process's memory to a file."""
    KEYLOGGER = "keylogger"
    """Records keys, the clipboard or the screen."""
    SCANNER_BYPASS = "scanner bypass"
    """Patches or avoids the malware scanner or event tracing of its process."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Code that is not parsed into commands: `python -c`, `perl -e`, an awk program."""

    language: str
    """`python`, `perl`, `ruby`, `node`, `php`, `awk`, `lua`, `vbscript`, `csharp`, ..."""
    code: Word
    whole: bool = False
    """Whether it is the whole script, by its shebang or launcher."""
    command: Command | None = None
    """What runs it."""
    traits: frozenset[Trait] = frozenset()


class Obstacle(StrEnum):
    """Why a part of a script could not be analysed."""

    SYNTAX = "it is not valid in its language, or the parser does not know this form"
    SIZE = "it is larger than what is analysed"
    DEPTH = "it nests deeper than what is analysed"
    TIME = "its analysis took too long"
    LANGUAGE = "it is written in a language that is not analysed"
    PARSER = "no parser for its language works on this machine"


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that could not be analysed, so that nothing may be concluded from its silence."""

    obstacle: Obstacle
    span: Span


@dataclass(frozen=True, slots=True)
class Execution:
    """Something runs as code that is not readable in the script, or comes from elsewhere."""

    command: Command
    """What runs it."""
    taints: frozenset[Taint]
    """Where the code came from; empty when nothing is known of it."""
    source: Word | None = None
    """The address it was fetched from, where that is known."""
    is_verified: bool = False
    """Whether a checksum or signature is checked between fetching and running."""


@dataclass(eq=False)
class Script(Asked):
    """A script, ready to be judged."""

    language: Final[Language]
    text: Final[str]
    """As it was read, with LF alone: positions are in it, and its lines are the original's."""
    commands: Final[tuple[Command, ...]] = ()
    """Everything that would be started, in order, nested ones after what starts them."""
    assignments: Final[tuple[Assignment, ...]] = ()
    functions: Final[frozenset[str]] = frozenset()
    """The names that the script defines, of functions and labels."""
    foreign: Final[tuple[Foreign, ...]] = ()
    gaps: Final[tuple[Gap, ...]] = ()
    executions: Final[tuple[Execution, ...]] = ()
    dialect: Final[str] = ""
    """What the shebang or launcher names: `sh`, `bash`, `dash`, ...; empty when nothing does."""
    trusted_hosts: Final[frozenset[str]] = frozenset()
    """Hosts whose downloads the operator trusts; exact, or the suffix after a dot."""
    options: Final[frozenset[str]] = frozenset()
    """Of the shell, set near the start: `errexit`, `nounset`, `pipefail`."""

    @cached_property
    def by_name(self) -> dict[str, tuple[Command, ...]]:
        """The commands by name."""
        found: dict[str, list[Command]] = {}
        for command in self.commands:
            found.setdefault(command.name, []).append(command)
        return {name: tuple(commands) for name, commands in found.items()}

    @cached_property
    def _by_place(self) -> tuple[Command, ...]:
        return tuple(sorted(self.commands, key=lambda command: command.span.start))

    def within(self, span: Span) -> Iterator[Command]:
        """The commands that stand inside a stretch of the script, such as a substitution."""
        commands = self._by_place
        first = bisect_right(commands, span.start, key=lambda command: command.span.start)
        for command in islice(commands, first, None):
            if command.span.start >= span.end:
                return
            if command.span.end <= span.end:
                yield command

    def named(self, *names: str) -> Iterator[Command]:
        """The commands with one of these names."""
        for name in names:
            yield from self.by_name.get(name, ())
