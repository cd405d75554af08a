"""What callers send to create_command and preview_command.

The published input schemas are made from these models. Some converters drop enums, patterns and
lengths, so every description says them in words too. What JSON schema cannot say (bytes, tags,
Base64, placeholders, regions) is checked by the guardrails.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcp_server.models import limits
from mcp_server.models.regions import REGION_PATTERN

ScriptType = Literal["RunShellScript", "RunPowerShellScript", "RunBatScript"]
ContentEncoding = Literal["PlainText", "Base64"]


RegionId = Annotated[
    str,
    Field(
        pattern=REGION_PATTERN,
        max_length=limits.REGION_ID.maximum,
        description="Region, not zone: a-z, 0-9 and -, at most 64 characters, e.g. cn-hangzhou",
    ),
]


class Tag(BaseModel):
    """One tag of a command."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    key: Annotated[
        str,
        Field(
            min_length=limits.TAG_KEY.minimum,
            max_length=limits.TAG_KEY.maximum,
            description="1-64 characters, not acs:… or aliyun…, no http(s)://, e.g. team",
        ),
    ]
    value: Annotated[
        str,
        Field(
            max_length=limits.TAG_VALUE.maximum,
            description="0-128 characters, no http(s)://, e.g. sre",
        ),
    ] = ""


class CommandRequest(BaseModel):
    """The command to preview or to create."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    region_id: RegionId
    name: Annotated[
        str,
        Field(
            min_length=limits.NAME.minimum,
            max_length=limits.NAME.maximum,
            description="1-128 characters, e.g. disk-report",
        ),
    ]
    type: Annotated[
        ScriptType,
        Field(
            description="RunShellScript (Linux), RunPowerShellScript or RunBatScript (Windows)",
        ),
    ]
    command_content: Annotated[
        str,
        Field(
            min_length=limits.CONTENT.minimum,
            description="The script, at most 13824 bytes (18 KB after Base64) unless the operator "
            "raised it, e.g. df -h",
        ),
    ]
    content_encoding: Annotated[
        ContentEncoding,
        Field(
            description="How command_content is given: PlainText, or Base64 of UTF-8",
        ),
    ] = "PlainText"
    description: Annotated[
        str | None,
        Field(
            max_length=limits.DESCRIPTION.maximum,
            description="At most 512 characters, e.g. Free disk space",
        ),
    ] = None
    working_dir: Annotated[
        str | None,
        Field(
            max_length=limits.WORKING_DIR.maximum,
            description="Existing directory, at most 200 characters, e.g. /opt/app",
        ),
    ] = None
    timeout: Annotated[
        int | None,
        Field(
            ge=limits.TIMEOUT.minimum,
            le=limits.TIMEOUT.maximum,
            description="Seconds until a run is killed, 1 to 2147483647; 60 if left out; e.g. 600",
        ),
    ] = None
    enable_parameter: Annotated[
        bool,
        Field(
            description="true: {{name}} in the script is filled in at each run; at most 20 names "
            "of A-Z a-z 0-9 _ -, 64 bytes each",
        ),
    ] = False
    launcher: Annotated[
        str | None,
        Field(
            description="Boot program, at most 1024 bytes, e.g. python3 -u {{ACS::ScriptFileName}}",
        ),
    ] = None
    resource_group_id: Annotated[
        str | None,
        Field(
            max_length=limits.RESOURCE_GROUP_ID.maximum,
            description="At most 64 characters, e.g. rg-aekz1234",
        ),
    ] = None
    tags: Annotated[
        list[Tag],
        Field(
            max_length=limits.TAGS.maximum,
            description="At most 20, each key once",
        ),
    ] = []
    client_token: Annotated[
        str | None,
        Field(
            max_length=limits.CLIENT_TOKEN.maximum,
            description="At most 64 ASCII characters, e.g. 3f9a; only to repeat an earlier call",
        ),
    ] = None
    normalize_content: Annotated[
        bool,
        Field(
            description="true: first mend line ends, BOM, Base64 form and UTF-16",
        ),
    ] = False
    live_checks: Annotated[
        bool,
        Field(
            description="true: look up region, name, quota, group and caller first",
        ),
    ] = False


class SampleParameter(BaseModel):
    """A value to try a parameter with."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    name: Annotated[
        str,
        Field(
            min_length=limits.SAMPLE_NAME.minimum,
            max_length=limits.SAMPLE_NAME.maximum,
            description="As in {{name}}, at most 64 characters, e.g. service",
        ),
    ]
    value: Annotated[
        str,
        Field(
            max_length=limits.SAMPLE_VALUE.maximum,
            description="At most 2048 characters, e.g. nginx",
        ),
    ]


class PreviewCommandRequest(CommandRequest):
    """Arguments of preview_command."""

    sample_parameters: Annotated[
        list[SampleParameter],
        Field(
            max_length=limits.SAMPLES.maximum,
            description="Values to fill in; the script is judged with them too; at most 20",
        ),
    ] = []
    include_equivalents: Annotated[
        bool,
        Field(description="true: also the aliyun CLI, Terraform and Python for it"),
    ] = False


class CreateCommandRequest(CommandRequest):
    """Arguments of create_command."""

    dry_run: Annotated[
        bool,
        Field(description="true: preview only"),
    ] = False
    preview_token: Annotated[
        str | None,
        Field(
            max_length=limits.PREVIEW_TOKEN.maximum,
            description="From preview_command, at most 4096 characters: binds this call to it",
        ),
    ] = None
