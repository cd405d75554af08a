"""DeleteCommand."""

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.errors import refusal


async def delete_command(call: Call) -> JsonObject:
    """Delete one command of the account in a region; a public one is nobody's to delete.

    Raises:
        ApiError: MissingCommandId, InvalidCmdId.NotFound, and the codes of a wrong region.
    """
    region_id = call.region_id()
    command_id = call.parameters.required("CommandId")
    await call.pause()
    if not call.state.store.delete(call.account.account_id, region_id, command_id):
        raise refusal("InvalidCmdId.NotFound")
    return {}
