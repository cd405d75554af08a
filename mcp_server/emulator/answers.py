"""HTTP answers: success, error, and those of scripted faults."""

import json
import uuid
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from mcp_server.emulator.call import JsonObject
from mcp_server.emulator.errors import EVERY_ERROR, ApiError
from mcp_server.emulator.faults import Fault
from mcp_server.emulator.settings import Clock

_JSON: Final = "application/json;charset=utf-8"
_BODIES: Final[Mapping[str, tuple[str, bytes]]] = {
    "malformed_json": (_JSON, b'{"RequestId": "'),
    "html": ("text/html", b"<html><body><h1>Error</h1><hr>proxy</body></html>\n"),
    "empty": (_JSON, b""),
    "json_array": (_JSON, b'["unexpected"]'),
}


class Answers:
    """Makes the answers of a product to one request, all with the same request id."""

    def __init__(self, host: str, product: str, clock: Clock) -> None:
        self.request_id = str(uuid.uuid4()).upper()
        self._host = host
        self._product = product
        self._clock = clock

    def success(self, result: JsonObject) -> Response:
        """200 with the action's result."""
        return self._json(200, {**result, "RequestId": self.request_id})

    def error(self, error: ApiError) -> Response:
        """The answer for an expected refusal."""
        content = self._error(error.code, error.message, None)
        if error.details is not None:
            content["AccessDeniedDetail"] = dict(error.details)
        return self._json(error.status, content)

    def fault(self, fault: Fault) -> Response:
        """The answer a fault with a code or a body puts in place of the usual one."""
        if fault.code is not None:
            message = fault.message or EVERY_ERROR.get(fault.code, (0, "Scripted fault."))[1]
            content = self._error(fault.code, message, fault.recommend)
            return self._json(fault.answer_status, content, fault.retry_after)
        if fault.body == "without_command_id":
            return self._json(fault.answer_status, {"RequestId": self.request_id})
        content_type, body = _BODIES[fault.body or "empty"]
        return self._response(fault.answer_status, content_type, body)

    def _error(self, code: str, message: str, recommend: str | None) -> JsonObject:
        link = (
            "https://api.aliyun.com/troubleshoot"
            f"?q={quote(code, safe='')}&product={self._product}&requestId={self.request_id}"
        )
        return {
            "RequestId": self.request_id,
            "HostId": self._host,
            "Code": code,
            "Message": message,
            "Recommend": recommend or link,
        }

    def _json(self, status: int, content: JsonObject, retry_after: int | None = None) -> Response:
        return self._response(status, _JSON, json.dumps(content).encode(), retry_after)

    def _response(
        self, status: int, content_type: str, body: bytes, retry_after: int | None = None
    ) -> Response:
        headers = {
            "content-type": content_type,
            "date": format_datetime(self._clock(), usegmt=True),
            "x-acs-request-id": self.request_id,
            "x-acs-trace-id": uuid.uuid4().hex,
        }
        if retry_after is not None:
            headers["x-acs-retry-after"] = str(retry_after)
        return Response(body, status, headers)
