from dataclasses import replace

import pytest
from alibabacloud_tea_openapi.exceptions import ClientException

from mcp_server.emulator import DEFAULT_ACCOUNT, Emulator, EmulatorSettings, ResourceGroup

GROUPS = (
    ResourceGroup(group_id="rg-1", name="build", display_name="Build farm"),
    ResourceGroup(
        group_id="rg-2",
        name="build-old",
        display_name="Old farm",
        status="PendingDelete",
        tags=(("team", "a"), ("stage", "x")),
    ),
    ResourceGroup(group_id="rg-3", name="web", display_name="Shops", tags=(("team", "b"),)),
)


@pytest.fixture
def list_groups(call_api):
    """Calls ListResourceGroups at an emulator and gives the body of the answer."""

    def call(emulator, account=None, **query):
        return call_api(emulator, "2020-03-31", "ListResourceGroups", query, account)

    return call


@pytest.fixture(scope="module")
def grouped():
    """An emulator with GROUPS."""
    with Emulator(EmulatorSettings(resource_groups=GROUPS)) as running:
        yield running


@pytest.fixture
def ids(grouped, list_groups):
    """Calls ListResourceGroups and gives the ids found among GROUPS."""

    def call(**query):
        groups = list_groups(grouped, **query)["ResourceGroups"]["ResourceGroup"]
        return [group["Id"] for group in groups]

    return call


def test_the_groups_of_the_settings_are_listed_in_the_vendors_form(emulator, list_groups):
    body = list_groups(emulator)

    assert body == {
        "TotalCount": 2,
        "PageNumber": 1,
        "PageSize": 10,
        "RequestId": body["RequestId"],
        "ResourceGroups": {
            "ResourceGroup": [
                {
                    "Id": "rg-default",
                    "AccountId": "1000000000000001",
                    "Name": "default",
                    "DisplayName": "default resource group",
                    "Status": "OK",
                    "CreateDate": "2026-01-05T10:00:00+08:00",
                },
                {
                    "Id": "rg-local",
                    "AccountId": "1000000000000001",
                    "Name": "local",
                    "DisplayName": "Local tests",
                    "Status": "OK",
                    "CreateDate": "2026-01-05T10:00:00+08:00",
                },
            ]
        },
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"IncludeTags": True}, [[], [("team", "a"), ("stage", "x")], [("team", "b")]]),
        ({"IncludeTags": False}, [None, None, None]),
        ({"Tag": [{"Key": "team", "Value": "b"}]}, [[("team", "b")]]),
    ],
)
def test_tags_are_shown_to_those_who_ask_for_tags(grouped, list_groups, query, shown):
    groups = list_groups(grouped, **query)["ResourceGroups"]["ResourceGroup"]

    assert [
        [(tag["TagKey"], tag["TagValue"]) for tag in group["Tags"]["Tag"]]
        if "Tags" in group
        else None
        for group in groups
    ] == shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["rg-1", "rg-2", "rg-3"]),
        ({"Name": "build"}, ["rg-1", "rg-2"]),
        ({"Name": "old"}, ["rg-2"]),
        ({"DisplayName": "farm"}, ["rg-1", "rg-2"]),
        ({"DisplayName": "farm", "Name": "web"}, []),
        ({"Status": "OK"}, ["rg-1", "rg-3"]),
        ({"Status": "Creating"}, []),
        ({"ResourceGroupId": "rg-3"}, ["rg-3"]),
        ({"ResourceGroupId": "rg"}, []),
        ({"ResourceGroupIds": ["rg-3", "rg-1", "rg-9"]}, ["rg-1", "rg-3"]),
        ({"ResourceGroupId": "rg-3", "ResourceGroupIds": ["rg-2"]}, ["rg-2"]),
        ({"Tag": [{"Key": "team"}]}, ["rg-2", "rg-3"]),
        ({"Tag": [{"Key": "team", "Value": "a"}, {"Key": "stage"}]}, ["rg-2"]),
        ({"PageNumber": 2, "PageSize": 2}, ["rg-3"]),
        ({"PageNumber": 3, "PageSize": 2}, []),
        ({"PageSize": 100}, ["rg-1", "rg-2", "rg-3"]),
    ],
)
def test_groups_are_filtered_and_come_in_pages(ids, query, found):
    assert ids(**query) == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"PageNumber": 0}, "InvalidPageNumber"),
        ({"PageNumber": "two"}, "InvalidPageNumber"),
        ({"PageSize": 0}, "InvalidPageSize"),
        ({"PageSize": 101}, "InvalidPageSize"),
        ({"IncludeTags": "perhaps"}, "InvalidIncludeTags"),
        ({"ResourceGroupIds": [f"rg-{n}" for n in range(101)]}, "InvalidResourceGroupIds"),
    ],
)
def test_wrong_pages_and_filters_are_refused(ids, query, code):
    with pytest.raises(ClientException) as refused:
        ids(**query)

    assert (refused.value.status_code, refused.value.code) == (400, code)


