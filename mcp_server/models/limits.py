"""Every limit of a request, one row each.

The request model, the guardrails, the preview, the published schema and the documentation all
read these rows. Source of the numbers: the vendor's CreateCommand page of 25 June 2026, unless
the row says otherwise.
"""

from dataclasses import dataclass
from typing import Final

API_PAGE: Final = (
    "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createcommand"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: how much of what, and who says so."""

    field: str
    maximum: int
    unit: str
    """characters, bytes, items or seconds."""
    minimum: int = 0
    source: str = "CreateCommand page"


REGION_ID: Final = Limit("region_id", 64, "characters", 1, "longer than any region; bounds a host")
NAME: Final = Limit("name", 128, "characters", 1)
DESCRIPTION: Final = Limit("description", 512, "characters")
CONTENT: Final = Limit("command_content", 18 * 1024, "bytes", 1)
CONTENT_CEILING: Final = Limit(
    "command_content", 24 * 1024, "bytes", 1, "SDK docstring; only when the operator raises it"
)
WORKING_DIR: Final = Limit("working_dir", 200, "characters")
TIMEOUT: Final = Limit("timeout", 2**31 - 1, "seconds", 1, "undocumented; a 32-bit integer")
LAUNCHER: Final = Limit("launcher", 1024, "bytes")
CLIENT_TOKEN: Final = Limit("client_token", 64, "characters", 1)
RESOURCE_GROUP_ID: Final = Limit(
    "resource_group_id", 64, "characters", 1, "longer than any id; bounds the request"
)
TAGS: Final = Limit("tags", 20, "items")
TAG_KEY: Final = Limit("tags.key", 64, "characters", 1)
TAG_VALUE: Final = Limit("tags.value", 128, "characters")
PARAMETERS: Final = Limit("command_content.parameters", 20, "items")
PARAMETER_NAME: Final = Limit("command_content.parameter_name", 64, "bytes", 1)
SAMPLES: Final = Limit("sample_parameters", 20, "items", 0, "as many as there are parameters")
SAMPLE_NAME: Final = Limit(
    "sample_parameters.name", 64, "characters", 1, "ours; no parameter has a longer name"
)
SAMPLE_VALUE: Final = Limit(
    "sample_parameters.value", 2048, "characters", 0, "ours; bounds a preview"
)
PREVIEW_TOKEN: Final = Limit(
    "preview_token", 4096, "characters", 0, "ours; several times what one takes"
)
COMMAND_ID: Final = Limit("command_id", 64, "characters", 1, "longer than any id; bounds a request")
MAX_RESULTS: Final = Limit("max_results", 50, "items", 1, "DescribeCommands page")
NEXT_TOKEN: Final = Limit("next_token", 1024, "characters", 1, "ours; bounds a request")
PROVIDER: Final = Limit("provider", 128, "characters", 1, "ours; bounds a request")

OF_QUERIES: Final = (COMMAND_ID, MAX_RESULTS, NEXT_TOKEN, PROVIDER)
"""Of requests about commands that exist."""
LIMITS: Final = (
    REGION_ID, NAME, DESCRIPTION, CONTENT, CONTENT_CEILING, WORKING_DIR, TIMEOUT, LAUNCHER,
    CLIENT_TOKEN, RESOURCE_GROUP_ID, TAGS, TAG_KEY, TAG_VALUE, PARAMETERS, PARAMETER_NAME,
    SAMPLES, SAMPLE_NAME, SAMPLE_VALUE, PREVIEW_TOKEN,
    *OF_QUERIES,
)  # fmt: skip

QUOTA: Final = range(500, 50_000 + 1)
"""Commands that an account may keep in a region, by its quota."""
DEFAULT_TIMEOUT: Final = 60
"""Seconds after which the agent kills the process, when no timeout is given."""
USUAL_TIMEOUT: Final = range(10, 86_400 + 1)
"""Seconds. InvokeCommand's minimum is 10; a like API elsewhere has 10 to 86400."""
RESERVED_TAG_PREFIXES: Final = ("acs:", "aliyun")
FORBIDDEN_IN_TAGS: Final = ("http://", "https://")
