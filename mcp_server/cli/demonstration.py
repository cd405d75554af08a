"""The main job, done for real: a server process, an MCP client, and the local endpoint."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import mcp_types as types
from mcp import Client, StdioServerParameters
from mcp.client.session import ClientRequestContext

from mcp_server.cli.application import assemble
from mcp_server.ecs.gateway import Gateway
from mcp_server.emulator import Emulator
from mcp_server.settings import PREFIX, Settings
from mcp_server.tools.resources.examples import Example, examples

FAULTY: Final[dict[str, Any]] = {
    "region_id": "cn-hangzhou-b",
    "name": "list-containers-" + "of-the-whole-fleet-" * 7,
    "type": "RunShellScript",
    "command_content": "docker ps --format '{{.Names}} {{.Status}}'\n",
    "enable_parameter": True,
    "timeout": 60,
    "tags": [{"key": "acs:team", "value": "platform-operations"}],
}
"""The API would refuse it in four ways: a zone for a region, a name over 128 characters, a
template of docker's taken for parameters, and a reserved tag key."""
HARMFUL: Final[dict[str, Any]] = {
    "region_id": "cn-hangzhou",
    "name": "free-disk-space",
    "type": "RunShellScript",
    "command_content": "flags=-rf\nfor folder in /etc /tmp/build; do\n"
    '  sudo sh -c "rm $flags $folder"\ndone\n',
    "timeout": 60,
}
"""Its harm stands nowhere in it as it is: flag, folder and command come together when it runs."""


RISKY: Final[dict[str, Any]] = {
    "region_id": "cn-hangzhou",
    "name": "new-data-disk",
    "type": "RunShellScript",
    "command_content": "#!/bin/sh\nset -eu\nmkfs.ext4 -L data /dev/vdb\n",
    "timeout": 600,
}
"""Right for a new disk and ruin for an old one: a person has to decide."""
DELETED: Final = "log-cleanup"
"""The example that is deleted and comes back: its line ends and its tags have to as well."""


