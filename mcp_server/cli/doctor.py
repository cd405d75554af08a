"""cloud-assistant-mcp doctor."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio
import anyio.to_thread
import click

from mcp_server.cli.application import Application, assemble, load_settings
from mcp_server.ecs.credentials import CredentialsError
from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.gateway import EcsError
from mcp_server.models.explanation import Explanation, Outcome
from mcp_server.models.regions import is_region_syntax
from mcp_server.settings import PREFIX


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    what: str
    ok: bool
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
        mark = click.style("ok  ", fg="green") if check.ok else click.style("FAIL", fg="red")
        click.echo(f"{mark}  {check.what}: {check.told}")
        all_ok = all_ok and check.ok
    return all_ok


async def _checks(application: Application, region_id: str) -> AsyncIterator[Check]:
    settings = application.settings
    changed = sorted(name for name in settings.model_fields_set if name != "local")
    yield Check(
        "settings",
        ok=True,
        told=", ".join(f"{PREFIX}{name.upper()}" for name in changed) + " set"
        if changed
        else "all defaults",
    )
    yield Check("backend", ok=True, told="local endpoint" if settings.local else "Alibaba Cloud")
    try:
        yield Check("endpoint", ok=True, told=await application.gateway.endpoint(region_id))
    except EcsError as error:
        yield Check("endpoint", ok=False, told=_what_to_do(error.explanation))
        return
    try:
        account = await anyio.to_thread.run_sync(application.backend.account)
    except CredentialsError as error:
        failure = Failure(error.code, Outcome.NOT_SENT, detail=error.detail)
        yield Check("credentials", ok=False, told=_what_to_do(explain(failure)))
        return
    kind = "with a session token" if account.security_token else "a long-lived key"
    yield Check("credentials", ok=True, told=f"from {account.provider}, {kind}")
    try:
        regions = await application.gateway.describe_regions(region_id)
    except EcsError as error:
        yield Check("call", ok=False, told=_what_to_do(error.explanation))
        return
    yield Check("call", ok=True, told=f"DescribeRegions answered with {len(regions)} regions")
    yield Check(
        "region",
        ok=region_id in regions,
        told=f"{region_id} is one of them"
        if region_id in regions
        else f"{region_id} is not one of them; choose another with --region-id",
    )


def _what_to_do(explanation: Explanation) -> str:
    return f"{explanation.message} {explanation.fix}"
