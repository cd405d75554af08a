import pytest

from mcp_server.ecs.backend import CloudBackend, LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import Account
from mcp_server.settings import Settings

KEYS = Account("id", "secret")


def test_the_cloud_is_what_the_settings_say():
    environment = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "id",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
    }
    backend = CloudBackend.from_settings(
        Settings(network="vpc", credentials="environment"), environment
    )

    assert backend.host("cn-beijing") == "ecs-vpc.cn-beijing.aliyuncs.com"
    assert backend.account() == Account("id", "secret", None, "env")


@pytest.mark.parametrize("address", ["127.0.0.1:80", "127.8.8.8:1", "[::1]:80", "localhost:80"])
def test_a_local_endpoint_serves_every_region_on_loopback(address):
    backend = LocalBackend(lambda: LocalEndpoint(address, KEYS))

    assert backend.host("cn-beijing") == backend.host("us-east-1") == address
    assert backend.account() == KEYS


@pytest.mark.parametrize("address", ["192.0.2.1:80", "0.0.0.0:80", "ecs.example:80", "80"])
def test_a_signed_request_is_never_sent_in_clear_to_another_machine(address):
    with pytest.raises(ValueError, match=r"loopback|address"):
        LocalBackend(lambda: LocalEndpoint(address, KEYS)).host("cn-beijing")


def test_hostile_text_starts_nothing():
    def start():
        raise AssertionError("started")

    with pytest.raises(ValueError, match="validated"):
        LocalBackend(start).host("x.evil.example/")
