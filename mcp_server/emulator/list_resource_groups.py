"""ListResourceGroups of Resource Management."""

from typing import Final

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.errors import invalid
from mcp_server.emulator.matching import has_tags
from mcp_server.emulator.parameters import Parameters
from mcp_server.emulator.settings import ResourceGroup

DEFAULT_PAGE: Final = 10
LARGEST_PAGE: Final = 100
MOST_IDS: Final = 100


async def list_resource_groups(call: Call) -> JsonObject:
    """List the resource groups of the account; they belong to no region.

    Raises:
        ApiError: InvalidPageNumber, InvalidPageSize, InvalidResourceGroupIds or InvalidIncludeTags.
    """
    await call.pause()
    given, account = call.parameters, call.account
    number, size = _page(given)
    wanted_ids, with_tags = _wanted_ids(given), _with_tags(given)
    found = [
        group
        for group in call.state.settings.groups_of(account).values()
        if (not wanted_ids or group.group_id in wanted_ids) and _is_wanted(group, given)
    ]
    return {
        "TotalCount": len(found),
        "PageNumber": number,
        "PageSize": size,
        "ResourceGroups": {
            "ResourceGroup": [
                _shown(group, account.account_id, with_tags=with_tags)
                for group in found[(number - 1) * size : number * size]
            ]
        },
    }


def _page(given: Parameters) -> tuple[int, int]:
    number, size = given.integer("PageNumber"), given.integer("PageSize")
    if number is not None and number < 1:
        raise invalid("PageNumber")
    if size is not None and not 1 <= size <= LARGEST_PAGE:
        raise invalid("PageSize")
    return number or 1, size or DEFAULT_PAGE


def _wanted_ids(given: Parameters) -> list[str]:
    several = given.texts("ResourceGroupIds")
    if len(several) > MOST_IDS:
        raise invalid("ResourceGroupIds")
    # Given both, the vendor goes by the list alone.
    one = given.text("ResourceGroupId")
    return several or ([one] if one else [])


def _with_tags(given: Parameters) -> bool:
    # Who asks for tags sees them, too.
    return given.boolean("IncludeTags") or bool(given.tags())


def _is_wanted(group: ResourceGroup, given: Parameters) -> bool:
    return (
        (given.text("Name") or "") in group.name
        and (given.text("DisplayName") or "") in group.display_name
        and given.text("Status") in {None, group.status}
        and has_tags(group.tags, given.tags())
    )


def _shown(group: ResourceGroup, account_id: str, *, with_tags: bool) -> JsonObject:
    shown: JsonObject = {
        "Id": group.group_id,
        "AccountId": account_id,
        "Name": group.name,
        "DisplayName": group.display_name,
        "Status": group.status,
        "CreateDate": group.create_date,
    }
    if with_tags:
        shown["Tags"] = {"Tag": [{"TagKey": key, "TagValue": value} for key, value in group.tags]}
    return shown