def test_an_account_with_groups_of_its_own_has_only_those(grouped, list_groups):
    account = replace(
        DEFAULT_ACCOUNT,
        account_id="1000000000000002",
        access_key_id="other",
        resource_groups={"rg-2": "Creating", "rg-new": "OK"},
    )
    grouped.put_account(account)

    body = list_groups(grouped, account)

    groups = body["ResourceGroups"]["ResourceGroup"]
    assert [(g["Id"], g["Name"], g["Status"], g["AccountId"]) for g in groups] == [
        ("rg-2", "build-old", "Creating", "1000000000000002"),
        ("rg-new", "rg-new", "OK", "1000000000000002"),
    ]


def test_a_command_can_be_created_in_a_listed_group_that_is_ok(
    grouped, connect, creation, list_groups
):
    groups = list_groups(grouped)["ResourceGroups"]["ResourceGroup"]
    outcomes = {}
    for group in groups:
        try:
            connect(grouped).create_command(creation(resource_group_id=group["Id"]))
            outcomes[group["Status"]] = "created"
        except ClientException as refused:
            outcomes[group["Status"]] = refused.code

    assert outcomes == {"OK": "created", "PendingDelete": "InvalidStatus.ResourceGroup"}


def test_two_groups_with_one_id_are_refused():
    with pytest.raises(ValueError, match="an id of its own"):
        EmulatorSettings(resource_groups=(GROUPS[0], GROUPS[0]))


def test_the_vendors_own_client_understands_the_answers(grouped, sdk_config):
    client = pytest.importorskip("alibabacloud_resourcemanager20200331.client")
    models = pytest.importorskip("alibabacloud_resourcemanager20200331.models")
    request = models.ListResourceGroupsRequest(
        page_size=1,
        name="build",
        resource_group_ids=["rg-2", "rg-3"],
        status="PendingDelete",
        tag=[models.ListResourceGroupsRequestTag(key="team", value="a")],
    )

    response = client.Client(sdk_config(grouped)).list_resource_groups(request)

    assert (response.status_code, response.body.to_map()) == (
        200,
        {
            "TotalCount": 1,
            "PageNumber": 1,
            "PageSize": 1,
            "RequestId": response.headers["x-acs-request-id"],
            "ResourceGroups": {
                "ResourceGroup": [
                    {
                        "Id": "rg-2",
                        "AccountId": "1000000000000001",
                        "Name": "build-old",
                        "DisplayName": "Old farm",
                        "Status": "PendingDelete",
                        "CreateDate": "2026-01-05T10:00:00+08:00",
                        "Tags": {
                            "Tag": [
                                {"TagKey": "team", "TagValue": "a"},
                                {"TagKey": "stage", "TagValue": "x"},
                            ]
                        },
                    }
                ]
            },
        },
    )
