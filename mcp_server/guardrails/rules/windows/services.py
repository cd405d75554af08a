"""Family: services. Stopping what Windows needs to be safe, seen and reached."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, positional, upstream
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_GUARDED: Final = frozenset(
    {
        "eventlog",
        "event log",
        "windows event log",
        "wecsvc",
        "termservice",
        "remote desktop services",
        "umrdpservice",
        "sessionenv",
        "sshd",
        "winrm",
        "vss",
        "volume shadow copy",
        "swprv",
        "sdrsvc",
        "wbengine",
        "samss",
        "netlogon",
        "ntds",
        "kdc",
        "dns",
        "dnscache",
        "dhcp",
        "nlasvc",
        "rpcss",
        "dcomlaunch",
        "cryptsvc",
        "schedule",
        "winmgmt",
        "gpsvc",
        "lanmanworkstation",
        "bfe",
        "policyagent",
        "trustedinstaller",
        "profsvc",
        "lsm",
        "power",
        "plugplay",
    }
)
_STOPPING: Final = frozenset({"stop-service", "remove-service", "suspend-service"})
_KILLERS: Final = _STOPPING | {
    "sc",
    "net",
    "net1",
    "set-service",
    "taskkill",
    "stop-process",
}
_MANY: Final = 8


def _stopped(command: Command) -> Iterator[str]:
    """The services that a command stops, disables or removes."""
    texts = command.texts
    match command.name:
        case "sc":
            plain = [text for text in texts if not text.startswith("\\\\")]
            if plain[:1] in (["stop"], ["delete"], ["pause"]) or (
                plain[:1] == ["config"] and "disabled" in " ".join(plain)
            ):
                yield from plain[1:2]
        case "net" | "net1":
            if texts[:1] == ("stop",):
                yield from texts[1:2]
        case "set-service":
            kind = command.value("-startuptype")
            status = command.value("-status")
            if (kind is not None and kind.text.lower() == "disabled") or (
                status is not None and status.text.lower() == "stopped"
            ):
                yield from _named(command)
        case _:
            yield from _named(command)


def _named(command: Command) -> Iterator[str]:
    words = [*positional(command)]
    words += [
        word
        for option in ("-name", "-displayname", "-processname", "/im")
        if (word := command.value(option)) is not None
    ]
    for one in upstream(command):
        if one.name in {"get-service", "get-process"}:
            words += [*positional(one)]
            words += [word for word in (one.value("-name"),) if word is not None]
    for word in words:
        for value in word.values:
            yield from (part.strip().lower() for part in value.split(","))


def _judge(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    return any(name.strip("\"' ") in _GUARDED for name in _stopped(command))


def _many(script: Script) -> Iterator[Match]:
    seen: set[str] = set()
    first: Command | None = None
    for command in script.commands:
        if command.language is Language.SHELL or command.name not in _KILLERS:
            continue
        names = {name for name in _stopped(command) if name and not name.startswith(("/", "-"))}
        if names and first is None:
            first = command
        seen |= names
    if first is not None and len(seen) >= _MANY:
        yield Match(first.span)


_STOP_BOTH: Final = (
    "net stop EventLog /y",
    "sc.exe config TermService start= disabled",
    "sc.exe stop VSS",
)
_STOP_ALLOWS: Final = ("net stop Spooler", "sc.exe query EventLog", "net start TermService")
_LIST: Final = (
    "mssqlserver",
    "sqlwriter",
    "mysql",
    "oracle",
    "msexchangeis",
    "postgres",
    "shop",
    "w3svc",
    "redis",
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="SVC101",
        name="vital-windows-service-stopped",
        severity=Severity.CONFIRM,
        what="Stops, disables or removes a service for logging, remote access, backup or the "
        "system itself.",
        why="The instance can't be reached, restored or watched any more, or does not start again.",
        instead="Restart it with `Restart-Service`, and leave its start type as it is.",
        right_when="Hardening or a repair asks for it and another way into the instance exists.",
        attack="T1489",
        check=on(
            "stop-service",
            "set-service",
            "remove-service",
            "suspend-service",
            "sc",
            "net",
            "net1",
            when=_judge,
        ),
        flags=Examples(
            powershell=(
                *_STOP_BOTH,
                "Stop-Service -Name EventLog -Force",
                "Set-Service sshd -StartupType Disabled",
                "Get-Service WinRM | Stop-Service",
            ),
            bat=_STOP_BOTH,
        ),
        allows=Examples(
            powershell=(*_STOP_ALLOWS, "Restart-Service sshd", "Stop-Service w3svc"),
            bat=_STOP_ALLOWS,
        ),
    ),
    ScriptRule(
        id="SVC102",
        name="many-services-stopped",
        severity=Severity.CONFIRM,
        what="Stops or kills many services or programs, one after the other.",
        why="Ransomware does so to reach the files that they hold; everything on the instance "
        "is down.",
        instead="Stop the one application that you change, and start it again afterwards.",
        right_when="The whole instance is taken out of use in a planned way.",
        attack="T1489",
        check=OnScript(_many),
        flags=Examples(
            powershell=(
                "\n".join(f"Stop-Service {name} -Force" for name in _LIST),
                "\n".join(f"net stop {name} /y" for name in _LIST),
                "\n".join(f"Stop-Process -Name {name}" for name in _LIST),
            ),
            bat=(
                "\n".join(f"net stop {name} /y" for name in _LIST),
                "\n".join(f"sc config {name} start= disabled" for name in _LIST),
                "\n".join(f"taskkill /f /im {name}.exe" for name in _LIST),
            ),
        ),
        allows=Examples(
            powershell=(
                "Stop-Service w3svc\nStop-Service was",
                "\n".join(f"Get-Service {name}" for name in _LIST),
                "\n".join(f"Restart-Service {name}" for name in _LIST),
            ),
            bat=(
                "net stop w3svc\nnet stop was",
                "\n".join(f"sc query {name}" for name in _LIST),
                "\n".join(f"net start {name}" for name in _LIST),
            ),
        ),
    ),
)
