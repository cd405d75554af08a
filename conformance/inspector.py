"""The Inspector's command line as a client: a second SDK, in TypeScript, that checks what it gets.

It leaves with 6 when a schema is one that some client cannot use, and with 5 when a tool's answer
is an error. Its client validates structured content against the published schema, of errors too.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from processes import ROOT, SERVE, Finished, run_tool
from suite import HANDSHAKE, MODERN
from verdict import Verdict

ERAS = {HANDSHAKE: "legacy", MODERN: "modern"}
TRANSPORTS = ("stdio", "http")

COMMAND = {"region_id": "cn-hangzhou", "name": "conformance", "type": "RunShellScript"}
HARMLESS = {**COMMAND, "command_content": "#!/bin/sh\nset -eu\nuptime\n"}
CALLS: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "a dry run is a preview": ({**HARMLESS, "dry_run": True}, (0, "preview")),
    "a harmless command is created": (HARMLESS, (0, "created")),
    "a harmful command is blocked": (
        {**HARMLESS, "command_content": "rm -rf /etc"},
        (5, "blocked"),
    ),
    "an invalid command is explained": ({**HARMLESS, "name": ""}, (5, "invalid")),
}


def write_configuration(url: str, scratch: Path) -> None:
    """Write down the server, on both transports, the way a person's client has it."""
    stdio = {"command": SERVE[0], "args": SERVE[1:], "cwd": str(ROOT)}
    servers = {"stdio": stdio, "http": {"type": "streamable-http", "url": url}}
    (scratch / "servers.json").write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")


def ask(transport: str, version: str, arguments: Sequence[str], scratch: Path) -> Finished:
    """Ask the server for one thing, through the Inspector."""
    server = ["--config", str(scratch / "servers.json"), "--server", transport]
    how = ["--cli", *server, "--protocol-era", ERAS[version], "--format", "json"]
    script = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
    return run_tool(script, [*how, *arguments], scratch)


def check_schemas(transport: str, version: str, scratch: Path) -> Verdict:
    """See that every tool's schemas are such that every client can use them.

    Warnings count too: they are about schemas that some client refuses or reads differently.
    """
    done = ask(transport, version, ["--method", "tools/list", "--strict"], scratch)
    if done.code != 0 or 'Warning: tool "' in done.err:
        places = dict.fromkeys(re.findall(r"tool (\".*)\n *Path: (.*)\n *Issue: ([^.]*)", done.err))
        issues = "; ".join(f"{tool} {path}: {issue}" for tool, path, issue in places)
        return Verdict(False, f"exit {done.code}: {issues or done.last_words}")
    tools = json.loads(done.out)["result"]["tools"]
    return Verdict(bool(tools), f"{len(tools)} tools")


def check_call(title: str, transport: str, version: str, scratch: Path) -> Verdict:
    """Call create_command, and see that an agent gets the status it should."""
    arguments, expected = CALLS[title]
    what = ["--method", "tools/call", "--tool-name", "create_command"]
    given = ["--tool-args-json", json.dumps(arguments)]
    done = ask(transport, version, [*what, *given], scratch)
    try:
        answer = json.loads(done.out)["result"]["structuredContent"]
    except (ValueError, KeyError):
        return Verdict(False, f"exit {done.code}: {done.last_words}")
    got = (done.code, answer["status"])
    named = answer.get("command_id") or ", ".join(f["rule"] for f in answer.get("findings", []))
    return Verdict(got == expected, f"exit {done.code}, {answer['status']}: {named}")
