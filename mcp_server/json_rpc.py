"""JSON-RPC messages as bytes, in and out, whatever the bytes are."""

import json

import mcp_types as types
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from mcp_server.surrogates import clean


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
        request_id = fields.get("id") if isinstance(fields, dict) else None
        known = isinstance(request_id, int | str) and not isinstance(request_id, bool)
        raise UnreadableError(
            types.INVALID_REQUEST,
            "Invalid request: a line is one JSON-RPC 2.0 message",
            request_id if known else None,
        ) from None


def _parse(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        raise UnreadableError(types.PARSE_ERROR, "Parse error: the line is not JSON") from None


def _refuse_bad_id(fields: object) -> None:
    # With an id that is no id, the message would pass as a notification and never be answered.
    if isinstance(fields, dict) and "id" in fields:
        raise UnreadableError(
            types.INVALID_REQUEST, "Invalid request: id is a string or an integer"
        )
