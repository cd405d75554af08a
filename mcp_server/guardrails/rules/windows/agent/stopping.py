"""What stops, disables or removes a service or a process, and which."""

from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.windows_arguments import targets, upstream

_STOPPING: Final = frozenset(
    {
        "stop-service",
        "remove-service",
        "suspend-service",
        "stop-process",
        "remove-wmiobject",
        "remove-ciminstance",
        "taskkill",
        "tskill",
        "pskill",
        ".stop",
        ".kill",
        ".delete",
        ".stopservice",
        ".changestartmode",
        ".terminate",
    }
)
QUERIES: Final = ("get-service", "get-process", "get-wmiobject", "get-ciminstance")
STOPPERS: Final = (
    *sorted(_STOPPING),
    "set-service",
    "sc",
    "net",
    "net1",
    "wmic",
    "reg",
    "set-itemproperty",
)
_SC: Final = frozenset({"stop", "delete", "pause", "sdset"})
_CALLS: Final = frozenset({"stopservice", "delete", "uninstall", "terminate", "changestartmode"})
_OFF: Final = frozenset({"disabled", "stopped", "paused"})


def is_stopping(command: Command) -> bool:
    """Whether it stops, disables or removes a service or a process, whichever."""
    texts = command.texts
    match command.name:
        case "sc":
            return bool(_SC & set(texts[:2])) or ("config" in texts and _is_disabling(texts))
        case "net" | "net1":
            return texts[:1] == ("stop",)
        case "set-service":
            values = (command.value("-startuptype"), command.value("-status"))
            return any(word is not None and word.text.lower() in _OFF for word in values)
        case "wmic":
            return bool(_CALLS & set(texts))
        case "reg":
            return texts[:1] == ("delete",) or _disables_by_registry(texts)
        case "set-itemproperty":
            return _disables_by_registry(texts)
        case _:
            return command.name in _STOPPING


def _is_disabling(texts: tuple[str, ...]) -> bool:
    joined = " ".join(texts)
    return "disabled" in joined or "demand" in joined


def _disables_by_registry(texts: tuple[str, ...]) -> bool:
    return "start" in texts and any(text in {"4", "0x4"} for text in texts)


def names(command: Command, script: Script) -> list[str]:
    """The services and processes that it reaches, in lower case, with the patterns given."""
    if command.name.startswith("."):
        return [name for query in script.named(*QUERIES) for name in _queried(query)]
    words = [*targets(command, "-name", "-displayname", "-processname", "-servicename", "/im")]
    found = [value.lower() for word in words for value in word.values]
    for one in upstream(command):
        if one.name in QUERIES:
            found += _queried(one)
        elif one.name in {"where-object", "select-string"}:
            found += [
                script.text[word.span.start : word.span.end].lower()
                if word.text == HOLE
                else word.text.lower()
                for word in one.args
            ]
    return [*found, *command.texts]


def _queried(query: Command) -> list[str]:
    words = targets(query, "-name", "-displayname", "-filter", "-query", "-class")
    return [value.lower() for word in words for value in word.values]
