from base64 import b64encode
from collections import defaultdict

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from mcp_server.emulator import PUBLIC_COMMANDS

DISK_2 = "c-acs-disk-usage-linux-2"
DNS = "c-acs-dns-check-windows-1"
NETWORK = "c-acs-network-check-linux-1"
VOLUMES = "c-acs-disk-usage-windows-1"
DISK_1 = "c-acs-disk-usage-linux-1"


@pytest.fixture
def describe(client):
    """Calls DescribeCommands for all public commands and gives the body of the answer."""

    def call(**changes):
        fields = {"region_id": "cn-hangzhou", "provider": "AlibabaCloud", **changes}
        return client.describe_commands(models.DescribeCommandsRequest(**fields)).body

    return call


@pytest.fixture
def ids(describe):
    """Calls DescribeCommands and gives the ids found."""

    def call(**changes):
        return [command.command_id for command in describe(**changes).commands.command]

    return call


def test_only_the_latest_version_of_a_name_says_so():
    versions = defaultdict(list)
    for command in sorted(PUBLIC_COMMANDS, key=lambda command: command.version):
        versions[command.name].append((command.version, command.latest))

    assert versions == {
        "ACS-ECS-DiskUsage-for-linux.sh": [(1, False), (2, True)],
        "ACS-ECS-DiskUsage-for-windows.ps1": [(1, True)],
        "ACS-ECS-NetworkCheck-for-linux.sh": [(1, True)],
        "ACS-ECS-DnsCheck-for-windows.bat": [(1, True)],
    }


def test_public_commands_are_listed_newest_first():
    times = [command.creation_time for command in PUBLIC_COMMANDS]

    assert times == sorted(times, reverse=True)


def test_a_public_command_is_shown_with_all_its_fields(describe):
    body = describe(command_id=DISK_2).to_map()

    assert body == {
        "TotalCount": 1,
        "NextToken": "",
        "RequestId": body["RequestId"],
        "Commands": {
            "Command": [
                {
                    "CommandId": DISK_2,
                    "Name": "ACS-ECS-DiskUsage-for-linux.sh",
                    "Description": "Show how full the file system of a path is.",
                    "Type": "RunShellScript",
                    "CommandContent": b64encode(
                        b"#!/bin/sh\ndf -h -- '{{path}}'\ndf -i -- '{{path}}'\n"
                    ).decode(),
                    "WorkingDir": "",
                    "Timeout": 60,
                    "EnableParameter": True,
                    "ParameterNames": {"ParameterName": ["path"]},
                    "ParameterDefinitions": {
                        "ParameterDefinition": [
                            {
                                "ParameterName": "path",
                                "Description": "A path on the instance.",
                                "DefaultValue": "/",
                                "Required": False,
                                "PossibleValues": {"PossibleValue": []},
                            }
                        ]
                    },
                    "CreationTime": "2026-03-02T02:00:00Z",
                    "InvokeTimes": 0,
                    "Provider": "AlibabaCloud.ECS.GuestOS",
                    "Version": 2,
                    "Category": "Monitor",
                    "Latest": True,
                    "Launcher": "",
                    "ResourceGroupId": "",
                    "Tags": {"Tag": []},
                }
            ]
        },
    }


def test_without_a_provider_only_own_commands_are_found(client, ids, creation):
    own = client.create_command(creation(name="ACS-ECS-Own")).body.command_id

    assert [
        ids(provider=None),
        ids(provider=None, name="ACS-ECS-*"),
        ids(provider=None, command_id=DISK_2),
        ids(name="ACS-ECS-Own"),
        ids(command_id=own),
    ] == [[own], [own], [], [], []]


@pytest.mark.parametrize(
    ("provider", "latest", "found"),
    [
        ("AlibabaCloud", None, [DISK_2, DNS, NETWORK, VOLUMES, DISK_1]),
        ("AlibabaCloud", False, [DISK_2, DNS, NETWORK, VOLUMES, DISK_1]),
        ("AlibabaCloud", True, [DISK_2, DNS, NETWORK, VOLUMES]),
        ("AlibabaCloud.ECS.GuestOS", None, [DISK_2, VOLUMES, DISK_1]),
        ("AlibabaCloud.ECS.GuestOS", True, [DISK_2, VOLUMES]),
        ("AlibabaCloud.ECS.GuestOSDiagnose", None, [DNS, NETWORK]),
        ("AlibabaCloud.ECS", None, []),
        ("Nobody", None, []),
    ],
)
def test_a_provider_selects_public_commands(ids, provider, latest, found):
    assert ids(provider=provider, latest=latest) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"name": "DiskUsage"}, [DISK_2, VOLUMES, DISK_1]),
        ({"name": "DiskUsage*linux"}, [DISK_2, DISK_1]),
        ({"name": "diskusage"}, []),
        ({"description": "name servers"}, [DNS]),
        ({"type": "RunPowerShellScript"}, [VOLUMES]),
        ({"command_id": DISK_1}, [DISK_1]),
        ({"command_id": DISK_1, "latest": True}, []),
        ({"resource_group_id": "rg-local"}, []),
        ({"tag": [models.DescribeCommandsRequestTag(key="team")]}, []),
    ],
)
def test_public_commands_are_filtered_with_a_part_of_name_and_description(ids, changes, found):
    assert ids(**changes) == found


def test_public_commands_come_in_pages(ids, describe):
    first = describe(max_results=3)

    assert [
        [command.command_id for command in first.commands.command],
        ids(max_results=3, next_token=first.next_token),
        ids(page_number=2, page_size=2),
    ] == [[DISK_2, DNS, NETWORK], [VOLUMES, DISK_1], [NETWORK, VOLUMES]]


def test_public_commands_are_the_same_in_every_region_and_after_a_reset(emulator, ids):
    before = ids()
    emulator.reset()

    assert [ids(region_id="cn-beijing"), ids()] == [before, before]


def test_a_public_command_cannot_be_deleted(client, ids):
    request = models.DeleteCommandRequest(region_id="cn-hangzhou", command_id=DISK_1)

    with pytest.raises(ClientException) as refused:
        client.delete_command(request)

    assert (refused.value.status_code, refused.value.code) == (404, "InvalidCmdId.NotFound")
    assert ids(command_id=DISK_1) == [DISK_1]
