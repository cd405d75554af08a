"""Codes about the service: load, failures, and requests that came to the wrong place."""

from typing import Final

from mcp_server.ecs.error_catalogue.row import (
    ENDPOINTS_PAGE,
    IDEMPOTENCE_PAGE,
    MAY_EXIST,
    REGION,
    REPEAT,
    SIGNATURE_PAGE,
    THROTTLING_PAGE,
    TROUBLESHOOTING_PAGE,
    Row,
)
from mcp_server.models.explanation import Outcome, Retry

_THROTTLED = (
    "Wait a minute, then repeat the request with the same client_token; send fewer requests at "
    "the same time."
)
_WRONG_PLACE = (
    "Check region_id and the settings `network` and `extra_regions`, and that no proxy sends the "
    "request elsewhere."
)
_ALTERED = (
    "If a proxy is set, try without it; otherwise report a fault of this program, with the "
    "request id."
)

SERVICE_ROWS: Final = (
    Row(
        "Throttling",
        "Too many requests: the API is refusing some for now.",
        "The limit counts per account, region and API, over a minute.",
        _THROTTLED,
        retry=Retry.LATER,
        again=True,
        reference=THROTTLING_PAGE,
    ),
    Row(
        "Throttling.User",
        "Too many requests of this account: the API is refusing some for now.",
        "The limit counts per account, region and API, over a minute; other programs count too.",
        _THROTTLED,
        retry=Retry.LATER,
        again=True,
        reference=THROTTLING_PAGE,
    ),
    Row(
        "Throttling.Api",
        "Too many requests for this API: it is refusing some for now.",
        "The limit counts for everyone who uses the API.",
        _THROTTLED,
        retry=Retry.LATER,
        again=True,
        reference=THROTTLING_PAGE,
    ),
    Row(
        "Throttling*",
        "Too many requests: the API is refusing some for now.",
        "The limit counts per account, region and API, over a minute.",
        _THROTTLED,
        retry=Retry.LATER,
        again=True,
        reference=THROTTLING_PAGE,
    ),
    Row(
        "ServiceUnavailable",
        "ECS is not available for a moment.",
        "The service is being maintained, or is overloaded.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "InternalError",
        "ECS failed while it worked on the request.",
        f"The fault is on the vendor's side{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "InternalError.Dispatch",
        "ECS failed while it passed the request on.",
        f"The fault is on the vendor's side{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "InternalError*",
        "ECS failed while it worked on the request.",
        f"The fault is on the vendor's side{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "UnknownError",
        "ECS failed and does not say why.",
        f"The fault is on the vendor's side{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "UnsupportedOperation",
        "The API does not support this operation.",
        "The region or the account does not offer it.",
        "Try another region_id.",
        retry=Retry.NO,
        field="region_id",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidAction",
        "The host that answered does not know this API.",
        "The request reached another service or an endpoint without Cloud Assistant.",
        _WRONG_PLACE,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "InvalidApi.NotFound",
        "The host that answered does not know this API.",
        "The request reached another service or an endpoint without Cloud Assistant.",
        _WRONG_PLACE,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "InvalidAction.NotFound",
        "The host that answered does not know this API.",
        "The request reached another service or an endpoint without Cloud Assistant.",
        _WRONG_PLACE,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "NoSuchVersion",
        "The host that answered does not know this version of the API.",
        "The request reached another service, or the vendor has withdrawn version 2014-05-26.",
        _WRONG_PLACE,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "InvalidVersion",
        "The host that answered does not know this version of the API.",
        "The request reached another service, or the vendor has withdrawn version 2014-05-26.",
        _WRONG_PLACE,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "UnsupportedHTTPMethod",
        "The API does not accept this HTTP method.",
        "A proxy changed the request, or this program has a fault.",
        _ALTERED,
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "InvalidProtocol.NeedSsl",
        "The API accepts HTTPS only.",
        "The request arrived over plain HTTP; a proxy may have removed the encryption.",
        "Use the cloud without a proxy that decrypts requests.",
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "InvalidRegion.NotFound",
        f"The host that answered does not serve the region {REGION}.",
        "The region does not exist, or the request reached another region's endpoint.",
        _WRONG_PLACE,
        field="region_id",
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "InvalidProduct.NotFound",
        f"ECS is not offered at the endpoint of the region {REGION}.",
        "The region does not exist, or the request reached another service.",
        _WRONG_PLACE,
        field="region_id",
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "NotSupportedEndpoint",
        f"The endpoint does not serve the region {REGION}.",
        "The request reached another region's endpoint.",
        _WRONG_PLACE,
        field="region_id",
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "ContentLengthDoesNotMatch",
        "The request did not arrive whole.",
        "A proxy or the network cut or changed it.",
        _ALTERED,
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "ContentMD5NotMatched",
        "The request did not arrive unchanged.",
        "A proxy or the network cut or changed it.",
        _ALTERED,
        reference=SIGNATURE_PAGE,
    ),
)
