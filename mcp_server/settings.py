"""The operator's settings: environment and settings file, read once into one frozen object.

This is the only module that reads the environment.
"""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from mcp_server.models.limits import CONTENT, CONTENT_CEILING
from mcp_server.models.regions import is_region_syntax

PREFIX = "CLOUD_ASSISTANT_"
SETTINGS_FILE_VARIABLE = f"{PREFIX}SETTINGS_FILE"
_PORT = re.compile("[1-9][0-9]{0,4}")

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
        description="Address (`127.0.0.1:PORT`) of a local endpoint that already runs; loopback "
        "only. Without it, local mode starts its own.",
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

    @field_validator("extra_regions", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("extra_regions")
    @classmethod
    def _regions_have_region_syntax(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(is_region_syntax(region) for region in value):
            raise ValueError("each must look like cn-hangzhou")
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
        sources = [init_settings, env_settings]
        if file := os.environ.get(SETTINGS_FILE_VARIABLE):  # noqa: TID251 - the one reader
            if not Path(file).is_file():  # pydantic-settings would take no notice
                raise FileNotFoundError(file)
            sources.append(TomlConfigSettingsSource(settings_cls, Path(file)))
        return tuple(sources)

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
            problems = "; ".join(
                f"{PREFIX}{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False)
            )
            raise SettingsError(problems) from None
        except (OSError, ValueError) as error:  # unreadable file, or not TOML
            raise SettingsError(f"{SETTINGS_FILE_VARIABLE}: {type(error).__name__}") from None


def _unknown_variables(known: Iterable[str]) -> str:
    """What is wrong with names that begin like settings and are none: a slip is not ignored."""
    names = {f"{PREFIX}{field.upper()}" for field in known} | {SETTINGS_FILE_VARIABLE}
    problems = []
    for name in sorted(os.environ):  # noqa: TID251 - the one reader
        if name.startswith(PREFIX) and name not in names:
            near = get_close_matches(name, names, n=1)
            problems.append(
                f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else "")
            )
    return "; ".join(problems)


def credential_environment() -> dict[str, str]:
    """The variables that the vendor's credential chain reads, for checks and explanations."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - the one reader
        if name.startswith("ALIBABA_CLOUD_")
    }
