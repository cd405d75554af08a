"""DescribeCommands: filter, page and show the commands of a region, newest first."""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Final, TypeAlias

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.errors import invalid, refusal
from mcp_server.emulator.parameters import Parameters
from mcp_server.emulator.store import StoredCommand

DEFAULT_PAGE: Final = 10
LARGEST_PAGE: Final = 50
_NEXT_TOKEN: Final = re.compile(r"before-([0-9]{1,18})", re.ASCII)

Numbered: TypeAlias = list[tuple[int, StoredCommand]]


async def describe_commands(call: Call) -> JsonObject:
    """List the commands of the account in a region.

    Raises:
        ApiError: InvalidMaxResults, InvalidNextToken, InvalidParam.PageNumber or
            InvalidParam.PageSize, and the codes of a wrong region.
    """
    region_id = call.region_id()
    await call.pause()
    given = call.parameters
    stored = call.state.store.numbered(call.account.account_id, region_id)
    found = [(number, command) for number, command in stored if _is_wanted(command, given)]
    numbered_pages = given.text("PageNumber") or given.text("PageSize")
    page, paging = (_page_by_number if numbered_pages else _page_by_token)(found, given)
    plain = given.text("ContentEncoding") == "PlainText"
    shown = [_shown(command, plain=plain) for _, command in page]
    return {"TotalCount": len(found), **paging, "Commands": {"Command": shown}}


_EXACT: Final[dict[str, Callable[[StoredCommand], str]]] = {
    "CommandId": lambda command: command.command_id,
    "Type": lambda command: command.type,
    "ResourceGroupId": lambda command: command.resource_group_id,
    # Public commands have a provider; this endpoint has private ones only.
    "Provider": lambda _: "",
}
_FUZZY: Final[dict[str, Callable[[StoredCommand], str]]] = {
    "Name": lambda command: command.name,
    "Description": lambda command: command.description,
}


def _is_wanted(command: StoredCommand, given: Parameters) -> bool:
    return (
        all(given.text(name) in {None, read(command)} for name, read in _EXACT.items())
        and all(_is_like(read(command), given.text(name)) for name, read in _FUZZY.items())
        and all(_has_tag(command, key or "", value or "") for _, key, value in given.tags())
    )


def _is_like(text: str, pattern: str | None) -> bool:
    if pattern is None:
        return True
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _has_tag(command: StoredCommand, key: str, value: str) -> bool:
    # A tag without a value asks for the key alone.
    return any(key == has_key and value in {"", has_value} for has_key, has_value in command.tags)


def _page_by_token(found: Numbered, given: Parameters) -> tuple[Numbered, JsonObject]:
    size = given.integer("MaxResults")
    if size is None:
        size = DEFAULT_PAGE
    if not 1 <= size <= LARGEST_PAGE:
        raise invalid("MaxResults")
    rest = found
    if (token := given.text("NextToken")) is not None:
        match = _NEXT_TOKEN.fullmatch(token)
        if not match:
            raise invalid("NextToken")
        rest = [(number, command) for number, command in found if number < int(match[1])]
    page = rest[:size]
    return page, {"NextToken": f"before-{page[-1][0]}" if len(rest) > size else ""}


def _page_by_number(found: Numbered, given: Parameters) -> tuple[Numbered, JsonObject]:
    number, size = given.integer("PageNumber"), given.integer("PageSize")
    if number is not None and number < 1:
        raise refusal("InvalidParam.PageNumber")
    if size is not None and not 1 <= size <= LARGEST_PAGE:
        raise refusal("InvalidParam.PageSize")
    number, size = number or 1, size or DEFAULT_PAGE
    page = found[(number - 1) * size : number * size]
    return page, {"PageNumber": number, "PageSize": size, "NextToken": ""}


def _shown(command: StoredCommand, *, plain: bool) -> JsonObject:
    content = command.content
    return {
        "CommandId": command.command_id,
        "Name": command.name,
        "Description": command.description,
        "Type": command.type,
        "CommandContent": (
            content.decode(errors="replace") if plain else b64encode(content).decode("ascii")
        ),
        "WorkingDir": command.working_dir,
        "Timeout": command.timeout,
        "EnableParameter": command.enable_parameter,
        "ParameterNames": {"ParameterName": list(command.parameter_names)},
        "ParameterDefinitions": {"ParameterDefinition": []},
        "CreationTime": command.creation_time,
        "InvokeTimes": 0,
        "Provider": "",
        "Version": 1,
        "Category": "",
        "Latest": True,
        "Launcher": command.launcher,
        "ResourceGroupId": command.resource_group_id,
        "Tags": {"Tag": [{"TagKey": key, "TagValue": value} for key, value in command.tags]},
    }
