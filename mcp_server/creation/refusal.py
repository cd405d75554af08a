"""Explanations for what never reached the API: findings that stop a request."""

from typing import Final

from mcp_server.creation.consent import LONGEST_REASON, Decision, Reply
from mcp_server.ecs.error_catalogue.lookup import listed
from mcp_server.guardrails.policy.rules import POLICY_PREFIX
from mcp_server.guardrails.texts import shown
from mcp_server.models.explanation import Explanation, Outcome, Retry, Source
from mcp_server.models.finding import Finding, Repair, Severity
from mcp_server.models.limits import API_PAGE

_SHOWN: Final = 8
"""Findings that one message tells."""


CODES: Final = {
    Decision.DECLINE: "Declined",
    Decision.CANCEL: "ConfirmationCancelled",
    Decision.NO_ANSWER: "ConfirmationTimedOut",
    Decision.UNAVAILABLE: "ConfirmationUnavailable",
}
"""Of each way not to get a person's consent; the catalogue has what they mean."""


def invalid(findings: tuple[Finding, ...]) -> Explanation:
    """The arguments cannot be sent; `repair` has every change that is known at once."""
    problems = [finding for finding in findings if finding.severity is Severity.INVALID]
    repair = merged_repair(problems)
    unrepaired = [finding.field for finding in problems if finding.repair is None]
    return Explanation(
        code="InvalidArguments",
        source=Source.INPUT,
        field=problems[0].field,
        message=f"{_counted(len(problems), 'problem')} in the arguments. {_messages(problems)}",
        cause="The API would refuse these arguments, or store something other than was meant.",
        fix=_how_to_fix(repair, unrepaired),
        repair=repair,
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
        reference=API_PAGE,
    )


def blocked(findings: tuple[Finding, ...]) -> Explanation:
    """A rule forbids the command, whoever asks."""
    problems = [finding for finding in findings if finding.severity is Severity.BLOCK]
    by_policy = all(finding.rule_id.startswith(POLICY_PREFIX) for finding in problems)
    return Explanation(
        code="Blocked",
        source=Source.POLICY if by_policy else Source.GUARDRAIL,
        field=problems[0].field,
        message=_messages(problems),
        cause="The operator's policy does not permit these arguments."
        if by_policy
        else "The script does harm that cannot be undone, or hands the instance over.",
        fix="Change the arguments as the findings say; only the operator can change the policy."
        if by_policy
        else "Change the script as the findings say. Only the operator's policy can waive a rule.",
        repair=merged_repair(problems),
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
    )


def unconfirmed(findings: tuple[Finding, ...], reply: Reply) -> Explanation:
    """A person has to agree, and did not, or nobody could be asked: that means no."""
    problems = [finding for finding in findings if finding.severity is Severity.CONFIRM]
    message = _messages(problems) or "The operator's policy has a person asked for every command."
    return disagreement(reply, message).model_copy(
        update={
            "field": problems[0].field if problems else None,
            "repair": merged_repair(problems),
        }
    )


def disagreement(reply: Reply, message: str) -> Explanation:
    """What the catalogue says of an answer that is no yes, with the person's own words."""
    row = listed(CODES[reply.decision])
    if row is None:
        raise AssertionError("each code of ours is in the catalogue")
    if reply.reason:
        message = f"{message} The person's reason: {shown(reply.reason, LONGEST_REASON)}"
    return Explanation(
        code=row.code,
        source=Source.CONFIRMATION,
        message=message,
        cause=row.cause,
        fix=row.fix,
        retry=row.retry,
        outcome=Outcome.NOT_SENT,
    )


def server_error(outcome: Outcome, *, creates: bool = True) -> Explanation:
    """A bug of this server's: its log says where, and nobody else is told what.

    Args:
        outcome: what is known of it.
        creates: whether the call was to create, or to preview, a command.
    """
    unknown = (
        " What became of the command is unknown; the same call once more repeats it with the same "
        "token, and cannot create a second one."
        if creates
        else " The command may be gone; the same call once more tells."
    )
    again = Retry.SAME_TOKEN if creates else Retry.LATER
    return Explanation(
        code="ServerError",
        source=Source.SERVER,
        message="This server has a bug and could not finish the call.",
        cause="The server's log says where." + unknown * (outcome is Outcome.UNKNOWN),
        fix="Other arguments may get past it. " * creates + "Report it with the lines of the log.",
        retry=again if outcome is Outcome.UNKNOWN else Retry.NO,
        outcome=outcome,
    )


def merged_repair(findings: list[Finding]) -> Repair | None:
    """All repairs as one object of arguments to change, or None when there is none."""
    merged: Repair = {}
    for finding in findings:
        merged |= finding.repair or {}
    return merged or None


def _how_to_fix(repair: Repair | None, unrepaired: list[str]) -> str:
    fields = list(dict.fromkeys(unrepaired))[:_SHOWN]
    by_hand = f"Mend {', '.join(fields)} as the findings say." * bool(fields)
    if repair is None:
        return by_hand
    merge = "Merge repair into the arguments (null takes an argument out) and call again."
    return f"{by_hand} {merge}".strip()


def _messages(findings: list[Finding]) -> str:
    told = [finding.message for finding in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        told.append(f"And {len(findings) - _SHOWN} more.")
    return " ".join(told)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
