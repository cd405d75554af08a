"""The error codes the endpoint can answer with: HTTP status and message text."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# The texts of CreateCommand are those of the vendor's page of June 2026; the rest follow the
# public list of gateway errors, which does not give every status (400 where it does not).
ERRORS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        # CreateCommand
        "RegionId.ApiNotSupported": (400, "The api is not supported in this region."),
        "CmdParam.EmptyKey": (400, "You must specify the parameter names."),
        "CmdParam.InvalidParamName": (
            400,
            "Invalid parameter name. The name can contain only lowercase letters (a to z), "
            "uppercase letters (A to Z), numbers (0 to 9), hyphens (-), and underscores (_).",
        ),
        "CmdContent.DecodeError": (400, "The CommandContent can not be base64 decoded."),
        "InvalidParameter.WorkingDir": (400, "The specified parameter WorkingDir is not valid."),
        "InvalidClientToken.Malformed": (400, "The specified parameter clientToken is not valid."),
        "InternalError.Dispatch": (500, "An error occurred when you dispatched the request."),
        "CmdContent.ExceedLimit": (
            403,
            "The length of the command content exceeds the upper limit.",
        ),
        "CmdName.ExceedLimit": (403, "The length of the command name exceeds the upper limit."),
        "CmdDesc.ExceedLimit": (
            403,
            "The length of the command description exceeds the upper limit.",
        ),
        "CmdCount.ExceedQuota": (
            403,
            "The total number of commands in the current region exceeds the quota.",
        ),
        "CmdParamCount.ExceedLimit": (403, "The maximum number of custom parameters is exceeded."),
        "CmdParamName.ExceedLimit": (403, "The maximum length of a parameter name is exceeded."),
        "Operation.Forbidden": (403, "The operation is not permitted."),
        "InvalidStatus.ResourceGroup": (
            403,
            "You cannot perform an operation on a resource group that is being created or deleted.",
        ),
        "InvalidParameterCharacter.CommandName": (
            403,
            "The command Name contains illegal characters.",
        ),
        "InvalidParameterCharacter.CommandDescription": (
            403,
            "The command Description contains illegal characters.",
        ),
        "InvalidParameterCharacter.CommandWorkingDir": (
            403,
            "The command WorkingDir contains illegal characters.",
        ),
        "InvalidLauncher.LengthLimitExceeded": (
            403,
            "The length of the parameter Launcher exceeds the limit of 1 KB characters.",
        ),
        "InvalidTimeout.ExceedLimit": (
            403,
            "The specified parameter Timeout exceeds the upper limit.",
        ),
        "IdempotentParameterMismatch": (
            403,
            "The specified parameter has changed while using an already used clientToken.",
        ),
        "IdempotentProcessing": (
            403,
            "The previous idempotent request(s) is still processing.",
        ),
        "InvalidCmdType.NotFound": (404, "The specified command type does not exist."),
        "InvalidRegionId.NotFound": (404, "The RegionId provided does not exist in our records."),
        "InvalidResourceGroup.NotFound": (
            404,
            "The ResourceGroup provided does not exist in our records.",
        ),
        # Tags
        "NumberExceed.Tags": (400, "The maximum number of tags is exceeded."),
        "InvalidTagKey.Malformed": (400, "The specified Tag.n.Key is not valid."),
        "InvalidTagValue.Malformed": (400, "The specified Tag.n.Value is not valid."),
        "Duplicate.TagKey": (400, "The Tag.N.Key contain duplicate key."),
        # The other actions
        "InvalidCmdId.NotFound": (404, "The specified command ID does not exist."),
        "InvalidParam.PageNumber": (403, "The specified parameter PageNumber is not valid."),
        "InvalidParam.PageSize": (403, "The specified parameter PageSize is not valid."),
        # The call, as the gateway sees it
        "InvalidAction.NotFound": (404, "The specified action is not found."),
        "NoSuchVersion": (400, "The specified version does not exist."),
        "InternalError": (500, "The request processing has failed due to some unknown error."),
        "ServiceUnavailable": (503, "The request has failed due to a temporary failure."),
        "Throttling": (400, "Request was denied due to request throttling."),
        "Throttling.User": (400, "Request was denied due to user flow control."),
        "Throttling.Api": (400, "Request was denied due to api flow control."),
        # The caller, as the gateway sees it
        "IncompleteSignature": (400, "The request signature does not conform to the standards."),
        "InvalidSignatureMethod": (400, "The specified signature method is not supported."),
        "SignatureDoesNotMatch": (400, "Specified signature does not match our calculation."),
        "SignatureNonceUsed": (400, "The request signature nonce has been used."),
        "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
        "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formed."),
        "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
        "InvalidAccessKeyId.Inactive": (400, "Specified access key is disabled."),
        "MissingSecurityToken": (400, "SecurityToken is mandatory for this action."),
        "InvalidSecurityToken.Malformed": (400, "Specified SecurityToken is malformed."),
        "InvalidSecurityToken.MismatchWithAccessKey": (
            400,
            "Specified SecurityToken mismatch with the AccessKey.",
        ),
        "InvalidSecurityToken.Expired": (400, "Specified SecurityToken is expired."),
        "Forbidden.RAM": (403, "User not authorized to operate on the specified resource."),
    }
)
# What only the services next to ECS say; apart, so that ERRORS has just what is documented of ECS
# and of the gateway.
NEIGHBOURS_ERRORS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "NoPermission": (
            403,
            "You are not authorized to do this action. You should be authorized by RAM.",
        ),
    }
)
EVERY_ERROR: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {**ERRORS, **NEIGHBOURS_ERRORS}
)


class ApiError(Exception):
    """An expected refusal; the routing layer turns it into the error answer.

    Attributes:
        code: the error code.
        status: the HTTP status.
        message: the text for people.
        details: the AccessDeniedDetail object of a RAM denial.
    """

    def __init__(
        self, code: str, status: int, message: str, details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status
        self.message = message
        self.details = details


def refusal(code: str, detail: str = "", details: Mapping[str, str] | None = None) -> ApiError:
    """An error of the tables, with `detail` added to its message.

    Raises:
        KeyError: the code is in no table.
    """
    status, message = EVERY_ERROR[code]
    return ApiError(code, status, f"{message} {detail}" if detail else message, details)


def missing(parameter: str) -> ApiError:
    """The gateway's error for an absent required parameter."""
    return ApiError(f"Missing{parameter}", 400, f"{parameter} is mandatory for this action.")


def invalid(parameter: str) -> ApiError:
    """The gateway's error for a value of the wrong kind."""
    return ApiError(f"Invalid{parameter}", 400, f"The specified {parameter} is not valid.")
