"""Callers with a person beside them, who answers as a test says."""

from dataclasses import dataclass, field

from mcp_server.creation.consent import Answered, Decision, Question, Reply


@dataclass
class Beside:
    """A person within the call, as in the handshake era."""

    reply: Reply
    principal: str = ""
    answered: Answered | None = None
    asked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> Reply | None:
        self.asked.append(question)
        return self.reply


@dataclass
class Later:
    """A person whose answer comes with the next call, as since 2026-07-28."""

    principal: str = ""
    answered: Answered | None = None

    async def ask(self, question: Question) -> Reply | None:  # noqa: ARG002 - it comes later
        return None

    def answering(self, question: Question, decision: Decision, reason: str = "") -> "Later":
        """The caller of the next call, with an answer to a question."""
        return Later(self.principal, Answered(question.state, Reply(decision, reason)))


YES = Reply(Decision.CREATE)
