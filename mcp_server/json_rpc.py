"""JSON-RPC messages as bytes, in and out, whatever the bytes are."""

import json
import re

import mcp_types as types
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from mcp_server.surrogates import clean

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_MEMBER = rf"\s*+{_STRING}\s*+:\s*+(?:{_STRING}|[-+.\w]++)\s*+"
_HEAD = re.compile(rf"\s*+\{{((?:{_MEMBER},)*+)", re.DOTALL)
_TAIL = re.compile(rf"((?:,{_MEMBER})++)\}}\s*+\Z", re.DOTALL)
_TAIL_SEARCHED = 500

TOO_DEEP = "Parse error: the JSON is nested too deeply"


class UnreadableError(Exception):
    """The bytes are no JSON-RPC message; `answer` says so to the sender."""

    def __init__(self, code: int, message: str, request_id: types.RequestId | None = None) -> None:
        super().__init__(message)
        self.answer = types.JSONRPCError(
            jsonrpc="2.0", id=request_id, error=types.ErrorData(code=code, message=message)
        )


def decode(data: bytes) -> types.JSONRPCMessage:
    """Read one message.

    Lone surrogates and bytes that are not UTF-8 are kept, as lone surrogates: the tool that is
    called can then name the argument they are in. pydantic's own parser would refuse the message.

    Raises:
        UnreadableError: With the answer to send back.
    """
    try:
        message = types.jsonrpc_message_adapter.validate_json(data, by_name=False)
    except ValidationError:
        message = _decode_leniently(data)
    if isinstance(message, types.JSONRPCNotification) and b'"id"' in data:
        _refuse_bad_id(_parse(data))
    return message


def stopped(request_id: types.RequestId | None) -> types.JSONRPCError:
    """The answer to a call that the end of the server overtakes."""
    message = "The server was stopped before it could answer; what became of the call is unknown"
    error = types.ErrorData(code=types.CONNECTION_CLOSED, message=message)
    return types.JSONRPCError(jsonrpc="2.0", id=request_id, error=error)


def encode(message: types.JSONRPCMessage) -> bytes:
    """Write one message as one line; lone surrogates become U+FFFD."""
    try:
        text = message.model_dump_json(by_alias=True, exclude_unset=True)
    except PydanticSerializationError:
        fields = clean(message.model_dump(by_alias=True, exclude_unset=True))
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _decode_leniently(data: bytes) -> types.JSONRPCMessage:
    fields = _parse(data)
    try:
        return types.jsonrpc_message_adapter.validate_python(fields, by_name=False)
    except ValidationError:
        raise UnreadableError(
            types.INVALID_REQUEST,
            "Invalid request: a line is one JSON-RPC 2.0 message",
            _id_of(fields),
        ) from None


def _parse(data: bytes) -> object:
    text = data.decode("utf-8", "surrogateescape")
    try:
        return json.loads(text, parse_int=_number)
    except ValueError:
        raise UnreadableError(types.PARSE_ERROR, "Parse error: the line is not JSON") from None
    except RecursionError:
        raise UnreadableError(types.PARSE_ERROR, TOO_DEEP, _id_around_the_depth(text)) from None


def _number(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts; a field's own check can say so
        return float(digits)


def _id_of(fields: object) -> types.RequestId | None:
    found = fields.get("id") if isinstance(fields, dict) else None
    return found if isinstance(found, int | str) and not isinstance(found, bool) else None


def _id_around_the_depth(text: str) -> types.RequestId | None:
    """The id of an object that is nested too deeply to parse.

    It is sought among the plain members before the first nested one and after the last: there
    it is no other id, whatever lies between.
    """
    head, tail = _HEAD.match(text), _TAIL.search(text[-_TAIL_SEARCHED:])
    if head is None:
        return None
    found = set()
    for members in (head[1], tail[1] if tail else ""):
        try:
            found.add(_id_of(json.loads("{" + members.strip(",") + "}", parse_int=_number)))
        except ValueError:
            return None
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _refuse_bad_id(fields: object) -> None:
    # With an id that is no id, the message would pass as a notification and never be answered.
    if isinstance(fields, dict) and "id" in fields:
        raise UnreadableError(
            types.INVALID_REQUEST, "Invalid request: id is a string or an integer"
        )
