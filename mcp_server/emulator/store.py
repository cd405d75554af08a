"""Commands and client tokens in SQLite, per account and region."""

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mcp_server.emulator.errors import refusal
from mcp_server.emulator.limits import Tag

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL,
    region_id TEXT NOT NULL,
    command_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    content BLOB NOT NULL,
    description TEXT NOT NULL,
    working_dir TEXT NOT NULL,
    timeout INTEGER NOT NULL,
    enable_parameter INTEGER NOT NULL,
    parameter_names TEXT NOT NULL,
    launcher TEXT NOT NULL,
    resource_group_id TEXT NOT NULL,
    tags TEXT NOT NULL,
    creation_time TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS commands_by_place ON commands (account_id, region_id, number);
CREATE TABLE IF NOT EXISTS client_tokens (
    account_id TEXT NOT NULL,
    region_id TEXT NOT NULL,
    token TEXT NOT NULL,
    digest TEXT NOT NULL,
    command_id TEXT NOT NULL,
    PRIMARY KEY (account_id, region_id, token)
) WITHOUT ROWID;
"""
_COLUMNS: Final = (
    "account_id, region_id, command_id, name, type, content, description, working_dir, timeout, "
    "enable_parameter, parameter_names, launcher, resource_group_id, tags, creation_time"
)
_PLACE: Final = "account_id = ? AND region_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommand:
    """A command as it was created; what was not given is an empty text, the time-out 60 seconds.

    `content` has the exact bytes of the script; `creation_time` is like `2026-11-25T00:41:04Z`.
    """

    account_id: str
    region_id: str
    command_id: str
    name: str
    type: str
    content: bytes
    description: str = ""
    working_dir: str = ""
    timeout: int = 60
    enable_parameter: bool = False
    parameter_names: tuple[str, ...] = ()
    launcher: str = ""
    resource_group_id: str = ""
    tags: tuple[Tag, ...] = ()
    creation_time: str = ""


@dataclass(frozen=True, slots=True)
class TokenUse:
    """What a client token was used for: a digest of the parameters, and the command it made."""

    token: str
    digest: str


class Store:
    """The commands of all accounts, in memory or in a file; usable from every thread."""

    def __init__(self, data: Path | None) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            ":memory:" if data is None else data, check_same_thread=False, isolation_level=None
        )
        # Whoever drops an emulator without closing it should not be warned about a connection
        # they never saw.
        self._close = weakref.finalize(self, self._connection.close)
        if data is not None:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)
        # Rows read before, by number. A row never changes and its number is never given again,
        # so that a listing of many pages does not have to read all of them for each page.
        self._known: dict[int, StoredCommand] = {}

    def close(self) -> None:
        """Close the connection; idempotent. Data in memory is gone."""
        with self._lock:
            self._close()

    def clear(self) -> None:
        """Forget all commands and client tokens."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM commands")
            connection.execute("DELETE FROM client_tokens")
            self._known.clear()

    def add(self, command: StoredCommand, use: TokenUse | None, quota: int) -> str:
        """Store a command in one transaction with its token; returns the id that counts.

        That is the earlier one when the token has made a command already.

        Raises:
            ApiError: CmdCount.ExceedQuota or IdempotentParameterMismatch.
        """
        place = (command.account_id, command.region_id)
        with self._transaction() as connection:
            if use is not None:
                earlier = _command_of_token(connection, *place, use)
                if earlier is not None:
                    return earlier
            if _count(connection, *place) >= quota:
                raise refusal("CmdCount.ExceedQuota")
            connection.execute(
                f"INSERT INTO commands ({_COLUMNS}) "  # noqa: S608 - our own column names
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _row(command),
            )
            if use is not None:
                connection.execute(
                    "INSERT INTO client_tokens VALUES (?, ?, ?, ?, ?)",
                    (*place, use.token, use.digest, command.command_id),
                )
        return command.command_id

    def commands(self, account_id: str, region_id: str) -> list[StoredCommand]:
        """All commands of an account in a region, newest first."""
        return [command for _, command in self.numbered(account_id, region_id)]

    def numbered(self, account_id: str, region_id: str) -> list[tuple[int, StoredCommand]]:
        """The same, each with a number that only ever grows and is never given twice."""
        place = (account_id, region_id)
        with self._lock:
            numbers = [
                number
                for (number,) in self._connection.execute(
                    f"SELECT number FROM commands WHERE {_PLACE} ORDER BY number DESC",  # noqa: S608 - our own column names
                    place,
                )
            ]
            unknown = [number for number in numbers if number not in self._known]
            if unknown:
                rows = self._connection.execute(
                    f"SELECT {_COLUMNS}, number FROM commands "  # noqa: S608 - as above
                    f"WHERE {_PLACE} AND number >= ?",
                    (*place, min(unknown)),
                )
                self._known.update((row[-1], _command(row)) for row in rows)
            # Another process with the same file may have deleted one between the two.
            return [(number, self._known[number]) for number in numbers if number in self._known]

    def delete(self, account_id: str, region_id: str, command_id: str) -> bool:
        """Delete a command; False when there is none with this id."""
        with self._transaction() as connection:
            found: tuple[int] | None = connection.execute(
                f"SELECT number FROM commands WHERE {_PLACE} AND command_id = ?",  # noqa: S608 - as above
                (account_id, region_id, command_id),
            ).fetchone()
            if found is None:
                return False
            connection.execute("DELETE FROM commands WHERE number = ?", found)
            self._known.pop(found[0], None)
            return True

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            # IMMEDIATE: the checks inside must still hold at the insert, also when another
            # process has the same file open.
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield self._connection


def _command_of_token(
    connection: sqlite3.Connection, account_id: str, region_id: str, use: TokenUse
) -> str | None:
    row: tuple[str, str] | None = connection.execute(
        f"SELECT digest, command_id FROM client_tokens WHERE {_PLACE} AND token = ?",  # noqa: S608 - as above
        (account_id, region_id, use.token),
    ).fetchone()
    if row is None:
        return None
    digest, command_id = row
    if digest != use.digest:
        raise refusal("IdempotentParameterMismatch")
    return command_id


def _count(connection: sqlite3.Connection, account_id: str, region_id: str) -> int:
    (count,) = connection.execute(
        f"SELECT count(*) FROM commands WHERE {_PLACE}",  # noqa: S608 - as above
        (account_id, region_id),
    ).fetchone()
    return int(count)


def _row(command: StoredCommand) -> tuple[object, ...]:
    return (
        command.account_id,
        command.region_id,
        command.command_id,
        command.name,
        command.type,
        command.content,
        command.description,
        command.working_dir,
        command.timeout,
        command.enable_parameter,
        json.dumps(command.parameter_names),
        command.launcher,
        command.resource_group_id,
        json.dumps(command.tags),
        command.creation_time,
    )


def _command(row: Any) -> StoredCommand:  # noqa: ANN401 - sqlite3 rows have no types
    return StoredCommand(
        account_id=row[0],
        region_id=row[1],
        command_id=row[2],
        name=row[3],
        type=row[4],
        content=row[5],
        description=row[6],
        working_dir=row[7],
        timeout=row[8],
        enable_parameter=bool(row[9]),
        parameter_names=tuple(json.loads(row[10])),
        launcher=row[11],
        resource_group_id=row[12],
        tags=tuple((key, value) for key, value in json.loads(row[13])),
        creation_time=row[14],
    )
