"""One row of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_server.models.explanation import Outcome, Retry, Source
from mcp_server.models.limits import API_PAGE

ACTION: Final = "<action>"
"""Stands for the API action in a row's text, such as `CreateCommand`."""
PERMISSION: Final = f"ecs:{ACTION}"
"""Stands for what RAM calls the action, which for another service's is not `ecs:` and its name."""
REGION: Final = "<region>"
"""Stands for the region id in a row's text."""
RESOURCE: Final = f"acs:ecs:{REGION}:*:command/*"
"""What a policy names to allow an action on commands; stands for what the action needs."""
DETAIL: Final = "<detail>"
"""Stands for what is wrong and where, in our own words, in a local row's text."""

MAY_EXIST: Final = "; the command may have been created"
REPEAT: Final = (
    "Repeat the same request with the same client_token: if the first one did create the "
    "command, the answer is that one, and no second one is made."
)

ENDPOINTS_PAGE: Final = (
    "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-endpoint"
)
IDEMPOTENCE_PAGE: Final = "https://www.alibabacloud.com/help/en/doc-detail/25693.html"
PERMISSION_PAGE: Final = (
    "https://www.alibabacloud.com/help/en/ecs/announcement-of-changes-to-the-authentication-"
    "mechanism-for-alibaba-cloud-ecs-query-type-apis"
)
SIGNATURE_PAGE: Final = (
    "https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature"
)
THROTTLING_PAGE: Final = "https://help.aliyun.com/zh/ecs/developer-reference/api-throttling"
TROUBLESHOOTING_PAGE: Final = (
    "https://help.aliyun.com/en/ecs/developer-reference/error-code-error-code-troubleshooting-ideas"
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one code means and how to get past it.

    A code that ends in `*` is a family: it explains every code that begins so.
    """

    code: str
    meaning: str
    """One sentence: what happened."""
    cause: str
    """Why that happens."""
    fix: str
    """What to do, for an agent or a person."""
    retry: Retry = Retry.AFTER_FIX
    field: str | None = None
    """Our name of the argument to change."""
    repair: Mapping[str, Any] | None = None
    """Arguments to change so that this fault goes away; None leaves an argument out."""
    outcome: Outcome = Outcome.NOT_CREATED
    again: bool = False
    """Whether the gateway itself repeats the request, with the same ClientToken."""
    source: Source = Source.ECS
    reference: str = API_PAGE
