"""What a rule about scripts is: one declaration that judges, documents and tests."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mcp_server.guardrails.rule import Rule
from mcp_server.guardrails.script.model import Command, Language, Script, Span
from mcp_server.models.finding import Severity

Opinion = bool | Severity | None
"""Of a check: true is the rule's own severity, a severity is that one, anything else is no hit."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place in the script that a rule flags."""

    span: Span
    severity: Severity | None = None
    """None is the rule's own."""


@dataclass(frozen=True, slots=True)
class OnCommands:
    """A check of each command that has one of these names."""

    names: frozenset[str]
    judge: Callable[[Command, Script], Opinion]


@dataclass(frozen=True, slots=True)
class OnScript:
    """A check of the script as a whole, once."""

    find: Callable[[Script], Iterable[Match]]


def on(
    *names: str, when: Callable[[Command, Script], Opinion] = lambda _command, _script: True
) -> OnCommands:
    """A check of the commands with these names."""
    return OnCommands(frozenset(names), when)


@dataclass(frozen=True, slots=True)
class Examples:
    """Scripts by language; each is a test and is shown in the documentation."""

    sh: tuple[str, ...] = ()
    powershell: tuple[str, ...] = ()
    bat: tuple[str, ...] = ()

    def each(self) -> Iterator[tuple[Language, str]]:
        """Every example with its language."""
        for language in Language:
            for script in self.of(language):
                yield language, script

    def of(self, language: Language) -> tuple[str, ...]:
        """The examples in one language."""
        match language:
            case Language.SHELL:
                return self.sh
            case Language.POWERSHELL:
                return self.powershell
            case Language.BAT:
                return self.bat


@dataclass(frozen=True, kw_only=True)
class ScriptRule(Rule):
    """A pattern in scripts. `why` says why it is bad."""

    what: str
    """What the script does there, in the present tense: the finding's message."""
    instead: str
    """What to do instead: the finding's fix."""
    right_when: str
    """When it is right after all, for the person who is asked or who writes a waiver."""
    check: OnCommands | OnScript | tuple[OnCommands | OnScript, ...]
    flags: Examples
    """Each gives a finding of this rule, at the rule's own severity or another one."""
    allows: Examples
    """Close relatives, and none gives a finding of this rule."""
    attack: str | None = field(default=None)
    """The technique of MITRE ATT&CK, such as `T1485`."""

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """Those that it has examples in; it judges no script in another."""
        return tuple(language for language in Language if self.flags.of(language))

    @cached_property
    def checks(self) -> tuple[OnCommands | OnScript, ...]:
        """The checks, one or more."""
        return self.check if isinstance(self.check, tuple) else (self.check,)
