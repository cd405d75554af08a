"""Secrets in text that is going to be shown."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.password_options import passwords
from mcp_server.guardrails.script.secret_shapes import Kind, candidates

MASK: Final = "****"
_KEPT: Final = 4
"""Characters of an id that are shown, so that a person can tell which one it is."""
_WORD: Final = re.compile(r"(?:[^\s'\"|;&()]|'[^']*'?|\"[^\"]*\"?)+|[|;&\n()]")
_NAMED: Final = re.compile(
    r"(?i)(?:passwo?r?d|passwd|(?<=_)pwd|secret|token|api_?key|access_?key|credential)\w{0,40}"
    r"[\"']?\s{0,4}[=:]\s{0,4}(\"[^\"]{0,2000}\"?|'[^']{0,2000}'?|[^\s;&|\"')]{1,2000})"
)
_PLAIN_TEXT: Final = re.compile(
    r"(?i)securestring\s{1,4}(?:-string\s{1,4})?(\"[^\"]{0,500}\"?|'[^']{0,500}'?)"
)
_ACCOUNT: Final = re.compile(
    r"\b[a-z_][a-z0-9_-]{0,30}:([^\s\"':/]{3,200})(?=[\"']?\s{0,4}\|\s{0,4}(?:sudo\s{1,4})?\S{0,40}chpasswd)"
)
_ECHOED: Final = re.compile(
    r"(?:echo|printf)\s{1,4}([^|\n]{1,200})\|\s{0,4}(?=sudo\s{1,4}-S|passwd|su\b|smbpasswd|kinit)"
)


def masked(text: str) -> str:
    """The text with whatever looks like a secret masked: of ids the start stays, else nothing."""
    stretches = sorted(_stretches(text))
    parts: list[str] = []
    end = 0
    for start, stop in stretches:
        if stop > end:
            parts.append(text[end : max(start, end)])
            if start >= end:
                parts.append(MASK)
            end = stop
    return "".join((*parts, text[end:]))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    for found in candidates(text):
        kept = _KEPT if found.shape.kind in {Kind.ID, Kind.TOKEN} else 0
        yield found.start + kept, found.end
    if text.lower().find("private key-----") >= 0:
        yield _unfinished_key(text)
    for pattern in (_NAMED, _PLAIN_TEXT, _ACCOUNT, _ECHOED):
        for match in pattern.finditer(text):
            yield match.span(1)
    yield from _on_command_lines(text)


def _unfinished_key(text: str) -> tuple[int, int]:
    start = text.find("PRIVATE KEY-----") + len("PRIVATE KEY-----")
    end = text.find("-----END", start)
    return start, len(text) if end < 0 else end


def _on_command_lines(text: str) -> Iterator[tuple[int, int]]:
    """Passwords given to programs; any word may be the program, since this is text."""
    line: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if match[0] in "|;&\n()":
            yield from _in_line(line)
            line = []
        else:
            line.append(match)
    yield from _in_line(line)


def _in_line(line: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    words = [_unquoted(match[0]) for match in line]
    starts = [0, *(index for index, word in enumerate(words) if index and _program(word) in _KNOWN)]
    for index in starts[:_MOST_PROGRAMS]:
        for given in passwords(_program(words[index]) if words else "", words[index + 1 :]):
            match = line[index + 1 + given.index]
            raw = match[0]
            # Quotes before the password shift it; what is masked too much does no harm.
            shift = 1 if raw[:1] in "'\"" and given.start == 0 else 0
            end = match.end() if given.end is None else match.start() + given.end + 1
            yield match.start() + min(given.start + shift, len(raw)), min(end, match.end())


def _unquoted(word: str) -> str:
    return word.replace("'", "").replace('"', "")


def _program(word: str) -> str:
    return word.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")


_MOST_PROGRAMS: Final = 8
_KNOWN: Final = frozenset(
    {"mysql", "mysqldump", "mysqladmin", "mariadb", "mongo", "mongosh", "sshpass", "curl", "wget"}
    | {"redis-cli", "docker", "podman", "az", "kubectl", "net", "cmdkey", "psexec", "plink"}
    | {"schtasks", "sqlcmd", "bcp", "wmic", "ldapsearch", "smbclient", "useradd", "usermod"}
    | {"ossutil", "ossutil64", "htpasswd", "rabbitmqctl", "xfreerdp", "pscp", "psql", "git"}
)
"""Programs that may stand behind others, such as `sudo`."""
