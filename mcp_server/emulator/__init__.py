"""A stand-alone ECS endpoint on the loopback interface.

It speaks the vendor's wire protocol over real HTTP, checks signatures, keeps commands in SQLite
and can be scripted to misbehave. Next to ECS it answers for the resource groups of an account
(Resource Management) and for the caller's identity (STS). It imports nothing of the rest of the
package, so that its reading of the documented limits stays independent of the guardrails it is
compared with.
"""

from mcp_server.emulator.errors import ApiError
from mcp_server.emulator.faults import Fault, FaultScript, Hold
from mcp_server.emulator.public_commands import PUBLIC_COMMANDS, PublicCommand
from mcp_server.emulator.request_log import RequestRecord
from mcp_server.emulator.server import Emulator
from mcp_server.emulator.settings import (
    DEFAULT_ACCOUNT,
    DEFAULT_RESOURCE_GROUPS,
    Account,
    EmulatorSettings,
    ResourceGroup,
)
from mcp_server.emulator.store import StoredCommand

__all__ = [
    "DEFAULT_ACCOUNT",
    "DEFAULT_RESOURCE_GROUPS",
    "PUBLIC_COMMANDS",
    "Account",
    "ApiError",
    "Emulator",
    "EmulatorSettings",
    "Fault",
    "FaultScript",
    "Hold",
    "PublicCommand",
    "RequestRecord",
    "ResourceGroup",
    "StoredCommand",
]
