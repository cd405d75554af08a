"""Codes about who calls: keys, tokens, signatures and permissions."""

from typing import Final

from mcp_server.ecs.error_catalogue.row import (
    PERMISSION,
    PERMISSION_PAGE,
    RESOURCE,
    SIGNATURE_PAGE,
    TROUBLESHOOTING_PAGE,
    Row,
)
from mcp_server.models.explanation import Retry

_GRANT = (
    f"Ask whoever administers the account to allow the action {PERMISSION} on the resource "
    f"{RESOURCE} for this user or role, and to look for a policy that denies it."
)
_RENEW = (
    "Get new temporary credentials and set the key id, the key secret and "
    "ALIBABA_CLOUD_SECURITY_TOKEN together, since the three belong to each other; then start this "
    "server again. A source that refreshes by itself (a role, a profile, a URI) needs no restart."
)

DENIALS: Final = frozenset({"Forbidden.RAM", "NoPermission", "NoPermission*"})
"""The rows of a denial by RAM, which comes after the signature was accepted."""

ACCESS_ROWS: Final = (
    Row(
        "InvalidAccessKeyId.NotFound",
        "The AccessKey id is not known.",
        "It is misspelled, was deleted, is a temporary one sent without its token, or belongs to "
        "the other site: accounts of aliyun.com (China) and alibabacloud.com (international) are "
        "separate.",
        "Check ALIBABA_CLOUD_ACCESS_KEY_ID, or whichever source the setting `credentials` names, "
        "against the RAM console.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidAccessKeyId.Inactive",
        "The AccessKey is disabled.",
        "Someone disabled it in the RAM console, or the vendor did after a leak.",
        "Enable it, or use another AccessKey.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "Forbidden.AccessKeyDisabled",
        "The AccessKey is disabled.",
        "Someone disabled it in the RAM console, or the vendor did after a leak.",
        "Enable it, or use another AccessKey.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "SignatureDoesNotMatch",
        "The signature of the request is not the right one.",
        "The key secret does not belong to the key id, or a proxy changed the request on its way.",
        "Check ALIBABA_CLOUD_ACCESS_KEY_SECRET for missing or extra characters; if a proxy is set, "
        "try without it.",
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "IncompleteSignature",
        "The signature of the request is incomplete.",
        "A proxy removed headers from the request, or this program has a fault.",
        "If a proxy is set, try without it; otherwise report a fault of this program.",
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "InvalidSignatureMethod",
        "The method of the signature is not accepted.",
        "A proxy changed the request, or this program has a fault.",
        "If a proxy is set, try without it; otherwise report a fault of this program.",
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "InvalidTimeStamp.Expired",
        "The time in the request is more than 15 minutes off.",
        "The clock of the machine that runs this server is wrong.",
        "Set the clock (with NTP), then repeat the request.",
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "InvalidTimeStamp.Format",
        "The time in the request is not written as the API wants it.",
        "A proxy changed the request, or this program has a fault.",
        "If a proxy is set, try without it; otherwise report a fault of this program.",
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "SignatureNonceUsed",
        "The very same signed request arrived twice.",
        "A proxy or the network sent it again.",
        "Repeat the request with the same client_token; it is signed anew.",
        retry=Retry.SAME_TOKEN,
        again=True,
        reference=SIGNATURE_PAGE,
    ),
    Row(
        "InvalidSecurityToken.Expired",
        "The security token has expired.",
        "Temporary credentials live for an hour by default.",
        _RENEW,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidSecurityToken.Malformed",
        "The security token cannot be read.",
        "It was cut off or changed when it was copied.",
        _RENEW,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidSecurityToken.MismatchWithAccessKey",
        "The security token belongs to another AccessKey.",
        "One of the three values is from another set of temporary credentials.",
        _RENEW,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidSecurityToken",
        "The security token is not valid.",
        "It expired, was changed when it was copied, or belongs to another AccessKey.",
        _RENEW,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "MissingSecurityToken",
        "The AccessKey is temporary, and its security token was not sent.",
        "A key id that begins with STS. works only with its token.",
        _RENEW,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "Forbidden.RAM",
        f"The account's policies do not allow {PERMISSION} to this user or role.",
        "No policy grants it, or one denies it.",
        _GRANT,
        reference=PERMISSION_PAGE,
    ),
    Row(
        "NoPermission",
        f"The account's policies do not allow {PERMISSION} to this user or role.",
        "No policy grants it, or one denies it.",
        _GRANT,
        reference=PERMISSION_PAGE,
    ),
    Row(
        "NoPermission*",
        f"The account's policies do not allow {PERMISSION} to this user or role.",
        "No policy grants it, or one denies it.",
        _GRANT,
        reference=PERMISSION_PAGE,
    ),
    Row(
        "Forbidden.RiskControl",
        "The vendor's risk control stopped the request.",
        "The account or the address it calls from looked suspicious, or a bill is open.",
        "Sign in to the console, follow what it asks for, or open a ticket.",
        retry=Retry.NO,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "Forbidden.UserVerification",
        "The account is not verified.",
        "The vendor wants the account's owner to prove who they are first.",
        "Complete the real-name verification in the console.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "Forbidden",
        "The request is not permitted.",
        "No policy grants it, one denies it, or the account may not use the service.",
        _GRANT,
        reference=PERMISSION_PAGE,
    ),
    Row(
        "Forbidden*",
        "The request is not permitted.",
        "No policy grants it, one denies it, or the account may not use the service.",
        _GRANT,
        reference=PERMISSION_PAGE,
    ),
    Row(
        "Operation.Forbidden",
        "The operation is not permitted.",
        "The account, its status or the region does not allow it.",
        f"Check in the console that the account is in good order. {_GRANT}",
    ),
    Row(
        "InsufficientBalance",
        "The account has not enough money.",
        "A bill is overdue.",
        "Top up the account, then repeat the request.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidOwner*",
        "A parameter that names the owner of the resource is wrong.",
        "This program never sends one; a proxy may have added it.",
        "If a proxy is set, try without it; otherwise report a fault of this program.",
        reference=TROUBLESHOOTING_PAGE,
    ),
)
