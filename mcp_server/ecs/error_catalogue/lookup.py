"""From a code to its row."""

from dataclasses import replace
from typing import Final

from mcp_server.ecs.error_catalogue.access_rows import ACCESS_ROWS, DENIALS
from mcp_server.ecs.error_catalogue.local_rows import LOCAL_ROWS
from mcp_server.ecs.error_catalogue.refusal_rows import REFUSAL_ROWS
from mcp_server.ecs.error_catalogue.request_rows import REQUEST_ROWS
from mcp_server.ecs.error_catalogue.row import (
    MAY_EXIST,
    REPEAT,
    TROUBLESHOOTING_PAGE,
    Row,
)
from mcp_server.ecs.error_catalogue.service_rows import SERVICE_ROWS
from mcp_server.models.explanation import Outcome, Retry

ROWS: Final = (*REQUEST_ROWS, *ACCESS_ROWS, *SERVICE_ROWS, *LOCAL_ROWS, *REFUSAL_ROWS)

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
    f"The fault is on the vendor's side{MAY_EXIST}.",
    REPEAT,
    retry=Retry.SAME_TOKEN,
    outcome=Outcome.UNKNOWN,
    again=True,
    reference=TROUBLESHOOTING_PAGE,
)

_UNSETTLED: Final = frozenset({408, 499})
"""Who answers so gave up waiting; what was waited for may go on."""
_FIRST_SERVER_FAILURE: Final = 500
_THROTTLING: Final = "Throttling"
_LOCAL: Final = frozenset(row.code for row in (*LOCAL_ROWS, *REFUSAL_ROWS))
_EXACT: Final = {row.code: row for row in ROWS if not row.code.endswith("*")}
_BY_SPELLING: Final = {row.code.lower(): row for row in ROWS}
_FAMILIES: Final = sorted(
    ((row.code.removesuffix("*"), row) for row in ROWS if row.code.endswith("*")),
    key=lambda family: len(family[0]),
    reverse=True,
)


def row_for(code: str, http_status: int | None = None) -> Row:
    """The row of a code: its own, else of its longest dotted prefix, else of its family.

    A code that nothing of this fits is judged by the HTTP status. And whatever a code says, after
    a status that settles nothing the outcome is unknown, unless the request was throttled.
    """
    row = _row(code, http_status)
    if settles(http_status) or row.code.startswith(_THROTTLING) or row.outcome is Outcome.UNKNOWN:
        return row
    return replace(row, outcome=Outcome.UNKNOWN)


def settles(http_status: int | None) -> bool:
    """Whether an answer with this status says that the request was not carried out."""
    return http_status is None or (
        http_status < _FIRST_SERVER_FAILURE and http_status not in _UNSETTLED
    )


def is_local(code: str) -> bool:
    """Whether a code leads to a row of our own: no endpoint can know what that says."""
    return _row(code, None).code in _LOCAL


def listed(code: str) -> Row | None:
    """The row of this very code, however its letters are spelled; families by their `*`."""
    return _BY_SPELLING.get(code.lower()) if code.isascii() else None


def is_listed(code: str) -> bool:
    """Whether the catalogue has this very code, which is then no news to a caller."""
    return code in _EXACT


def _row(code: str, http_status: int | None) -> Row:
    prefix = code
    while prefix:
        if row := _EXACT.get(prefix):
            return row
        prefix = prefix.rpartition(".")[0]
    unknown = ANY_CODE if settles(http_status) else ANY_SERVER_FAILURE
    return next((row for start, row in _FAMILIES if code.startswith(start)), unknown)


def is_denial(code: str) -> bool:
    """Whether RAM refused: whoever called was recognised, but has no permission."""
    return row_for(code).code in DENIALS
