"""A request that may have left is never called unsent, and one that did not is never feared."""

import pytest
import requests.adapters

from mcp_server.ecs.call import Line
from mcp_server.ecs.gateway import EcsError
from tests.ecs.fixed_backend import FixedBackend
from tests.ecs.hostile import CREATED, certificate, endpoint, http, reset, tunnel

pytestmark = pytest.mark.anyio


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Who serves with a certificate that this test trusts, directly and behind a proxy."""
    trusted, context = certificate(tmp_path)
    monkeypatch.setattr("certifi.where", lambda: str(trusted))
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(trusted))
    return context


@pytest.fixture
def call(open_gateway, creation):
    """One attempt at an address over TLS: code, outcome and retry of its failure."""

    async def call_one(address):
        gateway = open_gateway(FixedBackend(address, "https"), max_attempts=1)
        with pytest.raises(EcsError) as caught:
            await gateway.create_command(creation())
        explanation = caught.value.explanation
        return explanation.code, explanation.outcome, explanation.retry

    return call_one


def breaks_off(connection):
    connection.sendall(http(200, CREATED)[:-5])
    connection.close()


def says_nothing(connection):
    connection.close()


def says_goodbye(connection):
    connection.unwrap()


ENDINGS = [reset, says_nothing, says_goodbye, breaks_off]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("behind_a_proxy", [False, True])
async def test_a_request_that_was_read_and_never_answered_may_have_been_carried_out(
    served, call, monkeypatch, behind_a_proxy, ending
):
    with endpoint(ending, served) as far, tunnel() as proxy:
        if behind_a_proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)

        assert await call(far.address) == ("ConnectionLost", "unknown", "same_token")
        assert len(far.requests) == 1


@pytest.mark.parametrize("behind_a_proxy", [False, True])
async def test_a_reply_that_arrives_is_read(
    served, open_gateway, creation, monkeypatch, behind_a_proxy
):
    with endpoint(http(200, CREATED), served) as far, tunnel() as proxy:
        if behind_a_proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)
        gateway = open_gateway(FixedBackend(far.address, "https"), max_attempts=1)

        ids = [(await gateway.create_command(creation())).command_id for _ in range(2)]
        assert ids == ["c-1", "c-1"]
        assert far.most_open == 1


def talks_plainly(connection):
    connection.sendall(http(200, CREATED))
    connection.close()


@pytest.mark.parametrize("ending", [talks_plainly, says_nothing])
async def test_a_tunnel_that_breaks_before_encryption_is_up_carries_no_request(
    served, call, monkeypatch, ending
):
    with endpoint(http(200, CREATED), served) as far, tunnel(ending) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)

        assert (await call(far.address))[1] == "not_sent"
        assert far.requests == []


async def test_an_endpoint_that_is_not_trusted_gets_no_request_through_a_proxy_either(
    tmp_path, call, monkeypatch
):
    _, context = certificate(tmp_path)
    with endpoint(http(200, CREATED), context) as far, tunnel() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)

        assert await call(far.address) == ("TlsFailed", "not_sent", "after_fix")
        assert far.requests == []


@pytest.mark.parametrize("address", ["http://", "http://[", "http://a b:1", "nonsense://x"])
async def test_a_proxy_that_cannot_be_one_means_that_nothing_was_sent(
    call, monkeypatch, closed_port, address
):
    monkeypatch.setenv("HTTPS_PROXY", address)

    assert (await call(closed_port))[1] == "not_sent"


async def test_a_gateway_that_is_closed_as_a_request_leaves_still_knows_that_it_left(
    open_gateway, creation, monkeypatch
):
    begin = Line.begin

    def begin_and_close(line):
        begin(line)
        gateway.close()

    monkeypatch.setattr(Line, "begin", begin_and_close)
    with endpoint(says_nothing) as far:
        gateway = open_gateway(FixedBackend(far.address), max_attempts=1)
        with pytest.raises(EcsError) as caught:
            await gateway.create_command(creation())

    assert caught.value.explanation.outcome == "unknown"
    assert len(far.requests) == 1
