"""CreateCommand: validate, reserve the client token, store."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.errors import invalid, refusal
from mcp_server.emulator.limits import (
    COMMAND_TYPES,
    DEFAULT_TIMEOUT,
    check_client_token,
    check_description,
    check_launcher_length,
    check_name,
    check_tags,
    check_working_dir,
    decode_content,
)
from mcp_server.emulator.parameters import Parameters
from mcp_server.emulator.placeholders import custom_parameters
from mcp_server.emulator.settings import Account, EmulatorSettings
from mcp_server.emulator.store import StoredCommand, TokenUse


async def create_command(call: Call) -> JsonObject:
    """Create a command, or find the one its client token has created already.

    Raises:
        ApiError: any code of the vendor's CreateCommand page.
    """
    region_id = call.region_id()
    command = _validated(call, region_id)
    use = _token_use(call.parameters)
    with _reserved(call, region_id, use):
        await call.pause()
        settings, store = call.state.settings, call.state.store
        return {"CommandId": store.add(command, use, settings.command_quota)}


def _validated(call: Call, region_id: str) -> StoredCommand:
    given, account, settings = call.parameters, call.account, call.state.settings
    if account.forbidden:
        raise refusal("Operation.Forbidden")
    name = given.required("Name")
    check_name(name)
    kind = given.required("Type")
    if kind not in COMMAND_TYPES:
        raise refusal("InvalidCmdType.NotFound")
    content = decode_content(
        given.required("CommandContent"), given.text("ContentEncoding"), settings.content_limit
    )
    enable_parameter = given.boolean("EnableParameter") or False
    return StoredCommand(
        account_id=account.account_id,
        region_id=region_id,
        command_id=f"c-{uuid.uuid4().hex}",
        name=name,
        type=kind,
        content=content,
        description=_description(given),
        working_dir=_working_dir(given),
        timeout=_timeout(given, settings),
        enable_parameter=enable_parameter,
        parameter_names=(
            custom_parameters(content.decode(errors="replace")) if enable_parameter else ()
        ),
        launcher=_launcher(given),
        resource_group_id=_resource_group(given, account, settings),
        tags=check_tags(given.tags()),
        creation_time=settings.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _description(given: Parameters) -> str:
    description = given.text("Description") or ""
    check_description(description)
    return description


def _working_dir(given: Parameters) -> str:
    working_dir = given.text("WorkingDir") or ""
    check_working_dir(working_dir)
    return working_dir


def _timeout(given: Parameters, settings: EmulatorSettings) -> int:
    timeout = given.integer("Timeout")
    if timeout is None:
        return DEFAULT_TIMEOUT
    if timeout < 1:
        raise invalid("Timeout")
    if timeout > settings.timeout_limit:
        raise refusal("InvalidTimeout.ExceedLimit")
    return timeout


def _launcher(given: Parameters) -> str:
    launcher = given.text("Launcher") or ""
    check_launcher_length(launcher)
    return launcher


def _resource_group(given: Parameters, account: Account, settings: EmulatorSettings) -> str:
    group_id = given.text("ResourceGroupId")
    if group_id is None:
        return ""
    group = settings.groups_of(account).get(group_id)
    if group is None:
        raise refusal("InvalidResourceGroup.NotFound")
    if group.status != "OK":
        raise refusal("InvalidStatus.ResourceGroup")
    return group_id


def _token_use(given: Parameters) -> TokenUse | None:
    token = given.text("ClientToken")
    if token is None:
        return None
    check_client_token(token)
    return TokenUse(token, given.digest())


@contextmanager
def _reserved(call: Call, region_id: str, use: TokenUse | None) -> Iterator[None]:
    if use is None:
        yield
        return
    # A token that is done answers from the store; only one still under way is refused.
    place = (call.account.account_id, region_id)
    processing, key = call.state.processing, (*place, use.token)
    if key in processing:
        same = processing[key] == use
        raise refusal("IdempotentProcessing" if same else "IdempotentParameterMismatch")
    processing[key] = use
    try:
        yield
    finally:
        del processing[key]
