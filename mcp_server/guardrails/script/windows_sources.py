"""What the output of a command on Windows carries: fetched, decoded or sensitive data."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Taint
from mcp_server.guardrails.script.windows_arguments import positional
from mcp_server.guardrails.script.windows_paths import normalised

_NETWORK: Final = frozenset(
    {
        "invoke-webrequest",
        "invoke-restmethod",
        "curl",
        "wget",
        "finger",
        "nslookup",
        "resolve-dnsname",
        ".downloadstring",
        ".downloadstringasync",
        ".downloadstringtaskasync",
        ".downloaddata",
        ".downloaddataasync",
        ".downloaddatataskasync",
        ".openread",
        ".openreadtaskasync",
        ".uploadstring",
        ".uploaddata",
        ".getasync",
        ".getstringasync",
        ".getbytearrayasync",
        ".getstreamasync",
        ".getresponse",
        ".getresponsestream",
        ".getresponseasync",
    }
)
_DECODING: Final = frozenset(
    {
        "::frombase64string",
        "::frombase64chararray",
        "::fromhexstring",
        "::ptrtostringauto",
        "::ptrtostringbstr",
        "::ptrtostringuni",
        ".createdecryptor",
        ".transformfinalblock",
        ".getnetworkcredential",
        "::unprotect",
    }
)
_STREAMS: Final = re.compile(r"(?:gzip|deflate|brotli|crypto)stream")
_READERS: Final = frozenset(
    {
        "get-content",
        "type",
        "more",
        "import-clixml",
        "import-csv",
        "select-string",
        "findstr",
        "::readalltext",
        "::readalllines",
        "::readallbytes",
        "::readlines",
        "::openread",
        "::opentext",
    }
)
_PASSING: Final = frozenset(
    {
        "",
        "echo",
        "write-output",
        "out-string",
        "select-object",
        "foreach-object",
        "where-object",
        "convertfrom-json",
        "convertto-json",
        "new-object",
        "join-string",
        "select-string",
        "set-variable",
        "get-variable",
        "tee-object",
        "add-type",
    }
)
_SENSITIVE: Final = re.compile(
    r"\\config\\(?:sam|system|security)$|(?:^|\\)ntds\.dit$|lsass[^\\]*\.dmp$|\\\.ssh\\id_\w+$"
    r"|\\\.(?:aws\\credentials|aliyun\\config\.json|kube\\config|docker\\config\.json"
    r"|git-credentials|azure\\\w+tokens\.json|netrc|pgpass)$|(?:^|\\)(?:login data|key[34]\.db"
    r"|logins\.json|cookies(?:\.sqlite)?|local state|unattend\.xml|autounattend\.xml|sysprep\.xml"
    r"|groups\.xml|consolehost_history\.txt|sitelist\.xml|machinekeys|web data|wallet\.dat"
    r"|filezilla\\\w+\.xml|confcons\.xml)$|\\microsoft\\(?:credentials|protect|vault)(?:\\|$)"
    r"|\.(?:kdbx|pfx|ppk)$"
)


def is_sensitive(path: str) -> bool:
    """Whether a file holds credentials: registry hives, key files, stores of browsers."""
    return _SENSITIVE.search(normalised(path)) is not None


def method_taints(name: str) -> frozenset[Taint]:
    """The taints of what a .NET method gives, from its name alone: `.downloadstring`."""
    if name in _NETWORK:
        return frozenset({Taint.NETWORK})
    return frozenset({Taint.DECODED}) if name in _DECODING else frozenset()


def output_taints(command: Command) -> frozenset[Taint]:
    """The taints of what a command on Windows gives on, from what it is and what it reads."""
    taints: set[Taint] = set(command.stdin.taints) if command.stdin else set()
    name = command.name
    if name in _NETWORK:
        taints.add(Taint.NETWORK)
    elif name in _DECODING or _is_decoding_stream(command):
        taints.add(Taint.DECODED)
    elif name in _READERS and any(is_sensitive(word.text) for word in positional(command)):
        taints.add(Taint.SENSITIVE)
    if name in _PASSING or name.startswith((".", "::")):
        for word in command.words:
            taints |= word.taints
    return frozenset(taints)


def _is_decoding_stream(command: Command) -> bool:
    if command.name not in {"new-object", "::new"}:
        return False
    return any(_STREAMS.search(word.text.lower()) for word in command.words[:3])
