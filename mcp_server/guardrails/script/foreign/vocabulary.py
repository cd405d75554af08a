"""The names that give away what code does, whatever language it is in."""

from typing import Final

from mcp_server.guardrails.script.model import Trait

INJECTION: Final = frozenset(
    {"VirtualAlloc", "VirtualAllocEx", "VirtualProtect", "VirtualProtectEx", "WriteProcessMemory"}
    | {"CreateRemoteThread", "CreateRemoteThreadEx", "NtCreateThreadEx", "RtlCreateUserThread"}
    | {"QueueUserAPC", "NtMapViewOfSection", "NtUnmapViewOfSection", "SetThreadContext"}
    | {"NtWriteVirtualMemory", "NtAllocateVirtualMemory", "ZwUnmapViewOfSection"}
)
"""Functions of Windows that put machine code into memory."""
_NAMED: Final[tuple[tuple[Trait, tuple[str, ...]], ...]] = (
    (
        Trait.INJECTION,
        tuple(sorted(INJECTION - {"VirtualAlloc", "VirtualProtect", "VirtualProtectEx"})),
    ),
    (Trait.MEMORY_DUMP, ("MiniDumpWriteDump",)),
    (
        Trait.SCANNER_BYPASS,
        ("AmsiScanBuffer", "AmsiScanString", "amsiInitFailed", "EtwEventWrite", "AmsiOpenSession"),
    ),
    (
        Trait.KEYLOGGER,
        ("GetAsyncKeyState", "GetKeyboardState", "WH_KEYBOARD_LL", "SetWindowsHookEx"),
    ),
)


def named_traits(code: str) -> set[Trait]:
    """The traits that a function's name alone gives away; they have no other use in scripts."""
    return {trait for trait, names in _NAMED if any(name in code for name in names)}
