"""The shell parser: the shfmt program of the distribution shfmt-py, asked for its syntax tree.

A separate process keeps a parser that reads hostile input out of the server's own, and can be
ended when it takes too long. Its tree is JSON; operators are their own spelling in 4.2.0, the
version that is pinned, and were numbers that change between releases before.
"""

import contextlib
import re
import shutil
import subprocess
import sysconfig
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from mcp_server.guardrails.script.model import Obstacle

Node = dict[str, Any]
"""A node of the tree, as in mvdan.cc/sh/v3/syntax/typedjson."""

_PLACE: Final = re.compile(rb"^(?:[^\n]*?:)?(\d+):(\d+): ")
_ENVIRONMENT: Final = {"GOGC": "off", "GOMEMLIMIT": "256MiB", "GOMAXPROCS": "1"}
"""The program lives for milliseconds: collecting garbage would only cost time."""
_DIALECT: Final = "bash"
_LEAST: Final = 0.05
"""Seconds; below it no process is started at all."""


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Why there is no tree."""

    offset: int | None
    """Characters; where what is not understood begins. None when nothing can be said of it."""
    obstacle: Obstacle = Obstacle.SYNTAX


@cache
def program() -> str | None:
    """The path of the program: beside this interpreter, or on PATH; None when there is none."""
    name = "shfmt"
    beside = Path(sysconfig.get_path("scripts"), name)
    for candidate in (beside, beside.with_suffix(".exe")):
        if candidate.is_file():
            return str(candidate)
    return shutil.which(name)


class ShellParser:
    """Parses shell scripts, in a process for each; safe for use by several threads.

    Args:
        ahead: whether the process for the next script is started while the last one is looked
            at, since starting takes a quarter of a short script's time. `close` then ends it.
    """

    def __init__(self, *, ahead: bool = False) -> None:
        self._ahead = ahead
        self._waiting: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def path(self) -> str | None:
        """Of the program; None where there is none."""
        return program()

    def parse(self, text: str, seconds: float, dialect: str = _DIALECT) -> Node | Unparsed:
        """The syntax tree of a script.

        Args:
            text: the script; its offsets in the tree are bytes of UTF-8.
            seconds: after which the process is ended.
            dialect: bash, posix or mksh.
        """
        if self.path is None:
            return Unparsed(None, Obstacle.PARSER)
        if seconds < _LEAST:
            return Unparsed(None, Obstacle.TIME)
        process = self._taken() if dialect == _DIALECT else None
        try:
            output, errors = _run(process or _started(self.path, dialect), text, seconds)
            if process is not None and process.returncode < 0:  # somebody ended it meanwhile
                output, errors = _run(_started(self.path, dialect), text, seconds)
        except subprocess.TimeoutExpired:
            return Unparsed(None, Obstacle.TIME)
        except OSError:  # no process could be started
            return Unparsed(None, Obstacle.PARSER)
        finally:
            self._start_next(self.path)
        if output:
            return _decoded(output)
        place = _PLACE.search(errors)
        return Unparsed(0 if place is None else _offset(text, int(place[1]), int(place[2])))

    def close(self) -> None:
        """End the process that waits; parsing goes on without one."""
        self._ahead = False
        process = self._taken()
        if process is not None:
            process.kill()
            process.communicate()

    def _taken(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            process, self._waiting = self._waiting, None
        return process

    def _start_next(self, path: str) -> None:
        with self._lock:
            if self._ahead and self._waiting is None:
                with contextlib.suppress(OSError):  # the next script tries again
                    self._waiting = _started(path, _DIALECT)


def _started(path: str, dialect: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program; the script goes to its stdin
        [path, "--to-json", "-ln", dialect],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        close_fds=False,  # descriptors are not inherited anyway; this starts it faster
    )


def _run(process: subprocess.Popen[bytes], text: str, seconds: float) -> tuple[bytes, bytes]:
    """What a process says of a script; raises TimeoutExpired when it was ended for its time."""
    try:
        return process.communicate(text.encode("utf-8", "replace"), seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def _decoded(output: bytes) -> Node | Unparsed:
    try:
        tree: Node = orjson.loads(output)
    except orjson.JSONDecodeError:  # it is refused from some depth on
        return Unparsed(None, Obstacle.DEPTH)
    return tree


def _offset(text: str, line: int, column: int) -> int:
    """The character at a line and a column of bytes, both from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    behind = text[start : start + column].encode("utf-8", "replace")[: column - 1]
    return min(len(text), start + len(behind.decode("utf-8", "ignore")))
