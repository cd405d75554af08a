"""Names of PowerShell: aliases, and the parameters that are abbreviated most."""

import re
from typing import Final

ALIASES: Final = {
    "%": "foreach-object", "?": "where-object", "ac": "add-content", "asnp": "add-pssnapin",
    "cat": "get-content", "cd": "set-location", "chdir": "set-location", "clc": "clear-content",
    "clear": "clear-host", "clhy": "clear-history", "cli": "clear-item",
    "clp": "clear-itemproperty", "cls": "clear-host", "clv": "clear-variable",
    "compare": "compare-object", "copy": "copy-item", "cp": "copy-item", "cpi": "copy-item",
    "cpp": "copy-itemproperty", "curl": "invoke-webrequest", "cvpa": "convert-path",
    "del": "remove-item", "diff": "compare-object", "dir": "get-childitem", "echo": "write-output",
    "epal": "export-alias", "epcsv": "export-csv", "erase": "remove-item",
    "etsn": "enter-pssession", "exsn": "exit-pssession", "fc": "format-custom",
    "fl": "format-list", "foreach": "foreach-object", "ft": "format-table", "fw": "format-wide",
    "gal": "get-alias", "gc": "get-content", "gci": "get-childitem", "gcim": "get-ciminstance",
    "gcm": "get-command", "gdr": "get-psdrive", "ghy": "get-history", "gi": "get-item",
    "gin": "get-computerinfo", "gjb": "get-job", "gl": "get-location", "gm": "get-member",
    "gmo": "get-module", "gp": "get-itemproperty", "gps": "get-process", "group": "group-object",
    "gsn": "get-pssession", "gsv": "get-service", "gu": "get-unique", "gv": "get-variable",
    "gwmi": "get-wmiobject", "h": "get-history", "history": "get-history",
    "icim": "invoke-cimmethod", "icm": "invoke-command", "iex": "invoke-expression",
    "ihy": "invoke-history", "ii": "invoke-item", "ipal": "import-alias", "ipcsv": "import-csv",
    "ipmo": "import-module", "irm": "invoke-restmethod", "ise": "powershell_ise",
    "iwmi": "invoke-wmimethod", "iwr": "invoke-webrequest", "kill": "stop-process",
    "ls": "get-childitem", "man": "help", "md": "mkdir", "measure": "measure-object",
    "mi": "move-item", "mount": "new-psdrive", "move": "move-item", "mp": "move-itemproperty",
    "mv": "move-item", "nal": "new-alias", "ncim": "new-ciminstance", "ndr": "new-psdrive",
    "ni": "new-item", "nmo": "new-module", "nsn": "new-pssession", "nv": "new-variable",
    "ogv": "out-gridview", "oh": "out-host", "popd": "pop-location", "ps": "get-process",
    "pushd": "push-location", "pwd": "get-location", "r": "invoke-history",
    "rbp": "remove-psbreakpoint", "rcim": "remove-ciminstance", "rcjb": "receive-job",
    "rd": "remove-item", "rdr": "remove-psdrive", "ren": "rename-item", "ri": "remove-item",
    "rjb": "remove-job", "rm": "remove-item", "rmdir": "remove-item", "rmo": "remove-module",
    "rni": "rename-item", "rnp": "rename-itemproperty", "rp": "remove-itemproperty",
    "rsn": "remove-pssession", "rujb": "resume-job", "rv": "remove-variable",
    "rvpa": "resolve-path", "rwmi": "remove-wmiobject", "sajb": "start-job", "sal": "set-alias",
    "saps": "start-process", "sasv": "start-service", "sbp": "set-psbreakpoint",
    "sc": "set-content", "scim": "set-ciminstance", "select": "select-object",
    "set": "set-variable", "shcm": "show-command", "si": "set-item", "sl": "set-location",
    "sleep": "start-sleep", "sls": "select-string", "sort": "sort-object",
    "sp": "set-itemproperty", "spjb": "stop-job", "spps": "stop-process", "spsv": "stop-service",
    "start": "start-process", "sujb": "suspend-job", "sv": "set-variable",
    "swmi": "set-wmiinstance", "tee": "tee-object", "trcm": "trace-command", "type": "get-content",
    "wget": "invoke-webrequest", "where": "where-object", "wjb": "wait-job",
    "write": "write-output", "disable-psremoting": "disable-psremoting",
    "new-itempropery": "new-itemproperty",
}  # fmt: skip
"""Of Windows PowerShell 5.1, in lower case."""
_SERVICE_VERBS: Final = frozenset(
    {
        "delete",
        "stop",
        "start",
        "config",
        "create",
        "sdset",
        "sdshow",
        "query",
        "failure",
        "pause",
        "qc",
        "description",
    }
)
_NATIVE: Final = re.compile(r"-(?:[a-zA-Z]{1,4}|-.+)\Z")
_ENDING: Final = re.compile(r"\.(?:exe|com|cmd|bat)\Z")


def resolved(program: str, first: str, second: str) -> str:
    """A command's name for comparing.

    Args:
        program: as written, quotes and backticks read.
        first: its first argument's text; `sc delete` is the program, `sc file text` the cmdlet.
        second: its second argument's text.
    """
    bare = program.strip().lower()
    if "\\" in bare or "/" in bare:
        return _ENDING.sub("", re.split(r"[\\/]", bare)[-1])
    if _ENDING.search(bare):
        return _ENDING.sub("", bare)
    if bare == "sc" and (first.lower() in _SERVICE_VERBS or second.lower() in _SERVICE_VERBS):
        return "sc"
    if (
        bare in {"curl", "wget"}
        and first.startswith("-")
        and _NATIVE.match(first)
        and not first.lower().startswith(("-uri", "-usebasic", "-out", "-method"))
    ):
        return bare
    return ALIASES.get(bare, bare)
