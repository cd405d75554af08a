"""A person's consent: what is asked, what was answered, and who is there to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from mcp_server.creation.seal import Broken, Sealer
from mcp_server.guardrails.texts import shown
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.request import CommandRequest

_PURPOSE: Final = "question"
_LONGEST_EXCERPT: Final = 160
LONGEST_REASON: Final = 300
"""Characters of a reason that are told."""
_SHOWN: Final = 8
"""Rules that a question tells in full, and lines of one."""


class Decision(StrEnum):
    """What came of asking."""

    CREATE = "create"
    DELETE = "delete"
    DECLINE = "decline"
    CANCEL = "cancel"
    """The person closed the question without an answer."""
    NO_ANSWER = "no answer"
    """Nobody answered in time."""
    UNAVAILABLE = "unavailable"
    """The client has no way to ask."""


AGREEING: Final = frozenset({Decision.CREATE, Decision.DELETE})
"""What a person can agree to, each by its own word."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or that there was none."""

    decision: Decision
    reason: str = ""
    """In the person's own words; may be anything."""

    def to(self, wanted: Decision) -> "Reply":
        """The reply to a question about this: the yes to another one is none."""
        is_other_yes = self.decision in AGREEING and self.decision is not wanted
        return Reply(Decision.DECLINE, self.reason) if is_other_yes else self


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked, and what exactly their yes is for."""

    message: str
    wanted: Decision
    """The word for yes."""
    about: Mapping[str, str]
    """What exactly the yes is for: of a creation its digest and client_token."""
    state: str
    """Sealed: goes out with the question, where the answer comes in another call."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that came with this call, to a question of an earlier one."""

    state: str
    reply: Reply


class Caller(Protocol):
    """Who calls, and whom they can ask."""

    @property
    def principal(self) -> str:
        """Who it is, for seals; empty where callers are not told apart."""

    @property
    def answered(self) -> Answered | None:
        """The answer that this call brings, if it brings one."""

    async def ask(self, question: Question) -> Reply | None:
        """Ask; None when the answer will come with the next call."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """A caller who cannot ask anyone."""

    principal: str = ""
    answered: Answered | None = None

    async def ask(self, question: Question) -> Reply | None:  # noqa: ARG002 - nobody reads it
        """There is nobody."""
        return Reply(Decision.UNAVAILABLE)


NOBODY: Final = Nobody()


def question(
    sealer: Sealer,
    request: CommandRequest,
    findings: tuple[Finding, ...],
    digest: str,
    client_token: str,
    principal: str,
) -> Question:
    """What a person is asked about a request; the digest stands for every byte of it."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity is Severity.CONFIRM:
            by_rule.setdefault(finding.rule_id, []).append(finding)
    more = [f"{rule_id} {found[0].rule}" for rule_id, found in by_rule.items()][_SHOWN:]
    lines = [
        f"Create the command {request.name!r} ({request.type}) in {request.region_id}?",
        "It is stored, not run; whoever runs it later runs it as root or SYSTEM.",
        *map(_told, list(by_rule.values())[:_SHOWN]),
        *([f"Besides: {', '.join(more)}."] if more else []),
        f"Digest: {digest}",
    ]
    about = {"digest": digest, "client_token": client_token}
    state = sealer.seal(_PURPOSE, about | {"principal": principal})
    return Question("\n".join(lines), Decision.CREATE, about, state)


def asked(
    sealer: Sealer, state: str, principal: str, purpose: str = _PURPOSE
) -> dict[str, Any] | Broken:
    """What an earlier question was about: of a creation the digest and the client_token."""
    content = sealer.open(purpose, state)
    if not isinstance(content, Broken) and content["principal"] != principal:
        return Broken.FORGED
    return content


def _told(found: list[Finding]) -> str:
    """What one rule found, by its first place."""
    finding = found[0]
    others = [str(other.line) for other in found[1:] if other.line]
    again = f" and {', '.join(others[:_SHOWN])}{', ...' * (len(others) > _SHOWN)}" * bool(others)
    place = f"Line {finding.line}{again}: " if finding.line else ""
    # What stands in a script must not write a line of the question.
    excerpt = f" ({shown(finding.excerpt, _LONGEST_EXCERPT)})" if finding.excerpt else ""
    return f"- {place}{finding.message}{excerpt} {finding.why}"
