"""A command as ECS keeps it."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

MOST_BYTES: Final = 64 * 1024
"""Of a script; the API takes less than half of it."""
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
_Int32 = Annotated[int, Field(ge=0, le=2**31 - 1)]


# Built when the first one is made: start-up needs none.
_CONFIG: Final = ConfigDict(strict=True, hide_input_in_errors=True, defer_build=True)


@dataclass(frozen=True, slots=True, config=_CONFIG)
class StoredCommand:
    """One row of DescribeCommands; a value of another type is a ValueError."""

    command_id: _Id
    name: str
    type: str
    content: Annotated[bytes, Field(max_length=MOST_BYTES)]
    """The script as it will be run, decoded."""
    description: str = ""
    working_dir: str = ""
    timeout: _Int32 | None = None
    """Seconds."""
    enable_parameter: bool = False
    parameter_names: tuple[str, ...] = ()
    launcher: str = ""
    resource_group_id: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    created_at: str = ""
    """ISO 8601, UTC."""
    provider: str = ""
    """Of a public command; empty for the account's own."""
    version: _Int32 | None = None
    """Of a public command."""
    category: str = ""

    @classmethod
    def from_reply(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of the reply.

        Raises:
            ValueError: it is not as documented.
        """
        try:
            return cls(
                command_id=row["CommandId"],
                name=_text(row, "Name"),
                type=_text(row, "Type"),
                content=b64decode(row.get("CommandContent") or "", validate=True),
                description=_text(row, "Description"),
                working_dir=_text(row, "WorkingDir"),
                timeout=row.get("Timeout"),
                enable_parameter=row.get("EnableParameter") or False,
                parameter_names=tuple(
                    map(whole, (row.get("ParameterNames") or {}).get("ParameterName") or ())
                ),
                launcher=_text(row, "Launcher"),
                resource_group_id=_text(row, "ResourceGroupId"),
                tags=tuple(
                    (whole(tag["TagKey"]), _text(tag, "TagValue"))
                    for tag in (row.get("Tags") or {}).get("Tag") or ()
                ),
                created_at=_text(row, "CreationTime"),
                provider=_text(row, "Provider"),
                version=row.get("Version") if row.get("Provider") else None,
                category=_text(row, "Category"),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a command without its {error}") from None


def _text(row: Mapping[str, Any], name: str) -> str:
    return whole(row.get(name) or "")


def whole(text: str) -> str:
    """The text with `?` for each half of a UTF-16 pair, which no answer could carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
