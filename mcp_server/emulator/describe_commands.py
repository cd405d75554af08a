"""DescribeCommands: filter, page and show own or public commands, newest first."""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.errors import invalid, refusal
from mcp_server.emulator.matching import has_tags, is_like
from mcp_server.emulator.parameters import Parameters
from mcp_server.emulator.public_commands import (
    ParameterDefinition,
    PublicCommand,
    public_commands,
)
from mcp_server.emulator.store import StoredCommand

DEFAULT_PAGE: Final = 10
LARGEST_PAGE: Final = 50
_NEXT_TOKEN: Final = re.compile(r"before-([0-9]{1,18})", re.ASCII)

Numbered: TypeAlias = Sequence[tuple[int, StoredCommand]]


async def describe_commands(call: Call) -> JsonObject:
    """List the commands of the account in a region, or with a Provider public ones.

    Raises:
        ApiError: InvalidMaxResults, InvalidNextToken, InvalidLatest, InvalidParam.PageNumber or
            InvalidParam.PageSize, and the codes of a wrong region.
    """
    region_id = call.region_id()
    await call.pause()
    given = call.parameters
    found = _found(call, region_id)
    numbered_pages = given.text("PageNumber") or given.text("PageSize")
    page, paging = (_page_by_number if numbered_pages else _page_by_token)(found, given)
    plain = given.text("ContentEncoding") == "PlainText"
    shown = [_shown(command, plain=plain) for _, command in page]
    return {"TotalCount": len(found), **paging, "Commands": {"Command": shown}}


_EXACT: Final[dict[str, Callable[[StoredCommand], str]]] = {
    "CommandId": lambda command: command.command_id,
    "Type": lambda command: command.type,
    "ResourceGroupId": lambda command: command.resource_group_id,
}
_FUZZY: Final[dict[str, Callable[[StoredCommand], str]]] = {
    "Name": lambda command: command.name,
    "Description": lambda command: command.description,
}


def _found(call: Call, region_id: str) -> Numbered:
    given = call.parameters
    only_latest = given.boolean("Latest") or False
    provider = given.text("Provider")
    if provider is None:
        stored = call.state.store.numbered(call.account.account_id, region_id)
        is_wanted = _filter(given, around="")
        return [(number, command) for number, command in stored if is_wanted(command)]
    # A public command is found by a part of its name, an own one by the whole of it.
    is_wanted = _filter(given, around="*")
    public = [c for c in public_commands(provider, only_latest=only_latest) if is_wanted(c)]
    return list(zip(range(len(public), 0, -1), public, strict=True))


def _filter(given: Parameters, *, around: str) -> Callable[[StoredCommand], bool]:
    # Read once: a listing asks this of every command of the region.
    exact = [(read, text) for name, read in _EXACT.items() if (text := given.text(name))]
    fuzzy = [
        (read, f"{around}{text}{around}")
        for name, read in _FUZZY.items()
        if (text := given.text(name))
    ]
    tags = given.tags()

    def is_wanted(command: StoredCommand) -> bool:
        return (
            all(read(command) == text for read, text in exact)
            and all(is_like(read(command), pattern) for read, pattern in fuzzy)
            and has_tags(command.tags, tags)
        )

    return is_wanted


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
        "CreationTime": command.creation_time,
        "InvokeTimes": 0,
        "Launcher": command.launcher,
        "ResourceGroupId": command.resource_group_id,
        "Tags": {"Tag": [{"TagKey": key, "TagValue": value} for key, value in command.tags]},
        **_shown_of_provider(command),
    }


def _shown_of_provider(command: StoredCommand) -> JsonObject:
    if isinstance(command, PublicCommand):
        provider, category = command.provider, command.category
        version, latest, definitions = command.version, command.latest, command.definitions
    else:
        provider, category, version, latest, definitions = "", "", 1, True, ()
    return {
        "Provider": provider,
        "Category": category,
        "Version": version,
        "Latest": latest,
        "ParameterDefinitions": {
            "ParameterDefinition": [_shown_definition(definition) for definition in definitions]
        },
    }


def _shown_definition(definition: ParameterDefinition) -> JsonObject:
    return {
        "ParameterName": definition.name,
        "Description": definition.description,
        "DefaultValue": definition.default,
        "Required": definition.required,
        "PossibleValues": {"PossibleValue": list(definition.possible_values)},
    }
