"""From a script's text to findings: parsed once, then every rule looks at the parse."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from mcp_server.guardrails.rules import ALL_RULES
from mcp_server.guardrails.rules.anywhere.analysis import RULES as ANALYSIS_RULES
from mcp_server.guardrails.script.excerpt import Lines
from mcp_server.guardrails.script.model import (
    Command,
    Gap,
    Language,
    Obstacle,
    Script,
    Span,
)
from mcp_server.guardrails.script.reading import read_script
from mcp_server.guardrails.script.shell.shfmt import ShellParser
from mcp_server.guardrails.script_rule import OnCommands, OnScript, Opinion, ScriptRule
from mcp_server.models.finding import Finding, Severity

FIELD: Final = "command_content"
MOST_FINDINGS: Final = 50
"""In one answer, the heaviest first; a script with more has been understood by then."""

LONGEST: Final = 1.8
"""Seconds for a script in all, so that with the last check a verdict comes within two."""

_Judge = Callable[[Command, Script], Opinion]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule and the place in the script that it flags."""

    rule: ScriptRule
    severity: Severity
    span: Span


@dataclass(frozen=True, slots=True)
class Analysis:
    """A script as it was understood, and what was found in it."""

    script: Script
    findings: tuple[Finding, ...]
    """The heaviest first."""


class RuleIndex:
    """Rules by the names of the commands that they look at, so that a script is passed over once.

    A shell command inside a Windows script (`wsl`, `bash -c`), and the other way round, is judged
    by the rules of its own language.

    Args:
        rules: those that apply, of whatever language.
        language: of the script; rules of other languages only judge nested commands in theirs.
    """

    def __init__(self, rules: Iterable[ScriptRule], language: Language) -> None:
        self._by_name: dict[str, list[tuple[ScriptRule, _Judge]]] = {}
        self._by_foreign_name: dict[str, list[tuple[ScriptRule, _Judge]]] = {}
        self._whole: list[tuple[ScriptRule, OnScript]] = []
        self._is_foreign = _on_other_system(language)
        for rule in rules:
            for check in rule.checks:
                if language in rule.languages:
                    self._add(rule, check)
                if any(map(self._is_foreign, rule.languages)) and not isinstance(check, OnScript):
                    _put(self._by_foreign_name, rule, check)

    def _add(self, rule: ScriptRule, check: OnCommands | OnScript) -> None:
        if isinstance(check, OnScript):
            self._whole.append((rule, check))
        else:
            _put(self._by_name, rule, check)

    def hits(self, script: Script, is_over: Callable[[], bool] = lambda: False) -> Iterator[Hit]:
        """Everything that the rules flag, as it comes.

        When the time is over, what is left is a gap, and only the rules about gaps still look.
        """
        for command in script.commands:
            if is_over():
                yield from self._unfinished(script, command.span)
                return
            yield from self._hits_of(command, script)
        for rule, check in self._whole:
            if is_over():
                yield from self._unfinished(script, Span(0, len(script.text)))
                return
            for match in check.find(script):
                yield Hit(rule, match.severity or rule.severity, match.span)

    def _hits_of(self, command: Command, script: Script) -> Iterator[Hit]:
        by_name = self._by_foreign_name if self._is_foreign(command.language) else self._by_name
        for rule, judge in by_name.get(command.name, ()):
            opinion = judge(command, script)
            if isinstance(opinion, Severity):
                yield Hit(rule, opinion, command.span)
            elif opinion:
                yield Hit(rule, rule.severity, command.span)

    def _unfinished(self, script: Script, span: Span) -> Iterator[Hit]:
        unfinished = replace(script, gaps=(*script.gaps, Gap(Obstacle.TIME, span)))
        for rule, check in self._whole:
            if rule in ANALYSIS_RULES:
                for match in check.find(unfinished):
                    yield Hit(rule, match.severity or rule.severity, match.span)


def _put(
    index: dict[str, list[tuple[ScriptRule, _Judge]]], rule: ScriptRule, check: OnCommands
) -> None:
    for name in check.names:
        index.setdefault(name, []).append((rule, check.judge))


def _on_other_system(language: Language) -> Callable[[Language], bool]:
    """Whether a language is of the other system than a script's: a shell, or Windows."""
    is_shell = language is Language.SHELL
    return lambda other: (other is Language.SHELL) is not is_shell


class Analyser:
    """Judges scripts. Holds nothing of them; the index of a language is made when first needed."""

    def __init__(
        self,
        rules: tuple[ScriptRule, ...] = ALL_RULES,
        trusted_hosts: frozenset[str] = frozenset(),
        parser: ShellParser | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._trusted_hosts = trusted_hosts
        self._parser = parser or ShellParser()
        self._now = now
        self._indices: dict[Language, RuleIndex] = {}

    def _index(self, language: Language) -> RuleIndex:
        index = self._indices.get(language)
        if index is None:
            index = self._indices[language] = RuleIndex(self._rules, language)
        return index

    def analysis(
        self, text: str, language: Language, *, parameters: bool = False, launcher: str = ""
    ) -> Analysis:
        """A script's parse, and what the rules say of it; never raises for what it holds.

        Args:
            text: the script, any text.
            language: by the command's type.
            parameters: whether `{{name}}` is filled in at each run.
            launcher: the program that starts the script, where one is named.
        """
        deadline = self._now() + LONGEST
        script = replace(
            read_script(
                text, language, parameters=parameters, launcher=launcher, parser=self._parser
            ),
            trusted_hosts=self._trusted_hosts,
        )
        hits = {
            (hit.rule.id, hit.span.start): hit
            for hit in sorted(
                self._index(script.language).hits(script, lambda: self._now() >= deadline),
                key=lambda hit: -hit.severity.weight,
            )
        }  # of one rule at one place the heaviest stays, being the last
        lines = Lines(script.text)
        ordered = sorted(hits.values(), key=lambda hit: (hit.severity.weight, hit.span.start))
        return Analysis(script, tuple(_finding(hit, lines) for hit in ordered[:MOST_FINDINGS]))


def _finding(hit: Hit, lines: Lines) -> Finding:
    return Finding(
        rule_id=hit.rule.id,
        rule=hit.rule.name,
        severity=hit.severity,
        field=FIELD,
        line=lines.number(hit.span.start),
        excerpt=lines.excerpt(hit.span),
        message=hit.rule.what,
        why=hit.rule.why,
        fix=hit.rule.instead,
    )
