"""A command as ECS keeps it."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, config=ConfigDict(strict=True, hide_input_in_errors=True))
class StoredCommand:
    """One row of DescribeCommands; a value of another type is a ValueError."""

    command_id: str
    name: str
    type: str
    content: bytes
    """The script as it will be run, decoded."""
    description: str = ""
    working_dir: str = ""
    timeout: int | None = None
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
    version: int | None = None
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
                name=row.get("Name") or "",
                type=row.get("Type") or "",
                content=b64decode(row.get("CommandContent") or "", validate=True),
                description=row.get("Description") or "",
                working_dir=row.get("WorkingDir") or "",
                timeout=row.get("Timeout"),
                enable_parameter=bool(row.get("EnableParameter")),
                parameter_names=tuple((row.get("ParameterNames") or {}).get("ParameterName") or ()),
                launcher=row.get("Launcher") or "",
                resource_group_id=row.get("ResourceGroupId") or "",
                tags=tuple(
                    (tag["TagKey"], tag.get("TagValue") or "")
                    for tag in (row.get("Tags") or {}).get("Tag") or ()
                ),
                created_at=row.get("CreationTime") or "",
                provider=row.get("Provider") or "",
                version=row.get("Version") if row.get("Provider") else None,
                category=row.get("Category") or "",
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a command without its {error}") from None
