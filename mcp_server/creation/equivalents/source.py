"""What the texts are made of: the request, its script and the host in the cloud."""

import base64
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from mcp_server.creation.equivalents.copying import changed_by_copying
from mcp_server.ecs.endpoints import cloud_host

_CLOUD: Final = ".aliyuncs.com"
_BASE64_LINE: Final = 76
"""Characters, as MIME and the program base64 have it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A request to be said in another way."""

    parameters: Mapping[str, Any]
    script: str | None
    """None when its bytes are no UTF-8 text."""
    host: str
    """Where the texts send it: always in the cloud."""
    local_endpoint: str | None
    """Where this server would send it, when that is not in the cloud."""
    hindrance: str | None
    """Why the script cannot be copied as it is, in words."""

    @classmethod
    def of(cls, parameters: Mapping[str, Any], script: str, endpoint: str) -> Self:
        """The request as `equivalents` was given it."""
        exact = base64.b64encode(script.encode()).decode() == parameters["CommandContent"]
        in_cloud = endpoint.endswith(_CLOUD)
        return cls(
            parameters=parameters,
            script=script if exact else None,
            host=endpoint if in_cloud else cloud_host(parameters["RegionId"]),
            local_endpoint=None if in_cloud else endpoint,
            hindrance=changed_by_copying(script) if exact else "it is not UTF-8 text",
        )

    @property
    def encoded(self) -> str:
        """The script in Base64, on one line."""
        encoded: str = self.parameters["CommandContent"]
        return encoded

    def encoded_lines(self) -> list[str]:
        """The script in Base64, on lines that every terminal takes."""
        return textwrap.wrap(self.encoded, _BASE64_LINE)

    @property
    def readable(self) -> str | None:
        """The script, if it stays what it is when a person copies and pastes it."""
        return None if self.hindrance else self.script

    def notes(self, *own: str | None) -> str | None:
        """The notes of one text, after what holds for all of them."""
        local = self.local_endpoint and (
            f"This creates the command in Alibaba Cloud, not at the local endpoint "
            f"{self.local_endpoint}."
        )
        return " ".join(note for note in (local, *own) if note) or None

    def base64_note(self) -> str | None:
        """Why the script is in Base64, where it is."""
        if self.hindrance is None:
            return None
        return (
            f"The script is in Base64, because {self.hindrance}: copied as text it could become "
            "another one."
        )

    def repetition_note(self) -> str | None:
        """What happens when the text is used twice."""
        if "ClientToken" in self.parameters:
            return None
        return "Each run creates one more command."
