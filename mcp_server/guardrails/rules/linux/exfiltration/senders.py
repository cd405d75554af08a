"""Programs that send, and what counts as the system's own data."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import HOLE, Command, Script

RAW: Final = frozenset(
    {
        "nc", "ncat", "netcat", "socat", "telnet", "openssl", "websocat", "busybox", "cryptcat",
    }
)  # fmt: skip
"""They send what they are given, with no protocol that a server would ask for."""
READERS: Final = frozenset(
    {
        "cat", "tar", "zip", "cpio", "7z", "dd", "gzip", "bzip2", "xz", "zstd", "base64", "base32",
        "xxd", "od", "hexdump", "head", "tail", "mysqldump", "pg_dump", "pg_dumpall", "mongodump",
        "mariadb-dump", "find", "grep", "awk", "sed", "tac", "strings", "openssl", "gpg",
        "redis-cli",
    }
)  # fmt: skip
DUMPS: Final = frozenset(
    {
        "mysqldump", "pg_dump", "pg_dumpall", "mongodump", "mariadb-dump", "etcdctl",
    }
)  # fmt: skip
_SYSTEM: Final = re.compile(
    r"/(?:etc|root|home|Users|boot|var/(?:lib|log|spool|mail|backups)|proc/\d)(?:/|\Z)|/\*?\Z"
)
_UNINTERESTING: Final = re.compile(
    r"/etc/(?:os-release|hostname|timezone|issue|motd|localtime|machine-id|\w+-release)\Z"
)
_LOCAL: Final = re.compile(
    r"(?:\w+://)?(?:[^@/]*@)?(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0|/|100\.100\.100\.200"
    r"|169\.254\.169\.254|metadata\.google\.internal)(?:[:/]|\Z)"
)
"""This host, and the metadata service that answers it alone."""
_DEEPEST: Final = 20
_SENDING_OPTIONS: Final = (
    "-T", "-F", "-d", "--upload-file", "--data", "--data-binary", "--data-raw", "--data-ascii",
    "--form", "--json", "--data-urlencode", "--form-string", "--url-query",
)  # fmt: skip


def is_system_data(path: str) -> bool:
    """Whether a path is the system's, somebody's home, or holds credentials."""
    if _UNINTERESTING.match(path):
        return False
    return bool(_SYSTEM.match(path)) or paths.is_sensitive(path) or paths.is_history(path)


def reads_system_data(command: Command) -> bool:
    """Whether a command reads such files, or dumps a database."""
    if command.name in DUMPS:
        return True
    if command.name not in READERS:
        return False
    named = (value for word in command.operands for value in word.values)
    given = (one.target.text for one in command.redirects if one.operator == "<")
    return any(is_system_data(path.removeprefix("if=")) for path in (*named, *given))


def upstream(command: Command) -> Iterator[Command]:
    """The commands of a pipeline before this one."""
    waiting, seen = list(command.inputs), 0
    while waiting and seen < _DEEPEST:
        seen += 1
        found = waiting.pop()
        yield found
        waiting += found.inputs


def within(command: Command, script: Script) -> Iterator[Command]:
    """The commands of substitutions in a command's words: `$(cat f)`."""
    if not any(HOLE in word.text for word in command.args):
        return
    start, end = command.span.start, command.span.end
    for other in script.commands:
        if start < other.span.start and other.span.end <= end:
            yield other


def is_local(command: Command) -> bool:
    """Whether every address that a command names is this host."""
    texts = [word.text for word in command.operands if not word.text.startswith("@")]
    addresses = [text for text in texts if "://" in text] or [
        text for text in texts if "." in text or ":" in text or text == "localhost"
    ]
    return bool(addresses) and all(_LOCAL.match(text) for text in addresses)


def sends_body(command: Command) -> bool:
    """Whether a program for HTTP is told to send something."""
    if command.name == "curl":
        return command.has(*_SENDING_OPTIONS)
    if command.name == "wget":
        return any(text.startswith(("--post", "--body")) for text in command.texts)
    return command.name in {"http", "https", "xh"}
