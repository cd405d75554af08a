"""Each limit at one under, at, and one over: guardrails and endpoint have to agree.

The endpoint has its own reading of the documentation, so that a number that is wrong in one of
them shows here.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from mcp_server.ecs.backend import LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import Account
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.emulator import Emulator, EmulatorSettings
from mcp_server.emulator.regions import REGIONS as EMULATED_REGIONS
from mcp_server.guardrails.inspection import Inspector
from mcp_server.models.finding import Severity
from mcp_server.models.limits import LIMITS, OF_QUERIES
from mcp_server.models.regions import REGIONS
from mcp_server.models.request import CreateCommandRequest
from mcp_server.settings import Settings
from tests.end_to_end.serving import UPTIME

pytestmark = pytest.mark.anyio

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Edge:
    """A limit, the arguments that have just so much, and what the endpoint says to more."""

    limit: int
    arguments: Callable[[int], Arguments]
    code: str
    content_limit: int = 18432


def parameters(count: int) -> Arguments:
    script = "echo " + " ".join(f"{{{{name{number}}}}}" for number in range(count))
    return {"command_content": script, "enable_parameter": True}


def tags(count: int) -> Arguments:
    return {"tags": [{"key": f"key-{number}", "value": "v"} for number in range(count)]}


EDGES = {
    "name": Edge(128, lambda n: {"name": "n" * n}, "CmdName.ExceedLimit"),
    "name of other scripts": Edge(128, lambda n: {"name": "名" * n}, "CmdName.ExceedLimit"),
    "description": Edge(512, lambda n: {"description": "d" * n}, "CmdDesc.ExceedLimit"),
    "working_dir": Edge(200, lambda n: {"working_dir": "/" * n}, "InvalidParameter.WorkingDir"),
    "launcher": Edge(1024, lambda n: {"launcher": "l" * n}, "InvalidLauncher.LengthLimitExceeded"),
    "launcher counts bytes": Edge(
        1024,
        lambda n: {"launcher": "é" * (n // 2) + "l" * (n % 2)},
        "InvalidLauncher.LengthLimitExceeded",
    ),
    "client_token": Edge(64, lambda n: {"client_token": "t" * n}, "InvalidClientToken.Malformed"),
    "timeout": Edge(2**31 - 1, lambda n: {"timeout": n}, "InvalidTimeout.ExceedLimit"),
    "tags": Edge(20, tags, "NumberExceed.Tags"),
    "tags.key": Edge(64, lambda n: {"tags": [{"key": "k" * n}]}, "InvalidTagKey.Malformed"),
    "tags.value": Edge(
        128, lambda n: {"tags": [{"key": "k", "value": "v" * n}]}, "InvalidTagValue.Malformed"
    ),
    "command_content.parameters": Edge(20, parameters, "CmdParamCount.ExceedLimit"),
    "command_content.parameter_name": Edge(
        64,
        lambda n: {"command_content": f"echo {{{{{'p' * n}}}}}", "enable_parameter": True},
        "CmdParamName.ExceedLimit",
    ),
    "command_content": Edge(
        13824, lambda n: {"command_content": "x" * n}, "CmdContent.ExceedLimit"
    ),
    "command_content raised": Edge(
        18432, lambda n: {"command_content": "x" * n}, "CmdContent.ExceedLimit", 24576
    ),
    "command_content counts bytes": Edge(
        13824,
        lambda n: {"command_content": "名" * (n // 3) + "x" * (n % 3)},
        "CmdContent.ExceedLimit",
    ),
}
"""By the field of the limit, or a longer name for a second way to reach it."""

OTHER_REFUSALS: dict[str, tuple[Arguments, str]] = {
    "empty name": ({"name": ""}, "MissingName"),
    "control character in name": ({"name": "a\x07b"}, "InvalidParameterCharacter.CommandName"),
    "control character in description": (
        {"description": "a\x1bb"},
        "InvalidParameterCharacter.CommandDescription",
    ),
    "control character in working_dir": (
        {"working_dir": "/a\nb"},
        "InvalidParameterCharacter.CommandWorkingDir",
    ),
    "no such type": ({"type": "RunPythonScript"}, "InvalidCmdType.NotFound"),
    "token outside ascii": ({"client_token": "é"}, "InvalidClientToken.Malformed"),
    "empty parameter name": (
        {"command_content": "echo {{ }}", "enable_parameter": True},
        "CmdParam.EmptyKey",
    ),
    "illegal parameter name": (
        {"command_content": "echo {{.ID}}", "enable_parameter": True},
        "CmdParam.InvalidParamName",
    ),
    "unknown built-in": (
        {"command_content": "echo {{ACS::Zone}}", "enable_parameter": True},
        "CmdParam.InvalidParamName",
    ),
    "reserved tag key": ({"tags": [{"key": "acs:x"}]}, "InvalidTagKey.Malformed"),
    "reserved tag prefix": ({"tags": [{"key": "aliyunFoo"}]}, "InvalidTagKey.Malformed"),
    "url in tag value": (
        {"tags": [{"key": "k", "value": "https://x"}]},
        "InvalidTagValue.Malformed",
    ),
    "empty tag key": ({"tags": [{"key": ""}]}, "InvalidTagKey.Malformed"),
}

ACCEPTED: dict[str, Arguments] = {
    "line breaks in description": {"description": "one\ntwo\tthree"},
    "built-in parameters": {
        "command_content": "echo {{ACS::InstanceId}} {{ acs::regionid }}",
        "enable_parameter": True,
    },
    "oos parameters": {
        "command_content": "echo {{oos:name}} {{oos-secret:pw}}",
        "enable_parameter": True,
    },
    "braces without parameters": {"command_content": "docker ps --format '{{.ID}}'"},
    "one name in two cases is one of twenty": {
        "command_content": parameters(20)["command_content"] + " {{NAME0}}",
        "enable_parameter": True,
    },
    "empty tag value": {"tags": [{"key": "k", "value": ""}]},
}


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Callable[[int], Gateway]]:
    """A gateway to an endpoint with that limit on content."""
    running: dict[int, Emulator] = {}

    def gateway(content_limit: int) -> Gateway:
        if content_limit not in running:
            running[content_limit] = Emulator(EmulatorSettings(content_limit=content_limit))
            running[content_limit].start()
        emulator = running[content_limit]
        account = Account(emulator.account.access_key_id, emulator.account.access_key_secret)
        backend = LocalBackend(lambda: LocalEndpoint(emulator.endpoint, account))
        return Gateway(Settings(local=True), backend)

    yield gateway
    for emulator in running.values():
        emulator.close()


def as_parameters(arguments: Arguments) -> dict[str, Any]:
    """The API's spelling, written out here once more, with no check in between."""
    names = {
        "region_id": "RegionId", "name": "Name", "type": "Type", "description": "Description",
        "working_dir": "WorkingDir", "timeout": "Timeout", "launcher": "Launcher",
        "client_token": "ClientToken", "enable_parameter": "EnableParameter",
    }  # fmt: skip
    sent = {names[name]: value for name, value in arguments.items() if name in names}
    script = arguments["command_content"].encode()
    sent["CommandContent"] = base64.b64encode(script).decode()
    sent["ContentEncoding"] = "Base64"
    sent["Tag"] = [
        {"Key": tag["key"], "Value": tag.get("value", "")} for tag in arguments.get("tags", [])
    ]
    sent.setdefault("ClientToken", uuid4().hex)
    return sent


