"""SQL in scripts: which text a client is given, and the words of its statements."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, PARAMETER, Command

_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("mysql", "mariadb", "mycli", "beeline", "hive", "cockroach"), ("-e", "--execute")
    ),
    **dict.fromkeys(("psql", "pgcli", "duckdb", "usql", "cockroach"), ("-c", "--command")),
    **dict.fromkeys(("sqlcmd", "osql", "go-sqlcmd"), ("-Q", "-q", "--query")),
    **dict.fromkeys(("clickhouse-client", "clickhouse", "clickhouse-local"), ("-q", "--query")),
    **dict.fromkeys(
        ("cqlsh", "trino", "presto", "spark-sql", "influx"), ("-e", "--execute", "-execute")
    ),
    **dict.fromkeys(("impala-shell", "snowsql", "obclient"), ("-q", "-e", "--query")),
    "invoke-sqlcmd": ("-query", "-q"),
    "invoke-sqlquery": ("-query",),
    "invoke-dbaquery": ("-query",),
    "bcp": (),
    "sqlplus": (),
}
CLIENTS: Final = (*_OPTIONS, "sqlite3", "sqlite")
_TOKEN: Final = re.compile(
    r"--[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?"
    r"|'(?:[^'\\]|\\.|'')*'?"
    r"|\"([^\"]*)\"?|`([^`]*)`?|\[([^\]\n\[]{0,128})\]"
    r"|(\\[!a-z]|\.?[\w$@" + HOLE + PARAMETER + r"]+|[;*=%])",
    re.DOTALL,
)
_LONGEST: Final = 64 * 1024
_TEXT: Final = "''"
"""Stands for a string literal."""
Statement = tuple[str, ...]


def texts(command: Command) -> Iterator[str]:
    """The SQL that a client is given as an argument or on its stdin."""
    options = _OPTIONS.get(command.name, ())
    is_windows_text = command.name.startswith("invoke-")
    for index, word in enumerate(command.args[:-1]):
        text = word.text.lower() if is_windows_text else word.text
        if text in options or (is_windows_text and len(text) > 1 and "-query".startswith(text)):
            yield command.args[index + 1].text
    for word in command.args:
        for option in options:
            mark = "=" if option.startswith("--") else ""
            start = option + mark
            if word.text.startswith(start) and len(word.text) > len(start):
                yield word.text[len(start) :]
    if command.name in {"sqlite3", "sqlite"}:
        yield from (word.text for word in command.operands[1:])
    if command.stdin is not None:
        yield command.stdin.text


def statements(text: str) -> Iterator[Statement]:
    """The words of each statement, in upper case; strings are one word each, comments gone."""
    words: list[str] = []
    for match in _TOKEN.finditer(text[:_LONGEST]):
        word = _word(match)
        if word in {";", "GO"}:
            if words:
                yield tuple(words)
            words = []
        elif word:
            words.append(word)
    if words:
        yield tuple(words)


def _word(match: re.Match[str]) -> str:
    """The word of a match; empty for a comment."""
    if match[0][0] == "'":
        return _TEXT
    return (match[1] or match[2] or match[3] or match[4] or "").upper()


def of(command: Command) -> Iterator[Statement]:
    """Every statement that a client is given."""
    for text in texts(command):
        yield from statements(text)
