from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from mcp_server.emulator import Emulator, EmulatorSettings
from mcp_server.emulator.regions import REGIONS


@pytest.fixture
def describe(client):
    """Calls DescribeCommands in cn-hangzhou and gives the body of the answer."""

    def call(**changes):
        tags = [
            models.DescribeCommandsRequestTag(key=k, value=v) for k, v in changes.pop("tags", [])
        ]
        request = models.DescribeCommandsRequest(
            **{"region_id": "cn-hangzhou", **changes}, tag=tags
        )
        return client.describe_commands(request).body

    return call


@pytest.fixture
def names(describe):
    """Calls DescribeCommands and gives the names found."""

    def call(**changes):
        return [command.name for command in describe(**changes).commands.command]

    return call


@pytest.fixture
def create(client, creation):
    """Creates commands with the names given."""

    def call(*names, **changes):
        return [
            client.create_command(creation(name=name, **changes)).body.command_id for name in names
        ]

    return call


def refusal(describe: Callable[..., object], **changes: Any) -> tuple[int, str]:
    with pytest.raises(ClientException) as refused:
        describe(**changes)
    return refused.value.status_code, refused.value.code


def test_a_command_is_shown_with_all_its_fields(emulator, describe, create):
    (command_id,) = create(
        "n",
        description="d",
        command_content="ZWNobyB7e3dob319",
        enable_parameter=True,
        working_dir="/srv",
        timeout=5,
        launcher="bash",
        resource_group_id="rg-local",
        tags=[("k", "v")],
    )

    body = describe().to_map()

    (stored,) = emulator.commands()
    assert body == {
        "TotalCount": 1,
        "NextToken": "",
        "RequestId": body["RequestId"],
        "Commands": {
            "Command": [
                {
                    "CommandId": command_id,
                    "Name": "n",
                    "Description": "d",
                    "Type": "RunShellScript",
                    "CommandContent": "ZWNobyB7e3dob319",
                    "WorkingDir": "/srv",
                    "Timeout": 5,
                    "EnableParameter": True,
                    "ParameterNames": {"ParameterName": ["who"]},
                    "ParameterDefinitions": {"ParameterDefinition": []},
                    "CreationTime": stored.creation_time,
                    "InvokeTimes": 0,
                    "Provider": "",
                    "Version": 1,
                    "Category": "",
                    "Latest": True,
                    "Launcher": "bash",
                    "ResourceGroupId": "rg-local",
                    "Tags": {"Tag": [{"TagKey": "k", "TagValue": "v"}]},
                }
            ]
        },
    }


@pytest.mark.parametrize(
    ("encoding", "content"),
    [(None, "ZWNobyD8"), ("Base64", "ZWNobyD8"), ("x", "ZWNobyD8"), ("PlainText", "echo \ufffd")],
)
def test_the_content_comes_in_the_encoding_asked_for(describe, create, encoding, content):
    create("n", command_content="ZWNobyD8")

    (command,) = describe(content_encoding=encoding).commands.command

    assert command.command_content == content


def test_the_newest_command_comes_first(names, create):
    create("a", "c", "b")

    assert names() == ["b", "c", "a"]


def test_a_region_without_commands_has_an_empty_list(names, create):
    create("a")

    assert names(region_id="cn-beijing") == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("disk", ["disk"]),
        ("disk*", ["disk usage", "disk"]),
        ("*disk", ["check disk", "disk"]),
        ("*disk*", ["check disk", "disk usage", "disk"]),
        ("a.b", ["a.b"]),
        ("*", ["axb", "a.b", "check disk", "disk usage", "disk"]),
        ("d*k*e", ["disk usage"]),
        ("a?b", []),
        ("Disk", []),
    ],
)
@pytest.mark.parametrize("field", ["name", "description"])
def test_names_and_descriptions_are_matched_with_stars(names, create, field, pattern, found):
    for text in ("disk", "disk usage", "check disk", "a.b", "axb"):
        create(text, description=text)

    assert names(**{field: pattern}) == found


def test_commands_are_filtered_by_id_type_and_resource_group(names, create):
    (first,) = create("sh")
    create("bat", type="RunBatScript")
    create("grouped", resource_group_id="rg-local")

    assert [
        names(command_id=first),
        names(type="RunBatScript"),
        names(resource_group_id="rg-local"),
        names(type="RunBatScript", command_id=first),
        names(latest=True),
    ] == [["sh"], ["bat"], ["grouped"], [], ["grouped", "bat", "sh"]]


