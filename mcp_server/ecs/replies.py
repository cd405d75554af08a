"""What the API's replies hold, read without trusting them."""

import string
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from mcp_server.ecs.failure import Failure
from mcp_server.ecs.stored_command import StoredCommand, whole
from mcp_server.models.explanation import Outcome
from mcp_server.models.limits import NEXT_TOKEN

_LONGEST_ID: Final = 128
_SUCCESS: Final = 200
_TELLING: Final = 12
"""Letters and digits in a row that a word and a secret must share for the word to show it."""
_PROBE: Final = 6
_SHORTEST: Final = 8
"""Of what can be told from a word that merely looks alike."""
_ALIGNMENTS: Final = range(3)
"""Base64 of a part of a text depends on where in a group of three bytes the part begins."""
_BETWEEN: Final = b"\xff"
"""In no text: UTF-8 does not have it."""
_KEPT: Final = f"{string.ascii_letters}{string.digits}".encode() + _BETWEEN
_OTHERS: Final = bytes(set(range(256)) - set(_KEPT))


class Created(NamedTuple):
    """What CreateCommand answers."""

    command_id: str
    request_id: str | None


def created(reply: Mapping[str, Any]) -> Created | Failure:
    """The ids of CreateCommand."""
    command_id, request_id = _id(reply.get("CommandId")), _id(reply.get("RequestId"))
    if command_id is None:
        return Failure("NoCommandId", http_status=_SUCCESS, request_id=request_id)
    return Created(command_id, request_id)


def stored(command_id: str, reply: Mapping[str, Any]) -> StoredCommand | Failure | None:
    """The command of DescribeCommands that was asked for, or None: no other stands in for it."""
    try:
        rows = (reply.get("Commands") or {}).get("Command") or ()
        commands = (StoredCommand.from_reply(row) for row in rows)
        return next((command for command in commands if command.command_id == command_id), None)
    except Exception:  # noqa: BLE001 - the endpoint decides what is in a reply
        return _unreadable(reply)


class CommandPage(NamedTuple):
    """Some of the commands of a region."""

    commands: tuple[StoredCommand, ...]
    next_token: str
    """For those that follow; empty when these are the last."""
    total: int | None
    """Of all that fit, where the endpoint counts them."""
    unreadable: int = 0
    """Commands of the page that are not as documented, and are left out."""


def page(reply: Mapping[str, Any]) -> CommandPage | Failure:
    """One page of DescribeCommands."""
    try:
        rows = (reply.get("Commands") or {}).get("Command") or ()
        token = reply.get("NextToken") or ""
        if not _is_next_token(token):
            return _unreadable(reply)
        total = reply.get("TotalCount")
        counts = isinstance(total, int) and not isinstance(total, bool) and total >= 0
        commands = [command for row in rows if (command := _readable(row)) is not None]
        return CommandPage(
            tuple(commands), token, total if counts else None, len(rows) - len(commands)
        )
    except Exception:  # noqa: BLE001 - the endpoint decides what is in a reply
        return _unreadable(reply)


class CallerIdentity(NamedTuple):
    """Who the account's keys say that the caller is."""

    account_id: str
    arn: str


def caller_identity(reply: Mapping[str, Any]) -> CallerIdentity | Failure:
    """The caller of GetCallerIdentity."""
    account_id, arn = _id(reply.get("AccountId")), _id(reply.get("Arn"))
    return CallerIdentity(account_id, arn) if account_id and arn else _unreadable(reply)


class ResourceGroup(NamedTuple):
    """A resource group of the account."""

    group_id: str
    display_name: str


def resource_groups(reply: Mapping[str, Any]) -> tuple[ResourceGroup, ...] | Failure:
    """The groups of ListResourceGroups."""
    try:
        rows = (reply.get("ResourceGroups") or {}).get("ResourceGroup") or ()
        return tuple(
            ResourceGroup(group_id, whole(str(row.get("DisplayName") or "")))
            for row in rows
            if (group_id := _id(row["Id"])) is not None
        )
    except Exception:  # noqa: BLE001 - the endpoint decides what is in a reply
        return _unreadable(reply)


def _readable(row: Mapping[str, Any]) -> StoredCommand | None:
    try:
        return StoredCommand.from_reply(row)
    except ValueError:
        return None


def _is_next_token(token: object) -> bool:
    return isinstance(token, str) and len(token) <= NEXT_TOKEN.maximum and token.isprintable()


def request_id(reply: Mapping[str, Any]) -> str | Failure:
    """The id of a request whose answer says nothing else."""
    found = _id(reply.get("RequestId"))
    return _unreadable(reply) if found is None else found


def answered(reply: Mapping[str, Any]) -> Failure | None:
    """Nothing, of any reply that is one of the API's."""
    return _unreadable(reply) if _id(reply.get("RequestId")) is None else None


def region_ids(reply: Mapping[str, Any]) -> tuple[str, ...] | Failure:
    """The ids of DescribeRegions."""
    try:
        rows = (reply.get("Regions") or {}).get("Region") or ()
        return tuple(str(row["RegionId"]) for row in rows)
    except Exception:  # noqa: BLE001 - the endpoint decides what is in a reply
        return _unreadable(reply)


def _unreadable(reply: Mapping[str, Any]) -> Failure:
    return Failure(
        "BadResponse", Outcome.UNKNOWN, http_status=_SUCCESS, request_id=_id(reply.get("RequestId"))
    )


def _id(value: object) -> str | None:
    fits = isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isprintable()
    return str(value) if fits else None


def echoes(word: str, withheld: Sequence[str]) -> bool:
    """Whether a code or an id of the endpoint's shows a part of something that is not to be shown.

    As it is, in Base64 or in hexadecimal, with or without punctuation and in any case: words such
    as these are too short to be read by a person first, and go into logs.
    """
    shown = _squeezed(word.encode("utf-8", "replace"))
    # In one piece: every created command is searched for, and there are forty forms.
    secrets = _squeezed(_BETWEEN.join(form for value in withheld for form in _forms(value)))
    if any(
        _SHORTEST <= len(secret) < _TELLING and secret in shown
        for secret in secrets.split(_BETWEEN)
    ):
        return True
    # Every run that tells holds one of these whole, and most words are done with after them.
    probes = [
        shown[at : at + _PROBE] for at in range(0, len(shown) - _PROBE + 1, _TELLING - _PROBE + 1)
    ]
    return any(probe in secrets for probe in probes) and any(
        shown[at : at + _TELLING] in secrets for at in range(len(shown) - _TELLING + 1)
    )


def _forms(value: str) -> Iterator[bytes]:
    given = value.encode("utf-8", "replace")
    plain = [given]
    with suppress(ValueError):
        plain.append(b64decode(given, validate=True))
    for text in plain:
        yield text
        yield text.hex().encode()
        for skipped in _ALIGNMENTS:
            # Without the end, which depends on what follows.
            yield b64encode(text[skipped:]).rstrip(b"=")[:-1]


def _squeezed(text: bytes) -> bytes:
    return text.translate(None, _OTHERS).lower()
