"""Preview tokens: what binds a creation to the preview that somebody has seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_server.creation.seal import Broken, Sealer
from mcp_server.ecs.wire import digest, field_digests

_PURPOSE: Final = "preview-token"
_CONTENT: Final = "command_content"


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a token says was previewed."""

    digest: str
    fields: Mapping[str, str]
    """A short digest for each argument, by name."""
    client_token: str
    """Of the one command that may come of it."""

    def differences(self, parameters: dict[str, Any]) -> dict[str, str]:
        """The arguments of a request that are not as previewed, each with what happened to it."""
        now = field_digests(parameters)
        found = {
            name: "added" if name not in self.fields else "left out" if name not in now else "other"
            for name in (*self.fields, *(now.keys() - self.fields.keys()))
            if self.fields.get(name) != now.get(name)
        }
        # The short digests only tell fields apart; what binds is the digest of all of it.
        return found or ({} if self.digest == digest(parameters) else {_CONTENT: "other"})


def preview_token(
    sealer: Sealer, parameters: dict[str, Any], principal: str, client_token: str
) -> str:
    """The token of a preview.

    Args:
        sealer: of this service.
        parameters: the API request.
        principal: whom it is for.
        client_token: of the creation that it allows; so that it allows one, on any replica.
    """
    return sealer.seal(
        _PURPOSE,
        {
            "digest": digest(parameters),
            "fields": field_digests(parameters),
            "client_token": client_token,
            "principal": principal,
        },
    )


def opened(sealer: Sealer, token: str, principal: str) -> Previewed | Broken:
    """What a token says; another principal's is as good as forged."""
    content = sealer.open(_PURPOSE, token)
    if isinstance(content, Broken):
        return content
    if content["principal"] != principal:
        return Broken.FORGED
    return Previewed(content["digest"], content["fields"], content["client_token"])
