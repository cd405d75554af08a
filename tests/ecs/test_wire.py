import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.ecs.wire import api_request, digest
from mcp_server.models.request import CreateCommandRequest

_CONTENT = base64.b64encode(b"echo hi").decode()
_FULL = CreateCommandRequest.model_validate(
    {
        "region_id": "cn-hangzhou",
        "name": "greeting",
        "type": "RunShellScript",
        "command_content": "echo hi",
        "description": "says hi",
        "working_dir": "/opt/app",
        "timeout": 600,
        "enable_parameter": True,
        "launcher": "bash -e",
        "resource_group_id": "rg-1",
        "tags": [{"key": "env", "value": "prod"}, {"key": "bare"}],
        "client_token": "token-1",
        "normalize_content": True,
        "dry_run": True,
    }
)
_REQUEST: dict[str, Any] = {
    "RegionId": "cn-hangzhou",
    "Name": "greeting",
    "Type": "RunShellScript",
    "CommandContent": _CONTENT,
    "ContentEncoding": "Base64",
}


def test_every_argument_has_its_name_in_the_api() -> None:
    assert api_request(_FULL, _CONTENT) == _REQUEST | {
        "Description": "says hi",
        "WorkingDir": "/opt/app",
        "Timeout": 600,
        "Launcher": "bash -e",
        "ResourceGroupId": "rg-1",
        "ClientToken": "token-1",
        "EnableParameter": True,
        "Tag": [{"Key": "env", "Value": "prod"}, {"Key": "bare", "Value": ""}],
    }


def test_what_the_caller_left_out_stays_out_and_the_encoding_is_said() -> None:
    request = CreateCommandRequest(
        region_id="cn-hangzhou", name="greeting", type="RunShellScript", command_content="echo hi"
    )
    assert api_request(request, _CONTENT) == _REQUEST


def test_the_digest_of_a_known_request_never_changes() -> None:
    assert digest(_REQUEST) == (
        "sha256:9ea7150123087f59de2eb1bd322bff85e35faf89c35b9ec0cc21babb606e3e5e"
    )


_PARAMETERS = st.dictionaries(
    st.text(min_size=1, max_size=9).filter(lambda name: name != "ClientToken"),
    st.text(max_size=20) | st.integers(0, 2**31 - 1) | st.booleans(),
    min_size=1,
    max_size=6,
)


@given(_PARAMETERS, st.text(), st.randoms(use_true_random=False))
def test_the_digest_depends_on_neither_the_token_nor_the_order(
    parameters: dict[str, Any], token: str, random: Any
) -> None:
    names = [*parameters, "ClientToken"]
    random.shuffle(names)
    shuffled = {name: (parameters | {"ClientToken": token})[name] for name in names}
    assert digest(shuffled) == digest(parameters)


@given(_PARAMETERS, st.data())
def test_the_digest_changes_with_any_other_parameter(
    parameters: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(parameters)))
    changed = parameters | {name: f"{parameters[name]}!"}
    without = {other: value for other, value in parameters.items() if other != name}
    assert len({digest(parameters), digest(changed), digest(without)}) == 3


@pytest.mark.parametrize(
    "change",
    [{"Tag": [{"Key": "a", "Value": "b"}]}, {"Timeout": 60}, {"Timeout": "60"}],
    ids=["a tag", "a number", "the number as text"],
)
def test_requests_that_differ_have_digests_that_differ(change: dict[str, Any]) -> None:
    seen = {digest(_REQUEST), digest(_REQUEST | {"Timeout": 61}), digest(_REQUEST | change)}
    assert len(seen) == 3
