"""Where the account's keys come from, and what is wrong with them, without showing one."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mcp_server.settings import CredentialsKind

KEY_ID: Final = "ALIBABA_CLOUD_ACCESS_KEY_ID"
KEY_SECRET: Final = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 - the name of a variable
SECURITY_TOKEN: Final = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105 - the name of a variable
_TEMPORARY_KEY_PREFIX = "STS."
_PLAIN = re.compile(r"[!-~]+\Z")
_QUOTES = "\"'`“”‘’"


@dataclass(frozen=True, slots=True)
class Account:
    """The keys that sign a request. Its repr shows none of them."""

    access_key_id: str = field(repr=False)
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    provider: str = "static"
    """Who supplied them, in the vendor's words: `env`, `default/cli_profile/static_ak`, …"""


class CredentialsError(Exception):
    """The keys cannot be had or cannot be right; nothing was sent.

    Attributes:
        code: a row of the error catalogue.
        detail: what is wrong and where, without a value; fills `<detail>` in the row.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def account_of_environment(environment: Mapping[str, str]) -> Account | None:
    """The account that the variables name, or None when they name none.

    Raises:
        CredentialsError: half of the pair is missing, or a value cannot be right. The vendor's
            chain would silently go on to another account.
    """
    key_id, secret = environment.get(KEY_ID, ""), environment.get(KEY_SECRET, "")
    if not key_id and not secret:
        return None
    if not secret:
        raise CredentialsError("HalfCredentials", f"{KEY_ID} is set but {KEY_SECRET} is not")
    if not key_id:
        raise CredentialsError("HalfCredentials", f"{KEY_SECRET} is set but {KEY_ID} is not")
    account = Account(key_id, secret, environment.get(SECURITY_TOKEN) or None, "env")
    check_account(account, (KEY_ID, KEY_SECRET, SECURITY_TOKEN))
    return account


def check_account(account: Account, names: tuple[str, str, str]) -> None:
    """Refuse keys that no service would accept.

    Args:
        account: the keys.
        names: what to call the key id, the secret and the token when one is wrong.

    Raises:
        CredentialsError: a value is empty or has characters that no key has, or a temporary key
            has no token.
    """
    values = (account.access_key_id, account.access_key_secret, account.security_token)
    for name, value in zip(names, values, strict=True):
        if value is not None and (fault := _fault(value)):
            raise CredentialsError("MalformedCredentials", f"{name} {fault}")
    if account.access_key_id.startswith(_TEMPORARY_KEY_PREFIX) and not account.security_token:
        raise CredentialsError("MissingToken", f"{names[2]} is not set")


def _fault(value: str) -> str | None:
    checks = (
        (not value, "is empty"),
        (value[-1:] in ("\n", "\r"), "ends with a line break"),
        (value[-1:].isspace(), "ends with white space"),
        (value[:1].isspace(), "begins with white space"),
        (value[:1] in _QUOTES and value[-1:] in _QUOTES, "is wrapped in quotation marks"),
        (any(map(str.isspace, value)), "has white space inside"),
        (_PLAIN.match(value) is None, "has a character that is not printable ASCII"),
    )
    return next((fault for wrong, fault in checks if wrong), None)


class CredentialSource:
    """Keys of one kind, fetched again whenever they are asked for.

    The vendor's providers cache and refresh. Only one thread asks them at a time, because
    concurrent refreshes of theirs wait on each other for five seconds each.
    """

    def __init__(self, kind: CredentialsKind, environment: Mapping[str, str]) -> None:
        """Look at nothing yet.

        Args:
            kind: the setting `credentials`.
            environment: the `ALIBABA_CLOUD_*` variables of this process.
        """
        self._kind = kind
        self._environment = environment
        self._lock = threading.Lock()
        self._providers: dict[CredentialsKind, object] = {}

    def fetch(self) -> Account:
        """The keys as they are now. Blocks: reads files, and may ask a service.

        Raises:
            CredentialsError: there are none, or they cannot be right.
        """
        if self._kind in ("default", "environment"):
            if account := account_of_environment(self._environment):
                return account
            if self._kind == "environment":
                raise CredentialsError("NoCredentials", f"{KEY_ID} and {KEY_SECRET} are not set")
        return self._provided()

    def _provided(self) -> Account:
        from mcp_server.ecs import credential_providers  # noqa: PLC0415 - costs 0.25 s

        with self._lock:
            provider = self._providers.get(self._kind)
            if provider is None:
                provider = self._providers[self._kind] = credential_providers.provider(self._kind)
            account = credential_providers.ask(provider, self._kind)
        label = f"of the source {self._kind!r}"
        check_account(
            account, (f"the key id {label}", f"the key secret {label}", f"the token {label}")
        )
        return account
