"""Environment variables that have the same value on every Windows host, for folding."""

from typing import Final

from mcp_server.guardrails.script.model import HOLE

_PROFILE: Final = rf"C:\Users\{HOLE}"
_KNOWN: Final = {
    "allusersprofile": r"C:\ProgramData",
    "appdata": rf"{_PROFILE}\AppData\Roaming",
    "commonprogramfiles": r"C:\Program Files\Common Files",
    "commonprogramfiles(x86)": r"C:\Program Files (x86)\Common Files",
    "commonprogramw6432": r"C:\Program Files\Common Files",
    "comspec": r"C:\Windows\System32\cmd.exe",
    "homedrive": "C:",
    "homepath": rf"\Users\{HOLE}",
    "localappdata": rf"{_PROFILE}\AppData\Local",
    "os": "Windows_NT",
    "programdata": r"C:\ProgramData",
    "programfiles": r"C:\Program Files",
    "programfiles(x86)": r"C:\Program Files (x86)",
    "programw6432": r"C:\Program Files",
    "public": r"C:\Users\Public",
    "systemdrive": "C:",
    "systemroot": r"C:\Windows",
    "temp": r"C:\Windows\Temp",
    "tmp": r"C:\Windows\Temp",
    "userprofile": _PROFILE,
    "windir": r"C:\Windows",
}


def known_variable(name: str) -> str | None:
    """The value of an environment variable, with HOLE where it differs; None when unknown.

    Args:
        name: without `%`, `!` or `$env:`, in any case.
    """
    return _KNOWN.get(name.lower())
