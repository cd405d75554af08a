"""A script by itself: findings under the operator's policy, and the verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mcp_server.guardrails.analysis import Analyser
from mcp_server.guardrails.policy.model import NO_POLICY, Policy
from mcp_server.guardrails.policy.weighing import utc_today, weighed
from mcp_server.guardrails.script.model import Language, Script
from mcp_server.guardrails.script.shell.shfmt import ShellParser
from mcp_server.models.finding import Finding, Severity

Verdict = Literal["ok", "advice", "confirm", "block"]
_VERDICTS: dict[Severity, Verdict] = {
    Severity.INVALID: "block",
    Severity.BLOCK: "block",
    Severity.CONFIRM: "confirm",
    Severity.ADVICE: "advice",
}


@dataclass(frozen=True, slots=True)
class ScriptJudgement:
    """What is to be thought of a script."""

    verdict: Verdict
    """That of the heaviest finding; ok without one."""
    findings: tuple[Finding, ...]
    """The heaviest first."""
    script: Script
    """As it was understood."""


class Judge:
    """Judges scripts, one after another, without holding anything of them.

    Args:
        policy: of the operator.
        today: in UTC; waivers end.
        parser: of shell scripts; whoever gives one closes it.
    """

    def __init__(
        self,
        policy: Policy = NO_POLICY,
        today: Callable[[], date] = utc_today,
        parser: ShellParser | None = None,
    ) -> None:
        self._policy = policy
        self._today = today
        self._analyser = Analyser(trusted_hosts=frozenset(policy.trusted_hosts), parser=parser)

    def judge(
        self, text: str, language: Language, *, parameters: bool = False, launcher: str = ""
    ) -> ScriptJudgement:
        """Judge a script; any text gets a verdict, and none an exception."""
        read = self._analyser.analysis(text, language, parameters=parameters, launcher=launcher)
        findings = sorted(
            weighed(read.findings, self._policy, self._today()), key=lambda f: f.severity.weight
        )
        verdict = _VERDICTS[findings[0].severity] if findings else "ok"
        return ScriptJudgement(verdict, tuple(findings), read.script)
