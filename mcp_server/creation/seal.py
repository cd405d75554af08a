"""Seals: what goes out to a client and comes back has to be what this service said."""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

LIFE: Final = 600
"""Seconds for which a seal holds."""
LONGEST: Final = 4096
"""Characters of a sealed text."""
_SKEW: Final = 60
"""Seconds by which the clocks of two replicas may differ."""
_ISSUED: Final = "at"


class Broken(StrEnum):
    """Why a sealed text is not taken."""

    FORGED = "it was not made by this service, was changed, or its key is no longer used"
    EXPIRED = "it is older than ten minutes"


class Sealer:
    """Signs small objects, and takes them back for ten minutes.

    The content is readable by whoever holds it; it can't be changed or made by anybody else. There
    is no store: each replica with one of the keys takes what another one sealed.

    Args:
        keys: secrets, the newest first. It seals; all of them are taken back.
        clock: seconds since the epoch.
    """

    def __init__(self, keys: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        self._keys = list(reversed(keys))  # the library signs with the last
        self._clock = clock

    def seal(self, purpose: str, content: dict[str, Any]) -> str:
        """The sealed text: letters, digits, `.`, `-` and `_`.

        Args:
            purpose: what for; a text for one purpose is forged for any other.
            content: JSON values.
        """
        return str(self._serializer(purpose).dumps({**content, _ISSUED: int(self._clock())}))

    def open(self, purpose: str, text: str) -> dict[str, Any] | Broken:
        """The content of a sealed text, or why it is not taken."""
        if len(text) > LONGEST or not text.isascii():
            return Broken.FORGED
        try:
            content: dict[str, Any] = self._serializer(purpose).loads(text)
        except BadData:
            return Broken.FORGED
        age = self._clock() - content.pop(_ISSUED)
        return content if -_SKEW <= age <= LIFE else Broken.EXPIRED

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys,
            salt=f"cloud-assistant-mcp {purpose}",
            signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
        )
