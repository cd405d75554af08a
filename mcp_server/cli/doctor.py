"""cloud-assistant-mcp doctor."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import anyio
import anyio.to_thread
import click

from mcp_server.cli.application import Application, assemble, load_settings
from mcp_server.creation.live_checks import LiveChecks
from mcp_server.ecs.credentials import CredentialsError
from mcp_server.ecs.error_catalogue import explain, is_denial, resource
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.models.explanation import Explanation, Outcome
from mcp_server.models.regions import is_region_syntax
from mcp_server.settings import PREFIX


class Mark(StrEnum):
    """What a line of the report means."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing, and nothing to mend."""
    FAIL = "FAIL"


_MARKS: Final = {
    "ok": Mark.OK,
    "note": Mark.NOTE,
    "not_checked": Mark.NOTE,
    "problem": Mark.FAIL,
}
_COLOURS: Final = {Mark.OK: "green", Mark.NOTE: "yellow", Mark.FAIL: "red"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    what: str
    mark: Mark
    told: str
    """What was seen, or what to do."""


@click.command("doctor")
@click.option("--local", is_flag=True, help="Use the embedded local endpoint.")
@click.option("--region-id", default="cn-hangzhou", show_default=True, help="Region to call.")
@click.pass_obj
def command(overrides: dict[str, object], *, local: bool, region_id: str) -> None:
    """Check settings, credentials and the way to the cloud; creates nothing, shows no value."""
    if not is_region_syntax(region_id):
        raise click.UsageError("--region-id is not a region id, such as cn-hangzhou")
    settings = load_settings(overrides | ({"local": True} if local else {}))
    application = assemble(settings)
    all_ok = anyio.run(_report, application, region_id)
    raise SystemExit(0 if all_ok else 1)


async def _report(application: Application, region_id: str) -> bool:
    all_ok = True
    async for check in _checks(application, region_id):
        mark = click.style(f"{check.mark:4}", fg=_COLOURS[check.mark])
        click.echo(f"{mark}  {check.what}: {check.told}")
        all_ok = all_ok and check.mark is not Mark.FAIL
    return all_ok


async def _checks(application: Application, region_id: str) -> AsyncIterator[Check]:
    settings = application.settings
    changed = sorted(name for name in settings.model_fields_set if name != "local")
    yield Check(
        "settings",
        Mark.OK,
        ", ".join(f"{PREFIX}{name.upper()}" for name in changed) + " set"
        if changed
        else "all defaults",
    )
    yield Check("backend", Mark.OK, "local endpoint" if settings.local else "Alibaba Cloud")
    try:
        yield Check("host", Mark.OK, await application.gateway.endpoint(region_id))
    except EcsError as error:
        yield Check("host", Mark.FAIL, _what_to_do(error.explanation))
        return
    try:
        account = await anyio.to_thread.run_sync(application.backend.account)
    except CredentialsError as error:
        failure = Failure(error.code, Outcome.NOT_SENT, detail=error.detail)
        yield Check("credentials", Mark.FAIL, _what_to_do(explain(failure)))
        return
    kind = "with a session token" if account.security_token else "a long-lived key"
    yield Check("credentials", Mark.OK, f"from {account.provider}, {kind}")
    async for check in _calls(application.gateway, region_id):
        yield check


async def _calls(gateway: Gateway, region_id: str) -> AsyncIterator[Check]:
    """Creating is the one thing that an account must be allowed, so a denial here is no fault."""
    try:
        await gateway.probe(region_id)
    except EcsError as error:
        if not is_denial(error.explanation.code):
            yield _failed_call(error.explanation)
            return
        yield Check(
            "call",
            Mark.NOTE,
            "the endpoint was reached and the signature accepted; this account may not list "
            "commands (ecs:DescribeCommands), and creating one does not need it",
        )
        region = await _listed(gateway, region_id)
    else:
        yield Check("call", Mark.OK, "DescribeCommands answered")
        region = Check("region", Mark.OK, f"{region_id} answered")
    yield region
    if region.mark is not Mark.FAIL:
        for seen in await LiveChecks(gateway).of_region(region_id):
            yield Check(seen.check.replace("_", " "), _MARKS[seen.state], seen.told)
        yield Check(
            "permission",
            Mark.NOTE,
            "only a creation shows whether this account is allowed ecs:CreateCommand on "
            + resource("CreateCommand", region_id),
        )


async def _listed(gateway: Gateway, region_id: str) -> Check:
    """The region, looked up in a list, where no answer of its own shows that it exists."""
    try:
        regions = await gateway.describe_regions(region_id)
    except EcsError as error:
        if not is_denial(error.explanation.code):
            return _failed_call(error.explanation)
        return Check(
            "region",
            Mark.NOTE,
            f"{region_id} could not be looked up; this account may not list regions "
            "(ecs:DescribeRegions), and creating a command does not need it",
        )
    if region_id in regions:
        return Check("region", Mark.OK, f"{region_id} is in the account's list")
    return Check("region", Mark.FAIL, f"there is no {region_id}; choose another with --region-id")


def _failed_call(explanation: Explanation) -> Check:
    told = _what_to_do(explanation)
    if explanation.field == "region_id":
        return Check("region", Mark.FAIL, f"{told} Here that is --region-id.")
    return Check("call", Mark.FAIL, told)


def _what_to_do(explanation: Explanation) -> str:
    return f"{explanation.message} {explanation.cause} {explanation.fix}"
