"""The rules about the request itself: arguments, regions, tags, encoding, placeholders.

Ids are never reused. Rules about what a script *does* are another family.
"""

from typing import Final

from mcp_server.guardrails.rule import Rule
from mcp_server.models.finding import Severity
from mcp_server.models.limits import QUOTA

_INVALID, _CONFIRM, _ADVICE = Severity.INVALID, Severity.CONFIRM, Severity.ADVICE

UNKNOWN_ARGUMENT: Final = Rule(
    "ARG001", "unknown-argument", _INVALID,
    "An argument that no one reads would be lost silently, and with it what the caller meant.",
)  # fmt: skip
MISSING_ARGUMENT: Final = Rule(
    "ARG002", "missing-argument", _INVALID, "The API refuses a command without it."
)
WRONG_TYPE: Final = Rule(
    "ARG003", "wrong-type", _INVALID,
    "A value of another type is not guessed at: `\"false\"` is not false to every reader.",
)  # fmt: skip
NOT_ONE_OF: Final = Rule("ARG004", "not-one-of", _INVALID, "The API knows only these values.")
TOO_LONG: Final = Rule("ARG005", "too-long", _INVALID, "The API refuses what is over its limit.")
EMPTY: Final = Rule("ARG006", "empty", _INVALID, "The API refuses an empty value here.")
OUT_OF_RANGE: Final = Rule(
    "ARG007", "out-of-range", _INVALID, "The value cannot be what was meant."
)
LONE_SURROGATE: Final = Rule(
    "ARG008", "lone-surrogate", _INVALID,
    "Half of a UTF-16 pair is not a character: no UTF-8 request can carry it.",
)  # fmt: skip
CONTROL_CHARACTER: Final = Rule(
    "ARG009", "control-character", _INVALID,
    "The API refuses control characters in names, and consoles show them as something else.",
)  # fmt: skip
NOT_ASCII: Final = Rule(
    "ARG010", "not-ascii", _INVALID, "A ClientToken supports only ASCII characters."
)
UNUSUAL_TIMEOUT: Final = Rule(
    "ARG011", "unusual-timeout", _ADVICE,
    "InvokeCommand takes 10 seconds at least, and a day is the most a like API takes.",
)  # fmt: skip
DEFAULT_TIMEOUT_FOR_LONG_WORK: Final = Rule(
    "ARG012", "default-timeout-for-long-work", _ADVICE,
    "After the default of 60 seconds the process is killed, in the middle of its work.",
)  # fmt: skip
UNUSUAL_RESOURCE_GROUP: Final = Rule(
    "ARG013", "unusual-resource-group", _ADVICE, "Ids of resource groups start with rg-."
)

ZONE_AS_REGION: Final = Rule(
    "REG001", "zone-as-region", _INVALID,
    "Commands belong to a region; the id of a zone names one part of it.",
)  # fmt: skip
MISSPELT_REGION: Final = Rule(
    "REG002", "misspelt-region", _INVALID,
    "The region id becomes part of the host that receives the signed request.",
)  # fmt: skip
NOT_A_REGION: Final = Rule(
    "REG003", "not-a-region", _INVALID,
    "The region id becomes part of the host that receives the signed request.",
)  # fmt: skip
UNPUBLISHED_REGION: Final = Rule(
    "REG004", "unpublished-region", _ADVICE,
    "The vendor's list that this server carries does not have it; it may be newer than the list.",
)  # fmt: skip

RESERVED_TAG_KEY: Final = Rule(
    "TAG001", "reserved-tag-key", _INVALID, "Keys of that prefix belong to the vendor."
)
URL_IN_TAG: Final = Rule("TAG002", "url-in-tag", _INVALID, "The API refuses URLs in tags.")
DUPLICATE_TAG_KEY: Final = Rule(
    "TAG003", "duplicate-tag-key", _INVALID,
    "A command has one value for each key.",
)  # fmt: skip

