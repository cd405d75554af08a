"""Codes of our own for requests that were stopped before anything was sent.

`creation.refusal` makes the answers, with the findings that led to them. These rows say what a
code means when it is all that is known.
"""

from typing import Final

from mcp_server.ecs.error_catalogue.row import DETAIL, REPEAT, Row
from mcp_server.models.explanation import Outcome, Retry, Source

REFUSAL_ROWS: Final = (
    Row(
        "InvalidArguments",
        "The arguments of the call need a change.",
        "The API would refuse them, or store something other than was meant; what is wrong with "
        f"each of them: {DETAIL}.",
        "Merge `repair` into the arguments (null takes an argument out), mend the rest as the "
        "findings say, and call again.",
        outcome=Outcome.NOT_SENT,
        source=Source.INPUT,
    ),
    Row(
        "Blocked",
        "A rule forbids the command, whoever asks.",
        "The script does harm that cannot be undone or hands the instance over, or the operator's "
        f"policy does not permit the arguments; which rule it was: {DETAIL}.",
        "Change what the findings name, as they say; never disguise it. Only the operator's policy "
        "can waive a rule.",
        outcome=Outcome.NOT_SENT,
        source=Source.GUARDRAIL,
    ),
    Row(
        "Declined",
        "A person said no to the command.",
        "A person was asked, and said no.",
        "Do not try the same in another form. Ask the user what should be different, and change "
        "the request so that the findings go.",
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
        source=Source.CONFIRMATION,
    ),
    Row(
        "ConfirmationCancelled",
        "A person closed the question about the command.",
        "A person was asked, and closed the question without an answer.",
        "Ask the user whether it shall be created; calling again asks again.",
        retry=Retry.LATER,
        outcome=Outcome.NOT_SENT,
        source=Source.CONFIRMATION,
    ),
    Row(
        "ConfirmationTimedOut",
        "Nobody answered the question about the command in time.",
        "A person was asked, and no answer came in time.",
        "Call again when somebody is there; it asks again.",
        retry=Retry.LATER,
        outcome=Outcome.NOT_SENT,
        source=Source.CONFIRMATION,
    ),
    Row(
        "ConfirmationUnavailable",
        "A person has to agree to the command, and nobody could be asked.",
        "A person has to agree to this, and this client has no way to ask one.",
        "Change the request so that the findings go; or show the user the preview, and have a "
        "person create it with a client that can ask (MCP elicitation), on the command line "
        "(cloud-assistant-mcp create) or in the console.",
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
        source=Source.CONFIRMATION,
    ),
    Row(
        "CommandChanged",
        "The command was changed while a person was asked about it.",
        "Their yes was for what they saw.",
        "Call again; it asks about what the command is now.",
        retry=Retry.LATER,
        field="command_id",
        outcome=Outcome.NOT_SENT,
        source=Source.CONFIRMATION,
    ),
    Row(
        "ProvidedByVendor",
        "The command is one of the vendor's public commands.",
        "Public commands belong to their provider; an account may run them, and not delete them.",
        "Leave it. list_commands without provider shows the commands of the account itself.",
        retry=Retry.NO,
        field="command_id",
        outcome=Outcome.NOT_SENT,
        source=Source.GUARDRAIL,
    ),
    Row(
        "ServerError",
        "This server has a bug and could not finish the call.",
        "The server's log says where.",
        f"{REPEAT} Report it with the lines of the log.",
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        source=Source.SERVER,
    ),
)