def refused_by_guardrails(arguments: Arguments, content_limit: int = 18432) -> bool:
    settings = Settings(local=True, content_limit=content_limit)
    return Inspector(settings).inspect(arguments, CreateCommandRequest).has(Severity.INVALID)


async def answer_of(gateway: Gateway, arguments: Arguments) -> str | None:
    """The code that the endpoint refuses with, or None when it creates the command."""
    try:
        await gateway.create_command(as_parameters(arguments))
    except EcsError as error:
        return error.explanation.code
    return None


@pytest.mark.parametrize("edge", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("offset", [-1, 0, 1])
async def test_guardrails_and_endpoint_agree_at_the_edge(
    endpoints: Callable[[int], Gateway], edge: Edge, offset: int
) -> None:
    arguments = UPTIME | edge.arguments(edge.limit + offset)
    code = await answer_of(endpoints(edge.content_limit), arguments)
    assert code == (edge.code if offset > 0 else None)
    assert refused_by_guardrails(arguments, edge.content_limit) == (code is not None)


@pytest.mark.parametrize(("arguments", "code"), OTHER_REFUSALS.values(), ids=OTHER_REFUSALS)
async def test_what_the_endpoint_refuses_is_refused_before(
    endpoints: Callable[[int], Gateway], arguments: Arguments, code: str
) -> None:
    assert await answer_of(endpoints(18432), UPTIME | arguments) == code
    assert refused_by_guardrails(UPTIME | arguments)


@pytest.mark.parametrize("arguments", ACCEPTED.values(), ids=ACCEPTED)
async def test_what_the_endpoint_takes_is_not_refused_before(
    endpoints: Callable[[int], Gateway], arguments: Arguments
) -> None:
    assert await answer_of(endpoints(18432), UPTIME | arguments) is None
    assert not refused_by_guardrails(UPTIME | arguments)


def test_guardrails_and_endpoint_know_the_same_regions() -> None:
    assert set(REGIONS) == set(EMULATED_REGIONS)


def test_every_limit_is_tried_here() -> None:
    ours_alone = {  # bounds of ours, which no one documents
        *("region_id", "resource_group_id"),
        *("sample_parameters", "sample_parameters.name", "sample_parameters.value"),
        "preview_token",
    }
    of_creations = {limit.field for limit in LIMITS if limit not in OF_QUERIES}
    assert of_creations - ours_alone <= set(EDGES)