CONTENT_TOO_LARGE: Final = Rule(
    "CON001", "content-too-large", _INVALID, "The limit counts the script after Base64."
)
NOT_BASE64: Final = Rule("CON002", "not-base64", _INVALID, "The API cannot decode the script.")
URL_SAFE_BASE64: Final = Rule(
    "CON003", "url-safe-base64", _INVALID, "The agent decodes the standard alphabet only."
)
UNPADDED_BASE64: Final = Rule(
    "CON004", "unpadded-base64", _INVALID, "The agent decodes Base64 with its padding only."
)
UTF16_CONTENT: Final = Rule(
    "CON005", "utf16-content", _INVALID,
    "The agent reads scripts as UTF-8: UTF-16 text is full of NUL bytes to it.",
)  # fmt: skip
NUL_BYTES: Final = Rule("CON006", "nul-bytes", _INVALID, "No shell reads a script past a NUL byte.")
NOT_UTF8: Final = Rule(
    "CON007", "not-utf8", _INVALID, "The agent reads scripts as UTF-8; other bytes are garbled."
)
LOOKS_LIKE_BASE64: Final = Rule(
    "CON008", "looks-like-base64", _INVALID,
    "Encoded a second time, the instance would run the Base64 text itself.",
)  # fmt: skip
CRLF_IN_SHELL_SCRIPT: Final = Rule(
    "CON009", "crlf-in-shell-script", _ADVICE,
    "The carriage return becomes part of each line's last word: `sh\\r: not found`.",
)  # fmt: skip
BYTE_ORDER_MARK: Final = Rule(
    "CON010", "byte-order-mark", _ADVICE,
    "The mark becomes part of the first word: the shebang or first command is not found.",
)  # fmt: skip
NORMALIZED_CONTENT: Final = Rule(
    "CON011", "normalized-content", _ADVICE, "normalize_content was asked for."
)
NON_ASCII_ON_WINDOWS: Final = Rule(
    "CON012", "non-ascii-on-windows", _ADVICE,
    "Windows converts the script to its own code page: characters outside it are lost.",
)  # fmt: skip
OUTSIDE_GBK_ON_WINDOWS: Final = Rule(
    "CON013", "outside-gbk-on-windows", _CONFIRM,
    "Where the code page lacks a character, the agent can end up running an empty script.",
)  # fmt: skip

TEXT_DIRECTION_CONTROL: Final = Rule(
    "CON014", "text-direction-control", _CONFIRM,
    "Characters that turn the direction of text show a script in another order than it runs.",
)  # fmt: skip

EMPTY_PARAMETER_NAME: Final = Rule(
    "PAR001", "empty-parameter-name", _INVALID, "`{{ }}` names no parameter."
)
ILLEGAL_PARAMETER_NAME: Final = Rule(
    "PAR002", "illegal-parameter-name", _INVALID,
    "Names have letters, digits, `-` and `_` only; anything else in braces is refused.",
)  # fmt: skip
TOO_MANY_PARAMETERS: Final = Rule(
    "PAR003", "too-many-parameters", _INVALID, "The API takes 20 custom parameters."
)
PARAMETER_NAME_TOO_LONG: Final = Rule(
    "PAR004", "parameter-name-too-long", _INVALID, "The API takes names of 64 bytes."
)
UNKNOWN_BUILT_IN: Final = Rule(
    "PAR005", "unknown-built-in", _INVALID,
    "The prefix `acs::` is kept for the built-in parameters, and there is none of this name.",
)  # fmt: skip
PARAMETERS_OFF: Final = Rule(
    "PAR006", "parameters-off", _ADVICE,
    "Without enable_parameter the braces are sent as they stand and nothing fills them in.",
)  # fmt: skip
BRACES_AS_THEY_STAND: Final = Rule(
    "PAR007", "braces-as-they-stand", _ADVICE,
    "Parameters are off, so that templates of other programs reach them unchanged.",
)  # fmt: skip
PARAMETERS_DIFFER_IN_CASE: Final = Rule(
    "PAR008", "parameters-differ-in-case", _ADVICE,
    "Names are case-insensitive: both spellings are one parameter with one value.",
)  # fmt: skip
MANY_PARAMETERS_WITH_BUILT_INS: Final = Rule(
    "PAR009", "many-parameters-with-built-ins", _ADVICE,
    "The vendor's user guide counts the built-in parameters among the 20; the API page does not.",
)  # fmt: skip