@dataclass(slots=True)
class Person:
    """Whoever sits at the client: answers each question as a scene has it."""

    decision: str = "decline"
    reason: str = ""
    question: str = ""
    """The last one, as the person read it."""

    async def answer(
        self,
        context: ClientRequestContext,  # noqa: ARG002 - the SDK's signature
        params: types.ElicitRequestParams,
    ) -> types.ElicitResult:
        """What the client sends back."""
        self.question = params.message
        content = {"decision": self.decision, "reason": self.reason}
        return types.ElicitResult(action="accept", content=content)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, and whether it held."""

    what: str
    held: bool
    seen: str


@dataclass(slots=True)
class Scene:
    """What belongs together: one script's way, or the faulty request's."""

    title: str
    steps: list[Step] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    repair: dict[str, Any] = field(default_factory=dict)

    def add(self, what: str, held: bool, seen: str) -> bool:
        """Add a step; returns whether it held."""
        self.steps.append(Step(what, held, seen))
        return held

    @property
    def held(self) -> bool:
        """Whether every step held."""
        return bool(self.steps) and all(step.held for step in self.steps)

    def as_data(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self) | {"held": self.held}


class Demonstration:
    """Scenes one by one, so that a person sees them as they happen."""

    def __init__(self, client: Client, gateway: Gateway, person: Person) -> None:
        self._client = client
        self._gateway = gateway
        self._person = person
        self._created: list[str] = []

    async def scenes(self) -> AsyncIterator[Scene]:
        """Play everything."""
        yield await self._introduction()
        for example in examples():
            yield await self._example(example)
        yield await self._faulty_request()
        yield await self._harmful_script()
        yield await self._risky_script()
        yield await self._life_of_a_command()

    async def _introduction(self) -> Scene:
        scene = Scene("A server process on stdio, and an MCP client of the SDK")
        tools = (await self._client.list_tools()).tools
        names = [tool.name for tool in tools]
        version = self._client.protocol_version
        scene.add("connect", held=bool(version), seen=f"protocol {version}")
        scene.add("list tools", held="create_command" in names, seen=", ".join(names))
        return scene

    async def _example(self, example: Example) -> Scene:
        arguments = example.arguments
        scene = Scene(f"{example.file_name}: {arguments['description']}")
        sent = arguments | {"command_content": example.script.decode("utf-8")}
        preview = await self._call("preview_command", sent)
        shown = preview.get("preview", {})
        sizes = {size["field"]: size for size in shown.get("sizes", [])}
        size = sizes.get("command_content", {"size": 0, "limit": 0})
        if not scene.add(
            "preview",
            held=preview["status"] == "preview" and shown["verdict"] == "would_be_created",
            seen=f"{shown.get('verdict', preview['status']).replace('_', ' ')}, {size['size']} of "
            f"{size['limit']} bytes, {shown.get('digest', '')[:19]}…",
        ):
            return scene
        if shown["parameters"]:
            names = ", ".join(parameter["name"] for parameter in shown["parameters"])
            scene.add("parameters", held=True, seen=names)
        await self._create_and_compare(scene, sent, example.script)
        return scene

    async def _faulty_request(self) -> Scene:
        scene = Scene("A request that the API would refuse in four ways at once")
        refused = await self._call("create_command", FAULTY)
        problems = [f for f in refused.get("findings", []) if f["severity"] == "invalid"]
        scene.findings = problems
        if not scene.add(
            "refused before anything is sent",
            held=refused["status"] == "invalid" and len(problems) == 4,  # noqa: PLR2004
            seen=f"{len(problems)} problems, each explained",
        ):
            return scene
        scene.repair = refused["error"]["repair"]
        scene.add(
            "the answer's own repair",
            held=all(finding["repair"] for finding in problems),
            seen=", ".join(scene.repair),
        )
        repaired = {k: v for k, v in (FAULTY | scene.repair).items() if v is not None}
        await self._create_and_compare(scene, repaired, FAULTY["command_content"].encode())
        return scene

    async def _harmful_script(self) -> Scene:
        scene = Scene("A script that hides what it deletes")
        refused = await self._call("create_command", HARMFUL)
        stopping = [f for f in refused.get("findings", []) if f["severity"] == "block"]
        scene.findings = stopping[:1]
        scene.add(
            "blocked before anything is sent",
            held=refused["status"] == "blocked" and bool(stopping),
            seen=", ".join(f"{f['rule_id']} in line {f['line']}" for f in stopping),
        )
        return scene

    async def _risky_script(self) -> Scene:
        scene = Scene("A script that a person has to decide about")
        preview = await self._call("preview_command", RISKY)
        shown = preview.get("preview", {})
        scene.findings = [f for f in preview.get("findings", []) if f["severity"] == "confirm"]
        if not scene.add(
            "preview",
            held=shown.get("verdict") == "needs_confirmation",
            seen=str(shown.get("verdict", preview["status"])).replace("_", " "),
        ):
            return scene
        bound = RISKY | {"preview_token": shown["preview_token"]}
        self._person.decision, self._person.reason = "decline", "not on the old hosts"
        declined = await self._call("create_command", bound)
        scene.add(
            "asked, and they say no",
            held=declined["status"] == "declined",
            seen=declined.get("error", {}).get("message", "").partition("reason: ")[2],
        )
        self._person.decision = "create"
        await self._create_and_compare(scene, bound, RISKY["command_content"].encode())
        return scene

    async def _life_of_a_command(self) -> Scene:
        scene = Scene(f"The life of a command: {DELETED}")
        (example,) = (example for example in examples() if example.name == DELETED)
        region_id = example.arguments["region_id"]
        listing = await self._call("list_commands", {"region_id": region_id})
        names = {row["command_id"]: row["name"] for row in listing.get("commands", [])}
        command_id = next((found for found, name in names.items() if name == DELETED), "")
        if not scene.add(
            "list",
            held=bool(command_id) and list(names) == self._created[::-1],
            seen=f"{len(names)} commands, the newest {next(iter(names.values()), 'none')}",
        ):
            return scene
        where = {"region_id": region_id, "command_id": command_id}
        found = await self._call("get_command", where | {"check": True})
        rules = [finding["rule"] for finding in found.get("findings", [])]
        if scene.add(
            "read and review",
            held=found.get("verdict") in {"ok", "advice"}
            and found["command"]["script"].encode() == example.script,
            seen=": ".join([str(found.get("verdict", found["status"])), *rules]),
        ):
            await self._delete_and_undo(scene, where)
        return scene

    async def _delete_and_undo(self, scene: Scene, where: Mapping[str, str]) -> None:
        before = await self._gateway.describe_commands(**where)
        self._person.decision, self._person.reason, self._person.question = "delete", "", ""
        deleted = await self._call("delete_command", where)
        digest = deleted.get("digest", "")
        question = self._person.question
        if not scene.add(
            "asked, and they say yes",
            held=deleted["status"] == "deleted" and DELETED in question and digest in question,
            seen=f"{deleted['status']} {deleted.get('name')}, {digest[:19]}…",
        ):
            return
        gone = await self._call("get_command", where)
        scene.add(
            "read again",
            held=gone["status"] == "gone",
            seen=gone.get("next_step", gone["status"]).partition(":")[0],
        )
        undone = await self._call("create_command", deleted["undo"])
        command_id = undone.get("command_id", "")
        if not scene.add("undo", undone["status"] == "created", command_id or undone["status"]):
            return
        after = await self._gateway.describe_commands(where["region_id"], command_id)
        new = {"command_id": command_id, "created_at": after.created_at if after else ""}
        same = before is not None and replace(before, **new) == after
        scene.add(
            "compare with what it was",
            held=same,
            seen="everything but id and time is " + ("the same" if same else "NOT the same"),
        )

    async def _create_and_compare(
        self, scene: Scene, arguments: Mapping[str, Any], script: bytes
    ) -> None:
        created = await self._call("create_command", arguments)
        command_id = created.get("command_id", "")
        if not scene.add("create", created["status"] == "created", command_id or created["status"]):
            return
        self._created.append(command_id)
        stored = await self._gateway.describe_commands(arguments["region_id"], command_id)
        same = stored is not None and stored.content == script
        scene.add(
            "read back from the endpoint",
            held=same,
            seen=f"{len(script)} bytes, " + ("every one the same" if same else "NOT the same"),
        )

    async def _call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        result = await self._client.call_tool(tool, dict(arguments))
        if not isinstance(result, types.CallToolResult) or result.structured_content is None:
            return {"status": "no structured answer"}
        structured: dict[str, Any] = result.structured_content
        return structured


@asynccontextmanager
async def demonstration() -> AsyncIterator[Demonstration]:
    """A local endpoint, the real server as a subprocess in local mode, and a client of it."""
    with Emulator() as emulator:
        settings = Settings.load(local=True, local_endpoint=emulator.endpoint)
        gateway = assemble(settings).gateway
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "mcp_server", "serve", "--local"],
            env={f"{PREFIX}LOCAL_ENDPOINT": emulator.endpoint},
        )
        person = Person()
        async with Client(server, elicitation_callback=person.answer) as client:
            yield Demonstration(client, gateway, person)