def test_commands_are_filtered_by_all_tags(names, create):
    create("none")
    create("one", tags=[("team", "a")])
    create("both", tags=[("team", "a"), ("stage", "x")])
    create("other", tags=[("team", "b")])

    assert [
        names(tags=[("team", "a")]),
        names(tags=[("team", None)]),
        names(tags=[("team", "a"), ("stage", "x")]),
        names(tags=[("stage", "a")]),
    ] == [["both", "one"], ["other", "both", "one"], ["both"], []]


def test_pages_follow_each_other_by_token_while_commands_come_and_go(
    emulator, client, describe, create
):
    ids = create(*(f"n{number:02}" for number in range(25)))

    first = describe()
    create("newer")
    client.delete_command(models.DeleteCommandRequest(region_id="cn-hangzhou", command_id=ids[15]))
    second = describe(next_token=first.next_token)
    third = describe(next_token=second.next_token)

    seen = [[command.name for command in page.commands.command] for page in (first, second, third)]
    assert seen == [
        [f"n{number:02}" for number in range(24, 14, -1)],
        [f"n{number:02}" for number in range(14, 4, -1)],
        [f"n{number:02}" for number in range(4, -1, -1)],
    ]
    assert third.next_token == ""


def test_a_full_last_page_has_no_token(describe, create):
    create("a", "b")

    page = describe(max_results=2)

    assert (len(page.commands.command), page.next_token) == (2, "")


def test_numbered_pages_count_from_one(names, describe, create):
    create(*"abcdefghijkl")

    assert [
        names(page_number=1, page_size=5),
        names(page_number=3, page_size=5),
        names(page_number=4, page_size=5),
        names(page_number=2),
    ] == [list("lkjih"), list("ba"), [], list("ba")]
    page = describe(page_size=5)
    assert (page.page_number, page.page_size, page.total_count) == (1, 5, 12)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"max_results": 0}, (400, "InvalidMaxResults")),
        ({"max_results": 51}, (400, "InvalidMaxResults")),
        ({"latest": "perhaps"}, (400, "InvalidLatest")),
        ({"next_token": "stolen"}, (400, "InvalidNextToken")),
        ({"page_number": 0}, (403, "InvalidParam.PageNumber")),
        ({"page_size": 0}, (403, "InvalidParam.PageSize")),
        ({"page_size": 51}, (403, "InvalidParam.PageSize")),
        ({"region_id": None}, (400, "MissingRegionId")),
        ({"region_id": "cn-atlantis"}, (404, "InvalidRegionId.NotFound")),
    ],
)
def test_wrong_paging_and_regions_are_refused(describe, changes, expected):
    assert refusal(describe, **changes) == expected


def test_fifty_commands_fit_on_a_page(names, create):
    create(*(str(number) for number in range(51)))

    assert len(names(max_results=50)) == 50


def test_a_deleted_command_is_gone(emulator, client, names, create):
    _, deleted = create("kept", "deleted")

    client.delete_command(models.DeleteCommandRequest(region_id="cn-hangzhou", command_id=deleted))

    assert names() == ["kept"]
    assert emulator.requests[2].command_id == deleted


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"command_id": "c-0"}, (404, "InvalidCmdId.NotFound")),
        ({"region_id": "cn-beijing"}, (404, "InvalidCmdId.NotFound")),
        ({"command_id": None}, (400, "MissingCommandId")),
        ({"region_id": None}, (400, "MissingRegionId")),
    ],
)
def test_only_a_command_of_the_region_can_be_deleted(emulator, client, create, changes, expected):
    (command_id,) = create("n")
    request = models.DeleteCommandRequest(
        **{"region_id": "cn-hangzhou", "command_id": command_id, **changes}
    )

    with pytest.raises(ClientException) as refused:
        client.delete_command(request)

    assert (refused.value.status_code, refused.value.code) == expected
    assert len(emulator.commands()) == 1


def test_the_regions_are_listed_with_the_extra_ones_last(connect):
    with Emulator(EmulatorSettings(extra_regions=frozenset({"xx-1", "cn-hangzhou"}))) as emulator:
        body = connect(emulator).describe_regions(models.DescribeRegionsRequest()).body

    regions = {region.region_id: region.to_map() for region in body.regions.region}
    assert len(regions) == len(body.regions.region) == len(REGIONS) + 1
    assert [regions["cn-hangzhou"], list(regions)[-1]] == [
        {
            "RegionId": "cn-hangzhou",
            "RegionEndpoint": "ecs.cn-hangzhou.aliyuncs.com",
            "LocalName": "China (Hangzhou)",
            "Status": "available",
        },
        "xx-1",
    ]


def test_the_time_of_creation_is_the_emulators(connect, creation):
    now = datetime.now(UTC)
    with Emulator(EmulatorSettings(clock=lambda: now)) as emulator:
        connect(emulator).create_command(creation())

    expected = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [command.creation_time for command in emulator.commands()] == [expected]
