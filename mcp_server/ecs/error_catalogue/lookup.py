"""From a code to its row."""

from typing import Final

from mcp_server.ecs.error_catalogue.access_rows import ACCESS_ROWS
from mcp_server.ecs.error_catalogue.local_rows import LOCAL_ROWS
from mcp_server.ecs.error_catalogue.request_rows import REQUEST_ROWS
from mcp_server.ecs.error_catalogue.row import REPEAT, TROUBLESHOOTING_PAGE, Row
from mcp_server.ecs.error_catalogue.service_rows import SERVICE_ROWS
from mcp_server.models.explanation import Outcome, Retry

ROWS: Final = (*REQUEST_ROWS, *ACCESS_ROWS, *SERVICE_ROWS, *LOCAL_ROWS)

ANY_CODE: Final = Row(
    "*",
    "ECS refused the request with a code that this program does not know.",
    "The vendor's page for the code says more than its name does.",
    "Look the code up under the reference, with the request id; change what it names.",
    reference=TROUBLESHOOTING_PAGE,
)

ANY_SERVER_FAILURE: Final = Row(
    "*",
    "ECS failed with a code that this program does not know.",
    "The fault is on the vendor's side; the command may have been created all the same.",
    REPEAT,
    retry=Retry.SAME_TOKEN,
    outcome=Outcome.UNKNOWN,
    again=True,
    reference=TROUBLESHOOTING_PAGE,
)

_SERVER_FAILURES: Final = range(500, 600)
_EXACT: Final = {row.code: row for row in ROWS if not row.code.endswith("*")}
_FAMILIES: Final = sorted(
    ((row.code.removesuffix("*"), row) for row in ROWS if row.code.endswith("*")),
    key=lambda family: len(family[0]),
    reverse=True,
)


def row_for(code: str, http_status: int | None = None) -> Row:
    """The row of a code: its own, else of its longest dotted prefix, else of its family.

    Only a code that nothing of this fits is judged by the HTTP status.
    """
    prefix = code
    while prefix:
        if row := _EXACT.get(prefix):
            return row
        prefix = prefix.rpartition(".")[0]
    unknown = ANY_SERVER_FAILURE if http_status in _SERVER_FAILURES else ANY_CODE
    return next((row for start, row in _FAMILIES if code.startswith(start)), unknown)
