"""A policy as its file has it. What is left out forbids nothing."""

from datetime import date
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError, SchemaError

from mcp_server.models.finding import Severity
from mcp_server.models.limits import TIMEOUT
from mcp_server.models.regions import is_region_syntax
from mcp_server.models.request import ScriptType


def _region(text: str) -> str:
    if not is_region_syntax(text):
        raise PydanticCustomError("region", "must look like cn-hangzhou")
    return text


def _pattern(expression: str) -> str:
    try:
        _adapter(expression)
    except SchemaError:
        raise PydanticCustomError("pattern", "is not a regular expression") from None
    return expression


def _weight(severity: Severity) -> Severity:
    if severity is Severity.INVALID:
        raise PydanticCustomError("severity", "must be block, confirm or advice")
    return severity


def _adapter(expression: str) -> TypeAdapter[str]:
    # Pydantic's own engine takes linear time for any text, as `re` does not.
    return TypeAdapter(Annotated[str, StringConstraints(pattern=rf"\A(?:{expression})\z")])


RegionId = Annotated[str, AfterValidator(_region)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=512), AfterValidator(_pattern)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Host = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=300)]
Confirmation = Literal["ask", "always", "handoff", "never"]
Weight = Annotated[Severity, AfterValidator(_weight)]


def fits(pattern: str, text: str) -> bool:
    """Whether the whole of a text is as a pattern says."""
    try:
        _adapter(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Regions(_Table):
    """Which regions may be asked for. Denied beats allowed."""

    allowed: tuple[RegionId, ...] | None = None
    denied: tuple[RegionId, ...] = ()


class Types(_Table):
    """Which kinds of script may be asked for."""

    allowed: tuple[ScriptType, ...] | None = None
    denied: tuple[ScriptType, ...] = ()


class ResourceGroups(_Table):
    """Which resource groups may be asked for; with `allowed`, one has to be named."""

    allowed: tuple[Text, ...] | None = None
    denied: tuple[Text, ...] = ()


class WorkingDirectories(_Table):
    """Where scripts may run; a folder stands for everything under it."""

    allowed: tuple[Text, ...] | None = None
    denied: tuple[Text, ...] = ()


class Tags(_Table):
    """Tags that a command must have: the key, and a pattern of the whole value."""

    required: dict[Text, Pattern] = {}


class Name(_Table):
    """How commands are named."""

    pattern: Pattern | None = None
    """Of the whole name."""


class Timeout(_Table):
    """How long commands may run."""

    largest: Annotated[int, Field(ge=TIMEOUT.minimum, le=TIMEOUT.maximum)] | None = None
    """Seconds."""


class Waiver(_Table):
    """One rule that does not stop anything until a day: the risk is known and taken."""

    rule: Text
    reason: Reason
    until: date
    """The last day, in UTC."""


class Policy(_Table):
    """Everything that an operator can rule."""

    regions: Regions = Regions()
    types: Types = Types()
    resource_groups: ResourceGroups = ResourceGroups()
    working_directories: WorkingDirectories = WorkingDirectories()
    tags: Tags = Tags()
    name: Name = Name()
    timeout: Timeout = Timeout()
    trusted_hosts: tuple[Host, ...] = ()
    """Hosts whose downloads may be run with less ado; a host stands for its subdomains too."""
    severities: dict[Text, Weight] = {}
    """Another weight for a rule, by its id."""
    never_lowered: tuple[Text, ...] = ()
    """Rules that neither `severities` nor a waiver may make weigh less."""
    waivers: tuple[Waiver, ...] = ()
    confirmation: Confirmation = "ask"
    """ask: a person is asked about confirm-level findings. always: about every command. handoff: a
    valid preview_token counts as their consent. never: nobody is asked; a setting must agree."""
    require_preview: bool = False
    """Whether nothing is created without a preview_token."""

    @model_validator(mode="after")
    def _one_waiver_a_rule(self) -> Self:
        rules = [waiver.rule for waiver in self.waivers]
        if len(set(rules)) < len(rules):
            raise PydanticCustomError("waivers", "waivers: a rule is waived twice")
        return self

    @cached_property
    def waived(self) -> dict[str, Waiver]:
        """The waivers by rule id, those that are over among them."""
        return {waiver.rule: waiver for waiver in self.waivers}


NO_POLICY: Final = Policy()
"""Nothing is ruled."""