DIFFERS_FROM_PREVIEW: Final = Rule(
    "TOK001", "differs-from-preview", _INVALID,
    "Whoever saw the preview agreed to that, and to nothing else.",
)  # fmt: skip
PREVIEW_TOKEN_NOT_VALID: Final = Rule(
    "TOK002", "preview-token-not-valid", _INVALID,
    "Only a token of this service's, not older than ten minutes, says what was previewed.",
)  # fmt: skip
PREVIEW_REQUIRED: Final = Rule(
    "TOK003", "preview-required", _INVALID,
    "The operator's policy lets nothing be created that was not previewed before.",
)  # fmt: skip

REGION_NOT_SERVED: Final = Rule(
    "LIV001", "region-not-served", _INVALID,
    "The region's own endpoint was asked, and does not take commands.",
)  # fmt: skip
NAME_TAKEN: Final = Rule(
    "LIV002", "name-taken", _ADVICE,
    "Names need not be unique: whoever looks for the command by its name finds several.",
)  # fmt: skip
QUOTA_USED_UP: Final = Rule(
    "LIV003",
    "quota-used-up",
    _INVALID,
    f"No region holds more than {QUOTA[-1]:,} commands of an account.",
)
NO_SUCH_RESOURCE_GROUP: Final = Rule(
    "LIV004", "no-such-resource-group", _INVALID,
    "The account's groups were listed, and this one is not among them.",
)  # fmt: skip

REQUEST_RULES: Final = (
    UNKNOWN_ARGUMENT, MISSING_ARGUMENT, WRONG_TYPE, NOT_ONE_OF, TOO_LONG, EMPTY, OUT_OF_RANGE,
    LONE_SURROGATE, CONTROL_CHARACTER, NOT_ASCII, UNUSUAL_TIMEOUT, DEFAULT_TIMEOUT_FOR_LONG_WORK,
    UNUSUAL_RESOURCE_GROUP, ZONE_AS_REGION, MISSPELT_REGION, NOT_A_REGION, UNPUBLISHED_REGION,
    RESERVED_TAG_KEY, URL_IN_TAG, DUPLICATE_TAG_KEY, CONTENT_TOO_LARGE, NOT_BASE64,
    URL_SAFE_BASE64, UNPADDED_BASE64, UTF16_CONTENT, NUL_BYTES, NOT_UTF8, LOOKS_LIKE_BASE64,
    CRLF_IN_SHELL_SCRIPT, BYTE_ORDER_MARK, NORMALIZED_CONTENT, NON_ASCII_ON_WINDOWS,
    OUTSIDE_GBK_ON_WINDOWS, TEXT_DIRECTION_CONTROL, EMPTY_PARAMETER_NAME,
    ILLEGAL_PARAMETER_NAME, TOO_MANY_PARAMETERS,
    PARAMETER_NAME_TOO_LONG, UNKNOWN_BUILT_IN, PARAMETERS_OFF, BRACES_AS_THEY_STAND,
    PARAMETERS_DIFFER_IN_CASE, MANY_PARAMETERS_WITH_BUILT_INS, DIFFERS_FROM_PREVIEW,
    PREVIEW_TOKEN_NOT_VALID, PREVIEW_REQUIRED, REGION_NOT_SERVED, NAME_TAKEN, QUOTA_USED_UP,
    NO_SUCH_RESOURCE_GROUP,
)  # fmt: skip
