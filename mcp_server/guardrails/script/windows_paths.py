"""What kinds of paths there are on Windows: critical, temporary, profiles, raw disks."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE


class NormalPath(str):
    """A path in the one spelling that `normalised` gives it, so that nobody does it twice."""

    __slots__ = ()


_PREFIXED: Final = ("\\\\", "\\??\\", "filesystem::", "microsoft.powershell.core\\")
_PREFIX: Final = re.compile(
    r"^(?:microsoft\.powershell\.core\\)?filesystem::|^\\\\[?.]\\(?=[a-z]:)|^\\\?\?\\(?=[a-z]:)"
)
_DRIVE: Final = re.compile(r"^[a-z]:$")
_SHARE: Final = re.compile(r"^\\\\(?:localhost|127\.0\.0\.1|\.|::1)\\([a-z])\$(?=\\|$)")
_GLOB: Final = frozenset({"*", "*.*", "**", "?*", "*?"})
_RAW: Final = re.compile(
    r"^(?:\\\\[.?]\\|\\device\\)(?:physicaldrive|harddisk\d|harddisk0|cdrom|[a-z]:$|volume\{)"
    r"|^\\\\[.?]\\globalroot\\device\\harddisk\d"
)
_PROFILE: Final = re.compile(r"^c:\\users\\[^\\]+$")
_SHORT: Final = {
    "progra~1": "program files",
    "progra~2": "program files (x86)",
    "progra~3": "programdata",
    "docume~1": "users",
    "documents and settings": "users",
}
_SYSTEM: Final = frozenset(
    {
        r"c:\windows",
        r"c:\program files",
        r"c:\program files (x86)",
        r"c:\programdata",
        r"c:\users",
        r"c:\boot",
        r"c:\efi",
        r"c:\bootmgr",
        r"c:\boot.ini",
        r"c:\ntldr",
        r"c:\recovery",
        r"c:\windows\system32",
        r"c:\windows\syswow64",
        r"c:\windows\winsxs",
        r"c:\windows\boot",
        r"c:\windows\fonts",
        r"c:\windows\inf",
        r"c:\windows\servicing",
        r"c:\windows\microsoft.net",
        r"c:\windows\assembly",
        r"c:\windows\system32\boot",
        r"c:\windows\system32\catroot",
        r"c:\windows\system32\config",
        r"c:\windows\system32\drivers",
        r"c:\windows\system32\driverstore",
        r"c:\windows\system32\wbem",
        r"c:\windows\system32\winevt",
        r"c:\windows\system32\hal.dll",
        r"c:\windows\system32\ntoskrnl.exe",
        r"c:\windows\system32\ntdll.dll",
        r"c:\windows\system32\kernel32.dll",
        r"c:\windows\system32\winload.exe",
        r"c:\windows\system32\winload.efi",
        r"c:\windows\system32\winlogon.exe",
        r"c:\windows\system32\csrss.exe",
        r"c:\windows\system32\lsass.exe",
        r"c:\windows\system32\services.exe",
        r"c:\windows\system32\smss.exe",
        r"c:\windows\system32\svchost.exe",
        r"c:\windows\system32\wininit.exe",
    }
)
_IN_SYSTEM: Final = ("c:\\windows\\", "c:\\boot\\", "c:\\efi\\")
_TEMPORARY: Final = re.compile(
    r"^(?:c:\\windows\\(?:system)?temp|[a-z]:\\(?:te?mp|scratch)|\\te?mp|\\var\\tmp"
    r"|c:\\users\\[^\\]+\\appdata\\local\\te?mp|c:\\windows\\system32\\config\\systemprofile"
    r"\\appdata\\local\\temp|c:\\windows\\softwaredistribution\\download|c:\\windows\\prefetch"
    r"|[a-z]:\\\$recycle\.bin|c:\\\$windows\.~\w\w|c:\\windows\.old)(?:\\|$)"
)
_TEMPORARY_FOLDER: Final = re.compile(
    r"(?:^|\\)(?:te?mp|\.?cache|caches|build|dist|node_modules|obj|target|tmp[-_.][^\\]*|"
    r"temp[-_.][^\\]*|externalpayloads)(?:\\|$)"
)


def normalised(path: str) -> NormalPath:
    r"""The path as Windows takes it, in one spelling: `c:\windows`, with `\`, no `..`, no case."""
    if isinstance(path, NormalPath):
        return path
    text = path.strip().strip("\"'").strip().lower().replace("/", "\\")
    if text.startswith((r"\\.\physicaldrive", r"\\.\globalroot", r"\\?\globalroot")):
        return NormalPath(text)
    if text.startswith(_PREFIXED):
        text = _SHARE.sub(r"\1:", _PREFIX.sub("", text))
    lead = "\\\\" if text.startswith("\\\\") else "\\" if text.startswith("\\") else ""
    parts: list[str] = []
    for raw in text.split("\\"):
        part = raw if raw == ".." else raw.rstrip(" .")
        if part == ".." and parts and parts[-1] != "..":
            if not _DRIVE.match(parts[-1]):
                parts.pop()
        elif part:
            parts.append(_SHORT.get(part, part))
    joined = lead + "\\".join(parts)
    return NormalPath(f"{joined}\\" if _DRIVE.match(joined) else joined)


def absolute(path: str, directory: str) -> str:
    """The path as seen from a working directory, where both are known."""
    if not directory or not is_relative(path):
        return path
    return normalised(f"{directory}\\{path.strip()}")


def folder_of(path: str) -> tuple[NormalPath, bool]:
    """The folder that is meant and whether a pattern in it stands for all that it holds."""
    plain = normalised(path)
    head, mark, tail = plain.rpartition("\\")
    if mark and tail in _GLOB:
        return NormalPath(f"{head}\\" if _DRIVE.match(head) else head), True
    return plain, False


def is_drive_root(path: str) -> bool:
    """Whether it is a whole volume, of any letter."""
    folder, _ = folder_of(path)
    return (folder in {"\\", ""} and bool(path.strip("\"' "))) or _DRIVE.match(
        folder[:-1]
    ) is not None


def is_critical(path: str) -> bool:
    """Whether Windows, its programs or everybody's data is lost with it."""
    folder, has_all = folder_of(path)
    if folder in {"c:\\", "\\"} or folder in _SYSTEM:
        return True
    head, _, tail = folder.rpartition("\\")
    if "*" in tail and not has_all:
        is_code = tail.startswith("*.") and tail[2:] in {"dll", "exe", "sys", "dat", "efi"}
        return (is_code and head in _SYSTEM) or (head == "c:" and _covers_system(tail))
    return False


def _covers_system(pattern: str) -> bool:
    """Whether a pattern such as `Win*` in the system volume's root takes in a system folder."""
    names = [name[3:] for name in _SYSTEM if name.count("\\") == 1]
    start, _, rest = pattern.partition("*")
    return not rest and any(name.startswith(start) for name in names)


def is_in_system(path: str) -> bool:
    """Whether it lies below the folders of Windows itself and is not temporary."""
    plain = normalised(path)
    return plain.startswith(_IN_SYSTEM) and not is_temporary(plain)


def is_profile(path: str) -> bool:
    """Whether it is one user's whole profile."""
    folder, _ = folder_of(path)
    return _PROFILE.match(folder) is not None


def is_temporary(path: str) -> bool:
    """Whether a path lies in a folder for temporary or built files, or is one."""
    plain = normalised(path)
    return _TEMPORARY.match(plain) is not None or _TEMPORARY_FOLDER.search(plain) is not None


def is_raw_device(path: str) -> bool:
    """Whether it is a disk or volume below its file system."""
    plain = path.strip().strip("\"'").lower().replace("/", "\\")
    return _RAW.match(plain) is not None


def is_relative(path: str) -> bool:
    """Whether it lies somewhere below the working folder."""
    plain = normalised(path)
    return not plain.startswith(("\\", HOLE, "..")) and ":" not in plain[:3]


def file_name(path: str) -> str:
    """The last part of a path, without case."""
    return normalised(path).rpartition("\\")[2]
