"""The operator's settings: environment and settings file, read once into one frozen object.

This is the only module that reads the environment.
"""

import os
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from mcp_server.models.limits import CONTENT, CONTENT_CEILING
from mcp_server.models.regions import is_region_syntax
from mcp_server.models.tool_names import TOOL_NAMES

PREFIX = "CLOUD_ASSISTANT_"
SETTINGS_FILE_VARIABLE = f"{PREFIX}SETTINGS_FILE"
_PORT = re.compile("[1-9][0-9]{0,4}")
_LINE = re.compile(r"\(at (line \d+), column \d+\)\Z")
_SHORTEST_KEY: Final = 32
_NEAR: Final = 0.75
"""How alike (0 to 1) a slip and the name that is meant are."""
_SHOWN: Final = 64
"""Characters of a slip that are repeated."""

CredentialsKind = Literal[
    "default",
    "environment",
    "oidc",
    "cli_profile",
    "credentials_file",
    "ecs_ram_role",
    "credentials_uri",
]


class SettingsError(Exception):
    """The settings cannot be used; the message names each key and what it takes."""


class Settings(BaseSettings):
    """Everything an operator can set. Environment beats settings file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    local: bool = Field(
        default=False, description="Use the embedded local endpoint; no cloud account is needed."
    )
    local_endpoint: str | None = Field(
        default=None,
        description="Address (`127.0.0.1:PORT`) of a local endpoint that already runs, for local "
        "mode; loopback only. Without it, local mode starts its own.",
    )
    credentials: CredentialsKind = Field(
        default="default",
        description="Where credentials come from: `default` is the vendor's chain; the others "
        "use that one kind only.",
    )
    network: Literal["public", "vpc"] = Field(
        default="public", description="Which host of a region is called: public or VPC-internal."
    )
    extra_regions: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Comma-separated region ids to accept beside the vendor's published ones.",
    )
    policy: Path | None = Field(
        default=None,
        description="TOML file with the operator's policy: regions, tags, timeouts, severities, "
        "waivers. See `examples/policy.toml`.",
    )
    create_without_consent: bool = Field(
        default=False,
        description='Agree to a policy with `confirmation = "never"`: commands are created though '
        "nobody was asked. Each answer says so.",
    )
    read_only: bool = Field(
        default=False,
        description="Publish only tools that change nothing, and refuse `create` on the command "
        "line, whatever else is set.",
    )
    tools: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        default=None,
        description="Comma-separated names of the only tools to publish; without any, all are.",
    )
    live_checks: bool | None = Field(
        default=None,
        description="Look up region, name, quota, resource group and caller before a command is "
        "previewed or created; each call can ask for it too. Unset: only with the local endpoint.",
    )
    confirmation_timeout: float = Field(
        default=300.0, gt=0, le=3600, description="Seconds to wait for a person's answer in a call."
    )
    token_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description="Comma-separated secrets of at least 32 characters that seal preview tokens, "
        "the newest first; replicas share them. Without any, one is made at each start.",
    )
    content_limit: int = Field(
        default=CONTENT.maximum,
        ge=1024,
        le=CONTENT_CEILING.maximum,
        description="Largest script in bytes, measured after Base64 (18432 is 18 KB; at most "
        "24576).",
    )
    connect_timeout: float = Field(
        default=5.0, gt=0, le=30, description="Seconds to wait for a connection, each attempt."
    )
    read_timeout: float = Field(
        default=10.0, gt=0, le=45, description="Seconds to wait for an answer, each attempt."
    )
    call_timeout: float = Field(
        default=45.0, gt=0, le=45, description="Seconds for one call with all its attempts."
    )
    max_attempts: int = Field(
        default=4, ge=1, le=4, description="Attempts of one call, the first included."
    )
    max_concurrent_calls: int = Field(
        default=8, ge=1, le=64, description="Calls to the cloud that may run at the same time."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="What is logged to standard error."
    )

    @field_validator("extra_regions", "tools", "token_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def checks_live(self) -> bool:
        """Whether every preview and creation looks things up first."""
        return self.local if self.live_checks is None else self.live_checks

    @field_validator("extra_regions")
    @classmethod
    def _regions_have_region_syntax(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(is_region_syntax(region) for region in value):
            raise ValueError("each must look like cn-hangzhou")
        return value

    @field_validator("tools")
    @classmethod
    def _tools_exist(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        if not value:  # not read as "all": whoever gives a list wants less than that
            raise ValueError("it names no tool; unset it to publish all of them")
        if slips := [name for name in value if name not in TOOL_NAMES]:
            raise ValueError("; ".join(map(_no_such_tool, slips)))
        return value

    @field_validator("token_keys")
    @classmethod
    def _keys_are_long(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < _SHORTEST_KEY for key in value):
            raise ValueError(f"each key must have at least {_SHORTEST_KEY} characters")
        return value

    @field_validator("local_endpoint")
    @classmethod
    def _only_loopback(cls, value: str | None) -> str | None:
        if value is None:
            return None
        host, _, port = value.rpartition(":")
        try:
            bracketed = host.startswith("[") and host.endswith("]")
            address = ip_address(host[1:-1] if bracketed else host)
            loopback = address.is_loopback and bracketed == (address.version == 6)  # noqa: PLR2004
        except ValueError:
            loopback = host == "localhost"
        if not loopback or not _PORT.fullmatch(port) or int(port) > 65535:  # noqa: PLR2004 - the last
            raise ValueError("must be a loopback address with a port, such as 127.0.0.1:8791")
        return value

    @field_validator("local_endpoint")
    @classmethod
    def _only_in_local_mode(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("local") is False:  # the cloud would be called
            raise ValueError(
                f"for local mode only; set {PREFIX}LOCAL to true, give --local, or unset it"
            )
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings names them
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the TOML file named in the environment."""
        # pydantic-settings would take no notice of a file that is not there.
        return init_settings, env_settings, InitSettingsSource(settings_cls, _settings_file())

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the settings; what the command line says goes over everything.

        Raises:
            SettingsError: a value cannot be used, a name is not a setting's, or the settings
                file cannot be read.
        """
        if unknown := _unknown_variables(cls.model_fields):
            raise SettingsError(unknown)
        try:
            return cls(**overrides)  # type: ignore[arg-type]  # pydantic checks them
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            problems = dict.fromkeys(_problem(detail, cls.model_fields) for detail in details)
            raise SettingsError("; ".join(problems)) from None


def _settings_file() -> dict[str, Any]:
    """What the settings file says; nothing when there is none.

    Raises:
        SettingsError: it cannot be used; the message shows nothing of it.
    """
    path = os.environ.get(SETTINGS_FILE_VARIABLE)  # noqa: TID251 - the one reader
    if not path:
        return {}
    import tomllib  # noqa: PLC0415 - only a settings file needs it

    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = "there is no such file"
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        problem = "the file is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        problem = f"the file is not TOML; look at {line[1] if line else 'its end'}"
    raise SettingsError(f"{SETTINGS_FILE_VARIABLE}: {problem}")


def _problem(detail: ErrorDetails, known: Iterable[str]) -> str:
    """One problem in our own words, by the name that the operator wrote."""
    name = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        return f"{name} in the settings file: {_no_such_setting(name, known)}"
    in_environment = _variable(name) in map(str.upper, os.environ)  # noqa: TID251 - the one reader
    in_file = not in_environment and name in map(str.lower, _settings_file())
    where = f"{name} in the settings file" if in_file else _variable(name)
    return f"{where}: {detail['msg'].removeprefix('Value error, ')}"


def _unknown_variables(known: Iterable[str]) -> str:
    """What is wrong with names that begin like settings and are none: a slip is not ignored."""
    fields = {*known, SETTINGS_FILE_VARIABLE.removeprefix(PREFIX).lower()}
    return "; ".join(
        f"{name}: {_no_such_setting(name, fields, _variable)}"
        for name in sorted(os.environ)  # noqa: TID251 - the one reader
        if name.startswith(PREFIX) and name not in map(_variable, fields)
    )


def _no_such_setting(name: str, known: Iterable[str], spelled: Callable[[str], str] = str) -> str:
    # Without the prefix, which would make every name near every other.
    bare = name.upper().removeprefix(PREFIX).lower().replace("-", "_")
    near = get_close_matches(bare, known, n=1, cutoff=_NEAR)
    return "no such setting" + (f"; did you mean {spelled(near[0])}?" if near else "")


def _no_such_tool(name: str) -> str:
    near = get_close_matches(name.lower().replace("-", "_"), TOOL_NAMES, n=1, cutoff=_NEAR)
    hint = f"did you mean {near[0]}?" if near else f"the tools are {', '.join(TOOL_NAMES)}"
    return f"there is no tool {name[:_SHOWN]!r}; {hint}"


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def credential_environment() -> dict[str, str]:
    """The variables that the vendor's credential chain reads, for checks and explanations."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - the one reader
        if name.startswith("ALIBABA_CLOUD_")
    }
