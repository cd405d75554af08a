"""A server of small tools, for a process: `python -m tests.served_tools stdio|http [log level]`."""

import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread

from mcp_server.creation.consent import Caller
from mcp_server.server import build_server
from mcp_server.stdio import serve_stdio
from mcp_server.tools.tool import Answer, Tool, Traits
from mcp_server.wire import claim_wire

CANARY = "canary-7f3a"
TRAITS = Traits(read_only=True, destructive=False, idempotent=True, open_world=False)
SCHEMA = {"type": "object", "properties": {"text": {"type": "string", "description": "Any."}}}


@dataclass(frozen=True)
class ServedTool:
    """What all of them publish."""

    name: str
    title: str = "A title"
    description: str = "A description."
    traits: Traits = TRAITS

    @property
    def input_schema(self) -> dict[str, Any]:
        return SCHEMA

    @property
    def output_schema(self) -> dict[str, Any]:
        return SCHEMA

    def crashed(self, _: Mapping[str, Any]) -> Answer:
        return Answer(structured={"text": "a bug"}, text="a bug", is_error=True)


class Echo(ServedTool):
    """Answers its arguments as they came, and in ASCII."""

    async def handle(self, arguments: Mapping[str, Any], _caller: Caller) -> Answer:
        return Answer(structured=dict(arguments), text=ascii(dict(arguments)), is_error=False)


class Refuse(ServedTool):
    """Answers with an error."""

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        return Answer(structured={"text": "no"}, text="no: \ud83c", is_error=True)


class Raise(ServedTool):
    """Has a bug, and an exception that quotes a secret."""

    async def handle(self, arguments: Mapping[str, Any], _caller: Caller) -> Answer:
        raise RuntimeError(f"{CANARY} {arguments.get('text')}")


class Chatter(ServedTool):
    """Writes to stdout in every way there is."""

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        sys.stdout.write("\N{GRINNING FACE} chatter\n")
        os.write(1, b"chatter\n")
        subprocess.run([sys.executable, "-c", "print('chatter')"], check=True)
        warnings.warn("chatter", stacklevel=1)
        logging.getLogger("chatter").debug("chatter")
        return Answer(structured={}, text="done", is_error=False)


class Pause(ServedTool):
    """Takes many turns of the event loop."""

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        for _turn in range(100):
            await anyio.lowlevel.checkpoint()
        return Answer(structured={}, text="paused", is_error=False)


@dataclass(frozen=True)
class Gate:
    """Where one call waits for another."""

    started: anyio.Event
    released: anyio.Event
    ended: anyio.Event


@dataclass(frozen=True, kw_only=True)
class Wait(ServedTool):
    """Waits until `release` is called."""

    gate: Gate

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        self.gate.started.set()
        try:
            await self.gate.released.wait()
        finally:
            self.gate.ended.set()
        return Answer(structured={}, text="released", is_error=False)


@dataclass(frozen=True, kw_only=True)
class Release(ServedTool):
    """Releases `wait`."""

    gate: Gate

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        self.gate.released.set()
        return Answer(structured={}, text="done", is_error=False)


@dataclass(frozen=True, kw_only=True)
class Await(ServedTool):
    """Answers once `event` has happened."""

    event: anyio.Event

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        await self.event.wait()
        return Answer(structured={}, text="happened", is_error=False)


@dataclass(frozen=True, kw_only=True)
class Hang(ServedTool):
    """Holds a thread, as a call to the cloud that never returns does."""

    gate: Gate

    async def handle(self, _: Mapping[str, Any], _caller: Caller) -> Answer:
        self.gate.started.set()
        nobody_writes, _unused = os.pipe()
        await anyio.to_thread.run_sync(os.read, nobody_writes, 1)
        raise AssertionError("nobody writes")


def served_tools() -> list[Tool]:
    """One of each."""
    gate = Gate(anyio.Event(), anyio.Event(), anyio.Event())
    return [
        Echo("echo"),
        Refuse("refuse"),
        Raise("raise"),
        Chatter("chatter"),
        Pause("pause"),
        Wait("wait", gate=gate),
        Release("release", gate=gate),
        Await("started", event=gate.started),
        Await("ended", event=gate.ended),
        Hang("hang", gate=gate),
    ]


async def _on_stop() -> None:
    sys.stderr.write("on_stop ran\n")


def _say(url: str) -> None:
    sys.stdout.write(url + "\n")
    sys.stdout.flush()


def main(transport: str, level: str = "WARNING") -> None:
    """Serve until stopped."""
    if transport == "http":
        from mcp_server.http.service import serve_http  # noqa: PLC0415 - stdio never needs it

        logging.basicConfig(level=level, stream=sys.stderr)
        server = build_server(served_tools(), version="1.2.3")
        serve_http(server, port=0, on_stop=_on_stop, on_ready=_say)
    wire = claim_wire()
    sys.stdout.write("before serving\n")
    logging.basicConfig(level=level, stream=sys.stderr)
    server = build_server(served_tools(), version="1.2.3")
    serve_stdio(server, wire=wire, on_stop=_on_stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
