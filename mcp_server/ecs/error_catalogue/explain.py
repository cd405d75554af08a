"""From a failure to the answer that a caller gets."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from mcp_server.ecs.error_catalogue.foreign_text import clean, repeats
from mcp_server.ecs.error_catalogue.lookup import row_for
from mcp_server.ecs.error_catalogue.row import (
    ACTION,
    DETAIL,
    MAY_EXIST,
    PERMISSION,
    REGION,
    REPEAT,
    RESOURCE,
    Row,
)
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.services import CENTRAL_ACTIONS, PERMISSIONS
from mcp_server.models.explanation import Explanation, Outcome, Retry

_ARGUMENTS: Final = {
    "regionid": "region_id",
    "name": "name",
    "commandname": "name",
    "description": "description",
    "commanddescription": "description",
    "type": "type",
    "cmdtype": "type",
    "commandcontent": "command_content",
    "contentencoding": "content_encoding",
    "workingdir": "working_dir",
    "commandworkingdir": "working_dir",
    "timeout": "timeout",
    "enableparameter": "enable_parameter",
    "launcher": "launcher",
    "resourcegroup": "resource_group_id",
    "resourcegroupid": "resource_group_id",
    "clienttoken": "client_token",
    "tag": "tags",
    "tagkey": "tags",
    "tagvalue": "tags",
    "commandid": "command_id",
    "cmdid": "command_id",
    "maxresults": "max_results",
    "nexttoken": "next_token",
    "provider": "provider",
}
_CREATES: Final = "CreateCommand"
_OF_CREATIONS: Final = (
    (REPEAT, "Repeat the request."),
    (" with the same client_token", ""),
    (MAY_EXIST, ""),
)
"""What holds for a call that creates, and what stands in its place for any other."""
_READS: Final = ("Describe", "Get", "List")
"""How the actions begin that change nothing: of those there is nothing to be unsure of."""
_RESOURCES: Final = {"DescribeRegions": "*", **dict.fromkeys(CENTRAL_ACTIONS, "*")}
"""Of the actions that are not on commands."""
_DENIAL_KEYS: Final = ("AuthAction", "AuthPrincipalType", "PolicyType", "NoPermissionType")
_DIAGNOSIS: Final = "EncodedDiagnosticMessage"
_LONGEST_DENIAL: Final = 100
_LONGEST_LINK: Final = 500
_VENDOR_HOSTS: Final = (".alibabacloud.com", ".aliyun.com")


def explain(
    failure: Failure,
    *,
    outcome: Outcome | None = None,
    action: str = _CREATES,
    region_id: str | None = None,
    withheld: Sequence[str] = (),
) -> Explanation:
    """Say what happened and how to get past it.

    Args:
        failure: what is known; `Failure(code)` alone explains a code.
        outcome: what is known over all attempts, where that is more than this failure says.
        action: the API action that was called.
        region_id: where; without it the texts keep `<region>`.
        withheld: the script as it was sent and the account's keys. Text of the endpoint's that
            repeats a part of one is dropped.
    """
    row = row_for(failure.code, failure.http_status)
    own_outcome = failure.outcome or row.outcome
    known = _of_action(outcome or own_outcome, action)

    def fill(text: str) -> str:
        detail = failure.detail or "the details are in its answer"
        for words, instead in _OF_CREATIONS if action != _CREATES else ():
            text = text.replace(words, instead)
        return (
            text.replace(PERMISSION, _permission(action))  # first: it has the action in it
            .replace(ACTION, action)
            .replace(RESOURCE, resource(action, region_id))
            .replace(REGION, region_id or REGION)
            .replace(DETAIL, detail)
        )

    cause = [fill(row.cause), *_foreign(row, failure, withheld)]
    if action == _CREATES and known is Outcome.UNKNOWN and own_outcome is not Outcome.UNKNOWN:
        cause.append(
            "An earlier attempt of this call got no usable answer, so the command may exist."
        )
    fix = [fill(row.fix)]
    if failure.retry_after is not None:
        fix.append(f"The endpoint asks to wait {_seconds(failure.retry_after)}.")
    return Explanation(
        code=failure.code,
        source=row.source,
        field=row.field or _argument(failure.code),
        message=fill(row.meaning),
        cause=" ".join(cause),
        fix=" ".join(fix),
        repair=dict(row.repair) if row.repair is not None else None,
        retry=_retry(row.retry, known, action),
        outcome=known,
        http_status=failure.http_status,
        request_id=failure.request_id,
        reference=_reference(row, failure, withheld),
    )


def resource(action: str, region_id: str | None = None) -> str:
    """What a policy must name to allow an action; without a region it keeps `<region>`."""
    return _RESOURCES.get(action, RESOURCE).replace(REGION, region_id or REGION)


def _permission(action: str) -> str:
    service = CENTRAL_ACTIONS.get(action)
    return f"{'ecs' if service is None else PERMISSIONS[service]}:{action}"


def _seconds(seconds: float) -> str:
    number = f"{seconds:.3f}".rstrip("0").rstrip(".")
    return f"{number} second{'s' * (number != '1')}"


def _of_action(outcome: Outcome, action: str) -> Outcome:
    """An outcome in words that fit the call."""
    if action == _CREATES or outcome is Outcome.NOT_SENT:
        return outcome
    is_settled = outcome is Outcome.NOT_CREATED or action.startswith(_READS)
    return Outcome.NOT_DONE if is_settled else outcome


def _retry(retry: Retry, outcome: Outcome, action: str) -> Retry:
    """While nobody knows, only the same token is safe, unless the request must change first."""
    if action != _CREATES:  # no other call has a token, and each may be repeated
        return Retry.LATER if retry is Retry.SAME_TOKEN else retry
    unknown = outcome is Outcome.UNKNOWN and retry is Retry.LATER
    return Retry.SAME_TOKEN if unknown else retry


def _foreign(row: Row, failure: Failure, withheld: Sequence[str]) -> list[str]:
    """What the endpoint itself said, where our own row does not say it all."""
    said = []
    if row.code != failure.code:
        message = clean(failure.message)
        if message and not repeats(message, withheld):
            said.append(f"The API says: {message!r}.")
    denied = {
        key: clean(value, _LONGEST_DENIAL)
        for key in _DENIAL_KEYS
        if isinstance(value := failure.access_denied.get(key), str) and value
    }
    shown = "; ".join(
        f"{key} {value!r}" for key, value in denied.items() if not repeats(value, withheld)
    )
    if shown:
        said.append(f"The denial says: {shown}.")
    if failure.access_denied.get(_DIAGNOSIS):
        said.append(
            f"Its {_DIAGNOSIS} can be read by someone who may ram:DecodeDiagnosticMessage, under "
            "the request id."
        )
    return said


def _argument(code: str) -> str | None:
    """Our name of the parameter that a code such as `MissingParameter.RegionId` names."""
    for part in reversed(code.split(".")):
        name = part.removeprefix("Missing").removeprefix("Invalid").lower()
        if argument := _ARGUMENTS.get(name):
            return argument
    return None


def _reference(row: Row, failure: Failure, withheld: Sequence[str]) -> str:
    """The row's page; the vendor's own link only for a code that is not in the catalogue."""
    link = failure.recommendation
    passes = row.code != failure.code and _is_vendor_link(link) and not repeats(link, withheld)
    return link if passes else row.reference


def _is_vendor_link(link: str) -> bool:
    if not link.isascii() or not link.isprintable() or len(link) > _LONGEST_LINK or " " in link:
        return False
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and f".{host}".endswith(_VENDOR_HOSTS)
        and port is None
        and "@" not in parts.netloc
        and "\\" not in link
    )
