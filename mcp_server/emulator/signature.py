"""ACS3-HMAC-SHA256, from the vendor's description of signature version 3."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from mcp_server.emulator.errors import refusal

ALGORITHM: Final = "ACS3-HMAC-SHA256"
_UNRESERVED: Final = "-_.~"

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of an Authorization header; `signed_headers` in lower case, in the order sent."""

    access_key_id: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_authorization(header: str) -> Authorization:
    """Read `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=…`.

    Raises:
        ApiError: IncompleteSignature, or InvalidSignatureMethod for another algorithm.
    """
    algorithm, _, rest = header.strip().partition(" ")
    if not algorithm:
        raise refusal("IncompleteSignature", "The Authorization header is missing.")
    if algorithm != ALGORITHM:
        raise refusal("InvalidSignatureMethod")
    parts = dict(_pair(part) for part in rest.split(","))
    try:
        authorization = Authorization(
            parts["Credential"],
            tuple(parts["SignedHeaders"].lower().split(";")),
            parts["Signature"],
        )
    except KeyError as absent:
        raise refusal("IncompleteSignature", f"{absent.args[0]} is missing.") from None
    if not all((authorization.access_key_id, authorization.signature)):
        raise refusal("IncompleteSignature", "A part of the Authorization header is empty.")
    return authorization


def require_signed(headers: Headers, signed_headers: Sequence[str]) -> None:
    """Insist that host and every x-acs-* header sent are covered by the signature.

    Raises:
        ApiError: IncompleteSignature.
    """
    sent = {name.decode("latin-1") for name, _ in headers}
    required = {name for name in sent if name.startswith("x-acs-")} | {"host"}
    for name in sorted(required - set(signed_headers)):
        raise refusal("IncompleteSignature", f"The header {name} is not signed.")
    for name in sorted(set(signed_headers) - sent):
        raise refusal("IncompleteSignature", f"The signed header {name} was not sent.")


def hashed_canonical_request(
    method: str,
    path: str,
    query: bytes,
    headers: Headers,
    signed_headers: Sequence[str],
    body: bytes,
) -> str:
    """SHA-256, in hex, of the canonical request; `headers` have lower-case names."""
    canonical = b"\n".join(
        (
            method.encode(),
            quote(unquote_to_bytes(path), safe="/" + _UNRESERVED).encode(),
            _canonical_query(query).encode(),
            *(_canonical_header(name.encode(), headers) for name in signed_headers),
            b"",
            ";".join(signed_headers).encode(),
            hashlib.sha256(body).hexdigest().encode(),
        )
    )
    return hashlib.sha256(canonical).hexdigest()


def sign(secret: str, hashed_request: str) -> str:
    """The signature, in hex, over a hashed canonical request."""
    text = f"{ALGORITHM}\n{hashed_request}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def matches(expected: str, given: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode())


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value


def _canonical_query(query: bytes) -> str:
    # Clients write a space as + or as %20 and leave some characters bare; only the decoded bytes
    # count, so each name and value is decoded and encoded again in the one canonical way.
    pairs = (part.partition(b"=") for part in query.split(b"&") if part)
    encoded = sorted((_encode(name), _encode(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encode(text: bytes) -> str:
    return quote(unquote_to_bytes(text.replace(b"+", b" ")), safe=_UNRESERVED)


def _canonical_header(name: bytes, headers: Headers) -> bytes:
    values = [value.strip() for sent, value in headers if sent == name]
    return name + b":" + b",".join(sorted(values))
