"""A person's consent to a deletion: what is asked, and what a no means."""

from collections.abc import Mapping, Sequence
from typing import Final

from mcp_server.creation.consent import Decision, Question, Reply, asked
from mcp_server.creation.definition import digest_of
from mcp_server.creation.refusal import disagreement
from mcp_server.creation.seal import Broken, Sealer
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.guardrails.texts import shown
from mcp_server.models.explanation import Explanation, Retry
from mcp_server.models.limits import NAME

_PURPOSE: Final = "deletion"
_FIXES: Final = {
    Decision.DECLINE: "Leave the command as it is. Ask the user what should become of it.",
    Decision.CANCEL: "Ask the user whether it shall be deleted; calling again asks again.",
    Decision.NO_ANSWER: "Call again when somebody is there; it asks again.",
    Decision.UNAVAILABLE: "Show the user what get_command says of it, and have a person delete it "
    "in the console, or with a client that can ask (MCP elicitation).",
}


def deletion_question(
    sealer: Sealer,
    about: Mapping[str, str],
    command: StoredCommand,
    against: Sequence[str],
    principal: str,
) -> Question:
    """What a person is asked; their yes is for this command as it is now.

    Args:
        sealer: of this service.
        about: region_id, command_id and fingerprint of the command.
        command: as it is stored; its texts may be anything.
        against: ids of the rules that would not let the same command be created again.
        principal: whom it is for.
    """
    undo = (
        f"It could not be made again as it is: {', '.join(against)} would refuse it."
        if against
        else "The answer to the agent has all that it takes to make it again, under another id."
    )
    message = "\n".join(
        (
            f"Delete the command {shown(command.name, NAME.maximum)!r} ({shown(command.type)}, "
            f"{len(command.content)} bytes, of {shown(command.created_at)}) in "
            f"{about['region_id']}?",
            f"Whoever runs it by its id can do so no longer. {undo}",
            f"CommandId: {about['command_id']}",
            f"Digest: {digest_of(command, about['region_id'])}",
        )
    )
    state = sealer.seal(_PURPOSE, {**about, "principal": principal})
    return Question(message, Decision.DELETE, about, state)


def answered_about(sealer: Sealer, state: str, principal: str) -> Mapping[str, str] | Broken:
    """What an earlier question was about: region_id, command_id and fingerprint."""
    content = asked(sealer, state, principal, _PURPOSE)
    if isinstance(content, Broken):
        return content
    return {name: value for name, value in content.items() if name != "principal"}


def unconfirmed(reply: Reply) -> Explanation:
    """A person has to agree to a deletion, and did not, or nobody could be asked."""
    explanation = disagreement(reply, "A person has to agree before a command is deleted.")
    changes: dict[str, object] = {"fix": _FIXES[reply.decision]}
    if reply.decision is Decision.UNAVAILABLE:  # no change of the arguments helps
        changes["retry"] = Retry.NO
    return explanation.model_copy(update=changes)
