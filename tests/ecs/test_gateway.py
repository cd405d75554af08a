import anyio
import anyio.to_thread
import pytest

from mcp_server.ecs.backend import CloudBackend, LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import CredentialSource
from mcp_server.ecs.gateway import CreatedCommand, EcsError
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.emulator import Fault
from tests.ecs.fixed_backend import FixedBackend

pytestmark = pytest.mark.anyio


def http_ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def test_a_created_command_can_be_read_back_byte_for_byte(emulator, gateway, creation):
    script = "echo a^b & echo %PATH%\r\nécho ✓\n"
    request = creation(
        script,
        Description="says hello",
        WorkingDir="/tmp",  # noqa: S108 - text
        Timeout=3600,
        EnableParameter=True,
        Launcher="bash -x",
        Tag=[{"Key": "team", "Value": "ops"}, {"Key": "empty", "Value": ""}],
    )

    created = await gateway.create_command(request)
    stored = await gateway.describe_commands("cn-hangzhou", created.command_id)

    record = emulator.requests[0]
    assert created == CreatedCommand(record.command_id, created.request_id, 1)
    assert created.request_id
    assert stored == StoredCommand(
        command_id=created.command_id,
        name="greeting",
        type="RunShellScript",
        content=script.encode(),
        description="says hello",
        working_dir="/tmp",  # noqa: S108 - text
        timeout=3600,
        enable_parameter=True,
        launcher="bash -x",
        tags=(("team", "ops"), ("empty", "")),
        created_at=stored.created_at,
    )


async def test_a_command_that_does_not_exist_reads_back_as_nothing(gateway):
    assert await gateway.describe_commands("cn-hangzhou", "c-none") is None


async def test_the_probe_lists_one_command_and_says_nothing_of_it(
    emulator, gateway, creation, open_gateway, answering
):
    await gateway.create_command(creation())
    await gateway.probe("cn-hangzhou")
    assert [record.action for record in emulator.requests] == ["CreateCommand", "DescribeCommands"]

    address, received = answering(http_ok(b'{"RequestId":"R-1"}'))
    await open_gateway(FixedBackend(address)).probe("cn-beijing")
    (request,) = received
    assert request.split()[1].partition(b"?")[2].split(b"&") == [
        b"MaxResults=1",
        b"RegionId=cn-beijing",
    ]


async def test_regions_are_listed(gateway):
    assert "cn-hangzhou" in await gateway.describe_regions()


async def test_every_attempt_carries_the_same_client_token_and_one_command_is_made(
    emulator, gateway, creation
):
    emulator.faults.add(Fault(drop=True, commit=True), Fault(code="ServiceUnavailable"))

    created = await gateway.create_command(creation())

    assert created == CreatedCommand(
        emulator.commands()[0].command_id, created.request_id, attempts=3
    )
    assert len(emulator.commands()) == 1
    assert [record.client_token for record in emulator.requests] == ["token-1"] * 3
    assert len({record.nonce for record in emulator.requests}) == 3


async def test_the_same_token_with_other_content_is_explained_with_a_repair_that_works(
    gateway, creation
):
    first = await gateway.create_command(creation())

    with pytest.raises(EcsError) as caught:
        await gateway.create_command(creation("echo other"))

    explanation = caught.value.explanation
    assert (explanation.code, explanation.field, explanation.repair, explanation.retry) == (
        "IdempotentParameterMismatch",
        "client_token",
        {"client_token": None},
        "new_token",
    )
    second = await gateway.create_command(creation("echo other", ClientToken="token-2"))
    assert second.command_id != first.command_id


async def test_a_request_without_a_client_token_is_a_bug(emulator, gateway, creation):
    with pytest.raises(ValueError, match="ClientToken"):
        await gateway.create_command(creation(ClientToken=None))
    assert emulator.requests == []


async def test_a_parameter_that_the_sdk_would_drop_is_a_bug(emulator, gateway, creation):
    with pytest.raises(ValueError, match="would not send"):
        await gateway.create_command(creation(Lanucher="bash"))
    assert emulator.requests == []


async def test_a_region_that_was_not_validated_reaches_no_host(creation, open_gateway):
    source = CredentialSource(
        "environment",
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret"},
    )
    gateway = open_gateway(CloudBackend("public", source))

    with pytest.raises(ValueError, match="validated"):
        await gateway.create_command(creation(RegionId="cn-hangzhou.evil.com/x?"))


async def test_calls_in_two_regions_do_not_mix(emulator, gateway, creation):
    async with anyio.create_task_group() as group:
        group.start_soon(gateway.create_command, creation(ClientToken="a"))
        group.start_soon(gateway.create_command, creation(ClientToken="b", RegionId="cn-beijing"))

    assert len(emulator.commands("cn-hangzhou")) == 1
    assert len(emulator.commands("cn-beijing")) == 1


async def test_renewed_keys_are_used_from_the_next_call_on(emulator, open_gateway, creation, keys):
    wrong = type(keys)("nobody-knows-this-key", "secret")
    current = [wrong]

    class Changing(LocalBackend):
        def account(self):
            return current[0]

    gateway = open_gateway(Changing(lambda: LocalEndpoint(emulator.endpoint, keys)))
    with pytest.raises(EcsError, match=r"InvalidAccessKeyId\.NotFound"):
        await gateway.create_command(creation())
    current[0] = keys

    assert (await gateway.create_command(creation())).attempts == 1


async def test_the_local_endpoint_starts_once_and_only_when_it_is_needed(
    emulator, open_gateway, creation, keys
):
    starts = []

    def start():
        starts.append(1)
        return LocalEndpoint(emulator.endpoint, keys)

    gateway = open_gateway(LocalBackend(start))
    assert starts == []
    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(gateway.create_command, creation(ClientToken=f"t{number}"))

    assert await gateway.endpoint("cn-beijing") == emulator.endpoint
    assert starts == [1]


async def test_no_more_calls_run_at_once_than_the_settings_allow(emulator, open_gateway, creation):
    gateway = open_gateway(max_concurrent_calls=2)
    async with anyio.create_task_group() as group:
        for number in range(12):
            group.start_soon(gateway.create_command, creation(ClientToken=f"t{number}"))

    assert len(emulator.commands()) == 12


async def test_a_closed_gateway_connects_again(gateway, creation):
    first = await gateway.create_command(creation())
    gateway.close()

    assert (await gateway.create_command(creation())).command_id == first.command_id


async def test_a_local_call_never_goes_to_a_proxy(gateway, creation, monkeypatch, closed_port):
    monkeypatch.setenv("HTTP_PROXY", f"http://{closed_port}")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{closed_port}")

    assert (await gateway.create_command(creation())).attempts == 1
