import hashlib
import http.client
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.client import Client as GenericClient
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from darabonba.request import DaraRequest
from darabonba.runtime import RuntimeOptions

from mcp_server.emulator import Account, Emulator


@pytest.fixture(autouse=True)
def _no_outside_world(monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def sdk_config() -> Callable[..., Config]:
    """Makes what a client of the vendor needs for an emulator, with an account's key."""

    def config(emulator: Emulator, account: Account | None = None, **changes: Any) -> Config:
        account = account or emulator.account
        fields = {
            "access_key_id": account.access_key_id,
            "access_key_secret": account.access_key_secret,
            "security_token": account.security_token,
            "region_id": "cn-hangzhou",
            "endpoint": emulator.endpoint,
            "protocol": "http",
        }
        return Config(**{**fields, **changes})

    return config


@pytest.fixture(scope="session")
def connect(sdk_config) -> Callable[..., Client]:
    """Makes the vendor's client for an emulator, with an account's key or another one."""

    def client(emulator: Emulator, account: Account | None = None, **changes: Any) -> Client:
        return Client(sdk_config(emulator, account, **changes))

    return client


@pytest.fixture(scope="session")
def call_api(sdk_config) -> Callable[..., dict[str, Any]]:
    """Calls any action of any version with the vendor's generic client; gives the answer's body."""

    def call(
        emulator: Emulator,
        version: str,
        action: str,
        query: dict[str, Any] | None = None,
        account: Account | None = None,
    ) -> dict[str, Any]:
        params = Params(
            action=action,
            version=version,
            protocol="HTTP",
            pathname="/",
            method="POST",
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        request = OpenApiRequest(query=Utils.query(query or {}))
        client = GenericClient(sdk_config(emulator, account))
        body: dict[str, Any] = client.call_api(params, request, RuntimeOptions())["body"]
        return body

    return call


@pytest.fixture
def client(emulator, connect) -> Client:
    return connect(emulator)


@pytest.fixture(scope="session")
def creation() -> Callable[..., models.CreateCommandRequest]:
    """Makes a CreateCommandRequest that is accepted, with changes; None leaves a field out."""

    def request(**changes: Any) -> models.CreateCommandRequest:
        fields = {
            "region_id": "cn-hangzhou",
            "name": "say hello",
            "type": "RunShellScript",
            "command_content": "ZWNobyBoZWxsbw==",
        }
        tags = [models.CreateCommandRequestTag(key=k, value=v) for k, v in changes.pop("tags", [])]
        return models.CreateCommandRequest(**{**fields, **changes}, tag=tags)

    return request


@dataclass(frozen=True)
class RawRequest:
    """A signed request as bytes on the wire, for what the vendor's client would never send."""

    method: str
    query: str
    headers: dict[str, str]
    body: bytes
    endpoint: str = field(repr=False)

    def changed(self, **headers: str | None) -> "RawRequest":
        """The same request with headers set or, with None, taken away after the signing."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**self.headers, **named}
        kept = {name: value for name, value in merged.items() if value is not None}
        return replace(self, headers=kept)

    def send(self, path: str = "/") -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of the answer."""
        connection = http.client.HTTPConnection(self.endpoint, timeout=10)
        try:
            connection.request(self.method, f"{path}?{self.query}", self.body, self.headers)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), json.loads(response.read())
        finally:
            connection.close()


@pytest.fixture(scope="session")
def raw_request() -> Callable[..., RawRequest]:
    """Makes a CreateCommand request, signed by the vendor's own signing function."""

    def signed(
        emulator: Emulator,
        query: dict[str, str] | None = None,
        *,
        account: Account | None = None,
        method: str = "POST",
        at: datetime | str | None = None,
        body: bytes = b"",
        **headers: str,
    ) -> RawRequest:
        account = account or emulator.account
        if not isinstance(at, str):
            at = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        if query is None:
            query = {
                "RegionId": "cn-hangzhou",
                "Name": "say hello",
                "Type": "RunShellScript",
                "CommandContent": "ZWNobyBoZWxsbw==",
            }
        digest = hashlib.sha256(body).hexdigest()
        request = DaraRequest()
        request.method, request.pathname, request.query = method, "/", query
        request.headers = {
            "host": emulator.endpoint,
            "x-acs-action": "CreateCommand",
            "x-acs-version": "2014-05-26",
            "x-acs-date": at,
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-content-sha256": digest,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        request.headers["authorization"] = Utils.get_authorization(
            request, "ACS3-HMAC-SHA256", digest, account.access_key_id, account.access_key_secret
        )
        return RawRequest(method, urlencode(query), dict(request.headers), body, emulator.endpoint)

    return signed
