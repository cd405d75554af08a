"""What takes an instance off the network, or its names elsewhere."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script import windows_effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_HOSTS: Final = "\\drivers\\etc\\hosts"
_WRITERS: Final = (
    "echo",
    "copy",
    "type",
    "copy-item",
    "set-content",
    "add-content",
    "out-file",
    "write-output",
    "invoke-webrequest",
    "::writealltext",
    "::appendalltext",
    "::writealllines",
)


def _by_netsh(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    if "interface" in joined and ("disable" in joined or "admin=disabled" in joined):
        return True
    return ("winsock reset" in joined or "int ip reset" in joined) and Severity.ADVICE


def _by_ipconfig(command: Command) -> Opinion:
    return any(text.startswith("/release") for text in command.texts)


def _by_route(command: Command) -> Opinion:
    return bool({"delete", "-f"} & set(command.texts))


def _always(command: Command) -> Opinion:
    return not command.has("-whatif")


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_JUDGES: Final[dict[str, _Judge]] = {
    "netsh": _by_netsh,
    "ipconfig": _by_ipconfig,
    "route": _by_route,
    "set-dnsclientserveraddress": _advised,
    "disable-netadapter": _always,
    "remove-netipaddress": _always,
    "remove-netroute": _always,
}


def _cuts(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _rewrites_hosts(command: Command, _script: Script) -> Opinion:
    return any(
        value.lower().endswith(_HOSTS)
        for word in windows_effects.written(command)
        for value in word.values
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET102",
        name="windows-network-cut-off",
        severity=Severity.CONFIRM,
        what="Takes an adapter, an address or a route away, or rewrites the hosts file.",
        why="The instance is not reached any more, or names go elsewhere.",
        instead="Change one setting and put it back by a task after minutes.",
        right_when="A second adapter stays up.",
        attack="T1498",
        check=(on(*_JUDGES, when=_cuts), on(*_WRITERS, when=_rewrites_hosts)),
        flags=Examples(
            powershell=(
                "Disable-NetAdapter -Name Ethernet -Confirm:$false\n",
                "ipconfig /release\n",
                "Remove-NetRoute -DestinationPrefix 0.0.0.0/0\n",
            ),
            bat=(
                "netsh interface set interface Ethernet disable\n",
                "route delete 0.0.0.0\n",
                "echo 203.0.113.9 a >> C:\\Windows\\System32\\drivers\\etc\\hosts\n",
            ),
        ),
        allows=Examples(
            powershell=("Get-NetAdapter\n", "ipconfig /all\n", "Get-NetRoute\n"),
            bat=("ipconfig /flushdns\n", "route print\n", "netsh interface show interface\n"),
        ),
    ),
)
