"""Tools that share a terminal with others, or control hosts from outside."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SHARING: Final = names(
    "tmate sshx upterm teleconsole ttyd gotty wetty shellinaboxd butterfly.server.py tty-share"
)
_CONTROL: Final = names(
    "msfvenom msfconsole msfdb villain sliver-server empire starkiller covenant powershell-empire"
    " weevely penelope penelope.py icmptunnel ptunnel havoc"
)
_IMPLANTS: Final = names(
    "pwncat pwncat-cs pwncat-vl dnscat dnscat2 icmpsh sliver-client merlin-agent poseidon"
)
"""Programs whose one use is to hand a shell to the other end."""


def _shares(command: Command, _script: Script) -> Opinion:
    return not command.has("--version", "--help", "-V", "-h")


def _hands_over(command: Command, script: Script) -> Opinion:
    return Severity.BLOCK if _shares(command, script) else False


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="RSH004",
        name="shared-terminal-or-remote-control",
        severity=Severity.CONFIRM,
        what="Starts a tool that shares a terminal, or that controls hosts from outside.",
        why="Whoever has the link, or is at the other end, types commands on the instance.",
        instead="Use Session Manager of Cloud Assistant, which is authenticated and recorded.",
        right_when="A test of one's own defences, agreed with their owners.",
        attack="T1219",
        check=(
            on(*_SHARING, *_CONTROL, when=_shares),
            on(*_IMPLANTS, when=_hands_over),
        ),
        flags=Examples(
            sh=("tmate -F\n", "ttyd -p 8080 login\n", "dnscat2 --dns server=203.0.113.9\n")
        ),
        allows=Examples(sh=("tmux new -d -s job\n", "ttyd --version\n", "man dnscat2\n")),
    ),
)
