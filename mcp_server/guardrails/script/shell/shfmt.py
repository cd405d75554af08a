"""The shell parser: the shfmt program of the distribution shfmt-py, asked for its syntax tree.

A separate process keeps a parser that reads hostile input out of the server's own, and can be
ended when it takes too long. Its tree is JSON; operators are their own spelling in 4.2.0, the
version that is pinned, and were numbers that change between releases before.
"""

import json
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from mcp_server.guardrails.script.model import Obstacle

Node = dict[str, Any]
"""A node of the tree, as in mvdan.cc/sh/v3/syntax/typedjson."""

_PLACE: Final = re.compile(rb"^(?:[^\n]*?:)?(\d+):(\d+): ")
_ENVIRONMENT: Final = {"GOGC": "off", "GOMEMLIMIT": "256MiB", "GOMAXPROCS": "1"}
"""The program lives for milliseconds: collecting garbage would only cost time."""
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


def parse(path: str, text: str, seconds: float, dialect: str = "bash") -> Node | Unparsed:
    """The syntax tree of a script.

    Args:
        path: of the program.
        text: the script; its offsets in the tree are bytes of UTF-8.
        seconds: after which the program is ended.
        dialect: bash, posix or mksh.
    """
    if seconds < _LEAST:
        return Unparsed(None, Obstacle.TIME)
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the script goes to its stdin
            [path, "--to-json", "-ln", dialect],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=seconds,
            check=False,
            env=_ENVIRONMENT,
            close_fds=False,  # descriptors are not inherited anyway; this starts it faster
        )
    except subprocess.TimeoutExpired:
        return Unparsed(None, Obstacle.TIME)
    if done.returncode == 0:
        try:
            tree: Node = json.loads(done.stdout)
        except RecursionError:
            return Unparsed(None, Obstacle.DEPTH)
        return tree
    place = _PLACE.search(done.stderr)
    if place is None:
        return Unparsed(0)
    return Unparsed(_offset(text, int(place[1]), int(place[2])))


def _offset(text: str, line: int, column: int) -> int:
    """The character at a line and a column of bytes, both from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    behind = text[start : start + column].encode("utf-8", "replace")[: column - 1]
    return min(len(text), start + len(behind.decode("utf-8", "ignore")))
