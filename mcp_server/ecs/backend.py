"""Where calls go: the cloud, or a local endpoint that is started when the first call needs it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, Protocol, Self

from mcp_server.ecs.credentials import Account, CredentialSource
from mcp_server.ecs.endpoints import Network, cloud_host, require_region_syntax
from mcp_server.ecs.services import CENTRAL_HOSTS, CentralService
from mcp_server.settings import Settings


class Backend(Protocol):
    """A place that takes calls. Its methods may block; the gateway asks in a worker thread."""

    @property
    def protocol(self) -> Literal["https", "http"]:
        """How the host is spoken to; `http` also means: never through a proxy."""

    def host(self, region_id: str) -> str:
        """The host, with a port where it has its own; ValueError for a hostile region id."""

    def central_host(self, service: CentralService) -> str:
        """The host of a service that is the same for every region."""

    def account(self) -> Account:
        """The keys to sign with; CredentialsError when there are none."""


class CloudBackend:
    """Alibaba Cloud itself."""

    protocol: Literal["https"] = "https"

    def __init__(self, network: Network, credentials: CredentialSource) -> None:
        self._network = network
        self._credentials = credentials

    @classmethod
    def from_settings(cls, settings: Settings, environment: Mapping[str, str]) -> Self:
        """The cloud as the operator set it; `environment` has the ALIBABA_CLOUD_* variables."""
        return cls(settings.network, CredentialSource(settings.credentials, environment))

    def host(self, region_id: str) -> str:
        """The region's host, public or VPC-internal."""
        return cloud_host(region_id, self._network)

    def central_host(self, service: CentralService) -> str:
        """The service's one public host."""
        return CENTRAL_HOSTS[service]

    def account(self) -> Account:
        """The operator's keys. Blocks."""
        return self._credentials.fetch()


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """A local endpoint that listens: `127.0.0.1:PORT`, and the keys it accepts."""

    host: str
    account: Account


class LocalBackend:
    """A local endpoint, started once, when it is first asked for."""

    protocol: Literal["http"] = "http"

    def __init__(self, start: Callable[[], LocalEndpoint]) -> None:
        """Start nothing yet.

        Args:
            start: called once, in whichever thread comes first; OSError when it cannot listen.
        """
        self._start = start
        self._endpoint: LocalEndpoint | None = None
        self._lock = threading.Lock()

    def host(self, region_id: str) -> str:
        """The same address for every region. Blocks while the endpoint starts."""
        require_region_syntax(region_id)
        return self._started().host

    def central_host(self, service: CentralService) -> str:  # noqa: ARG002 - one address for all
        """The same address again."""
        return self._started().host

    def account(self) -> Account:
        """The keys that the endpoint accepts."""
        return self._started().account

    def _started(self) -> LocalEndpoint:
        with self._lock:
            if self._endpoint is None:
                endpoint = self._start()
                _require_loopback(endpoint.host)
                self._endpoint = endpoint
            return self._endpoint


def _require_loopback(host: str) -> None:
    """Plain HTTP with a signed request is for this machine only."""
    address = host.rpartition(":")[0].strip("[]")
    if address != "localhost" and not ip_address(address).is_loopback:
        raise ValueError("a local endpoint must listen on a loopback address")
