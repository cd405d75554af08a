"""Who is calling: access key, security token, time stamp, signature and nonce."""

import re
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from mcp_server.emulator.errors import refusal
from mcp_server.emulator.settings import Account, Clock
from mcp_server.emulator.signature import (
    ALGORITHM,
    Headers,
    hashed_canonical_request,
    matches,
    parse_authorization,
    require_signed,
    sign,
)

WINDOW: Final = timedelta(minutes=15)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_MANDATORY: Final = (
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What is signed of an HTTP request; header names in lower case, the query as sent."""

    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        wanted = name.encode()
        for sent, value in self.headers:
            if sent == wanted:
                return value.decode("latin-1")
        return None


class Authenticator:
    """Checks requests against the known accounts and remembers the nonces it has seen."""

    def __init__(self, accounts: Iterable[Account], clock: Clock) -> None:
        self._accounts = {account.access_key_id: account for account in accounts}
        self._clock = clock
        self._lock = threading.Lock()
        self._nonces: set[tuple[str, str | None]] = set()
        self._nonce_order: deque[tuple[datetime, tuple[str, str | None]]] = deque()

    def put(self, account: Account) -> None:
        """Add an account, or replace the one with the same access key id."""
        with self._lock:
            self._accounts = {**self._accounts, account.access_key_id: account}

    def account(self, access_key_id: str) -> Account:
        """The account as it is now.

        Raises:
            KeyError: there is none with this access key id.
        """
        return self._accounts[access_key_id]

    def forget_nonces(self) -> None:
        """Start with an empty memory of nonces."""
        with self._lock:
            self._nonces.clear()
            self._nonce_order.clear()

    def authenticate(self, request: SignedRequest) -> Account:
        """The account that signed the request.

        Raises:
            ApiError: one of the gateway's codes for identity, time and signature.
        """
        authorization = parse_authorization(request.header("authorization") or "")
        for name in _MANDATORY:
            if not request.header(name):
                raise refusal("IncompleteSignature", f"The header {name} is missing.")
        require_signed(request.headers, authorization.signed_headers)
        account = self._accounts.get(authorization.access_key_id)
        if account is None:
            raise refusal("InvalidAccessKeyId.NotFound")
        if not account.active:
            raise refusal("InvalidAccessKeyId.Inactive")
        now = self._clock()
        self._check_token(account, request, now)
        _check_date(request.header("x-acs-date") or "", now)
        _check_signature(account, request, authorization.signed_headers, authorization.signature)
        # Only now: a request that was not really signed must not be able to burn a nonce.
        with self._lock:
            self._use_nonce((account.access_key_id, request.header("x-acs-signature-nonce")), now)
        return account

    def _check_token(self, account: Account, request: SignedRequest, now: datetime) -> None:
        token = request.header("x-acs-security-token")
        if not token and account.security_token is None:
            return
        if not token:
            raise refusal("MissingSecurityToken")
        if token != account.security_token:
            known = any(token == other.security_token for other in self._accounts.values())
            fault = "MismatchWithAccessKey" if known else "Malformed"
            raise refusal(f"InvalidSecurityToken.{fault}")
        if request.header("x-acs-accesskey-id") not in {None, account.access_key_id}:
            raise refusal("InvalidSecurityToken.MismatchWithAccessKey")
        if account.expires is not None and account.expires <= now:
            raise refusal("InvalidSecurityToken.Expired")

    def _use_nonce(self, key: tuple[str, str | None], now: datetime) -> None:
        while self._nonce_order and self._nonce_order[0][0] < now:
            self._nonces.discard(self._nonce_order.popleft()[1])
        if key in self._nonces:
            raise refusal("SignatureNonceUsed")
        self._nonces.add(key)
        # A date may lie one window ahead and is then good for one more.
        self._nonce_order.append((now + 2 * WINDOW, key))


def _check_date(text: str, now: datetime) -> None:
    if not _DATE.fullmatch(text):
        raise refusal("InvalidTimeStamp.Format")
    try:
        date = datetime.fromisoformat(text)
    except ValueError:  # such as month 13
        raise refusal("InvalidTimeStamp.Format") from None
    if abs(now - date) > WINDOW:
        raise refusal("InvalidTimeStamp.Expired")


def _check_signature(
    account: Account, request: SignedRequest, signed_headers: tuple[str, ...], signature: str
) -> None:
    hashed = hashed_canonical_request(
        request.method, request.path, request.query, request.headers, signed_headers, request.body
    )
    genuine = matches(sign(account.access_key_secret, hashed), signature)
    if not genuine or request.header("x-acs-content-sha256") != sha256(request.body).hexdigest():
        raise refusal("SignatureDoesNotMatch", f"server StringToSign is [{ALGORITHM} {hashed}]")
