"""What is typed, said or sent, written down by somebody else."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_ALWAYS: Final = (
    "logkeys", "showkey", "evtest", "sslstrip", "dsniff", "keysniffer", "simple-key-logger",
)  # fmt: skip
_PROXIES: Final = ("mitmproxy", "mitmdump", "mitmweb", "bettercap", "ettercap")
_CAPTURING: Final = ("tcpdump", "tshark", "dumpcap", "ngrep", "tcpflow")
_TYPED: Final = re.compile(r"\b(?:read|write|all|readline)\b|readline")
_LOGINS: Final = re.compile(r"sshd|\bsu\b|sudo|login|passwd")
_PAM: Final = re.compile(r"log_passw|expose_authtok|pam_unix_log|pam_tty_audit")
_LINES: Final = re.compile(
    r"\b(?:fc|history|BASH_COMMAND)\b.*(?:>>?|\btee\b|\blogger\b|\bcurl\b)", re.DOTALL
)
_ASKING: Final = re.compile(r"hidden answer", re.IGNORECASE)


def _captures(command: Command, _script: Script) -> Opinion:
    if only_informs(command) or command.texts[:1] == ("-D",):
        return False
    if command.name in _CAPTURING:
        return Severity.ADVICE if command.has("-w") or command.name == "ngrep" else False
    return True


def _traces(command: Command, script: Script) -> Opinion:
    """A tracer on what people log in with, or on what a shell reads."""
    if command.name in {"bpftrace", "trace-bpfcc"}:
        return any(_TYPED.search(text) and "readline" in text for text in command.texts)
    if command.name == "xinput":
        return command.texts[:1] in {("test",), ("test-xi2",)}
    followed = command.value("-p", "--attach")
    return followed is not None and _follows_login(command, script)


def _follows_login(command: Command, script: Script) -> bool:
    """Whether the process is looked up by the name of a program that people log in with."""
    return any(
        command.span.start < one.span.start < command.span.end
        and any(map(_LOGINS.search, one.texts))
        for one in script.named("pgrep", "pidof", "ps", "grep")
    )


def _records_logins(command: Command, _script: Script) -> Opinion:
    texts = [*command.texts, command.stdin.text if command.stdin else ""]
    if not any(_PAM.search(text) for text in texts):
        return False
    return any("/etc/pam" in word.text for word in effects.written(command))


def _commands_kept(script: Script) -> Iterator[Match]:
    """`trap '... history >> f' DEBUG`, `PROMPT_COMMAND='history | logger'`."""
    for command in script.named("trap"):
        if "DEBUG" in command.texts and any(_LINES.search(text) for text in command.texts[:1]):
            yield Match(command.span)
    for assignment in script.assignments:
        if assignment.name == "PROMPT_COMMAND" and _LINES.search(assignment.value.text):
            yield Match(assignment.span)


def _passwords_asked(script: Script) -> Iterator[Match]:
    for foreign in script.foreign:
        if foreign.language == "osascript" and _ASKING.search(foreign.code.text):
            yield Match(foreign.command.span if foreign.command else foreign.code.span)
    for command in script.named("zenity", "kdialog", "yad"):
        if command.has("--password"):
            yield Match(command.span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD007",
        name="keys-or-traffic-recorded",
        severity=Severity.CONFIRM,
        what="Records what is typed or what goes over the network.",
        why="Passwords and tokens are in it, in clear.",
        instead="Capture a few packets of one port and show their headers: "
        "`tcpdump -c 20 -q port 80`.",
        right_when="A fault of the network is being looked for, and the capture is deleted.",
        attack="T1056.001",
        check=(
            on(*_ALWAYS, *_PROXIES, *_CAPTURING, when=_captures),
            on("strace", "ltrace", "bpftrace", "trace-bpfcc", "xinput", when=_traces),
        ),
        flags=Examples(
            sh=(
                "logkeys --start --output /tmp/l\n",
                "tcpdump -i eth0 -w /tmp/a.pcap\n",
                "mitmdump -w out\n",
                'strace -f -e read -p "$(pgrep -o sshd)" -o /tmp/t\n',
                "xinput test 8\n",
            )
        ),
        allows=Examples(
            sh=(
                "tcpdump -i eth0 -c 10 port 80\n",
                "tshark -D\n",
                "strace -c -p 4711\n",
                "xinput list\n",
            )
        ),
    ),
    ScriptRule(
        id="CRD008",
        name="passwords-recorded-at-login",
        severity=Severity.CONFIRM,
        what="Lets the login modules write down passwords.",
        why="Every password that is typed from then on is kept in clear.",
        instead="Audit commands with auditd, never what is typed at a prompt.",
        right_when="Never.",
        attack="T1556.003",
        check=on("echo", "printf", "sed", "tee", "cat", "perl", when=_records_logins),
        flags=Examples(
            sh=(
                "echo 'session required pam_tty_audit.so enable=* log_passwd' >> /etc/pam.d/sshd\n",
                "sed -i '$ a auth optional pam_exec.so expose_authtok /x' /etc/pam.d/common-auth\n",
                "printf 'session required pam_tty_audit.so log_passwd' | tee -a /etc/pam.d/su\n",
            )
        ),
        allows=Examples(
            sh=(
                "cat /etc/pam.d/sshd\n",
                "echo log_passwd\n",
                "grep pam_tty_audit /etc/pam.d/sshd\n",
            )
        ),
    ),
    ScriptRule(
        id="CRD009",
        name="command-lines-recorded",
        severity=Severity.CONFIRM,
        what="Has every command line of a shell written down or sent away.",
        why="Passwords on command lines are kept in clear, where others can read them.",
        instead="Use auditd (`-S execve`) or the session log of Session Manager.",
        right_when="An agreed audit that everyone concerned knows of.",
        attack="T1056.001",
        check=OnScript(_commands_kept),
        flags=Examples(
            sh=(
                "trap 'fc -ln -1 >> /tmp/h' DEBUG\n",
                "PROMPT_COMMAND='history -a; tail -n 1 ~/.bash_history | logger -t h'\n",
                "trap 'echo \"$BASH_COMMAND\" | tee -a /var/tmp/c' DEBUG\n",
            )
        ),
        allows=Examples(
            sh=(
                "trap 'rm -f \"$tmp\"' EXIT\n",
                "trap 'last=$BASH_COMMAND' DEBUG\n",
                "PROMPT_COMMAND='history -a'\n",
            )
        ),
    ),
    ScriptRule(
        id="CRD010",
        name="password-dialog",
        severity=Severity.CONFIRM,
        what="Shows a dialog that asks for a password.",
        why="People type their password into a window that is not the system's.",
        instead="Let the program that needs it ask by the system's own means (polkit, sudo -A).",
        right_when="A desktop program of one's own that keeps no passwords.",
        attack="T1056.002",
        check=OnScript(_passwords_asked),
        flags=Examples(
            sh=(
                "zenity --password --title Update > /tmp/p\n",
                "kdialog --password 'Please type your password'\n",
                'osascript -e \'display dialog "Password" default answer "" with hidden answer\'\n',
            )
        ),
        allows=Examples(
            sh=(
                "zenity --info --text done\n",
                "kdialog --msgbox done\n",
                "osascript -e 'display dialog \"done\"'\n",
            )
        ),
    ),
)
