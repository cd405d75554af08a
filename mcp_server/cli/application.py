"""The parts put together: the one place that knows them all."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import click

from mcp_server.cli.local import start_local_endpoint
from mcp_server.cli.logs import log_to_stderr
from mcp_server.creation.seal import Sealer
from mcp_server.creation.workflow import Workflow
from mcp_server.ecs.backend import Backend, CloudBackend, LocalBackend
from mcp_server.ecs.gateway import Gateway
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.loading import PolicyError, load_policy
from mcp_server.guardrails.policy.model import NO_POLICY, Policy
from mcp_server.guardrails.script.shell.shfmt import ShellParser
from mcp_server.inventory.deletions import Deletions
from mcp_server.inventory.inventory import Inventory
from mcp_server.settings import (
    PREFIX,
    Settings,
    SettingsError,
    credential_environment,
)
from mcp_server.tools.create_command import CreateCommand
from mcp_server.tools.delete_command import DeleteCommand
from mcp_server.tools.explain_error import ExplainError
from mcp_server.tools.get_command import GetCommand
from mcp_server.tools.list_commands import ListCommands
from mcp_server.tools.preview_command import PreviewCommand
from mcp_server.tools.tool import Tool, Traits


@dataclass(frozen=True, slots=True)
class Application:
    """Everything a subcommand may need."""

    settings: Settings
    backend: Backend
    gateway: Gateway
    parser: ShellParser
    workflow: Workflow
    policy: Policy
    tools: tuple[Tool, ...]
    """Those that the operator lets be published."""
    withheld: Mapping[str, str]
    """The others by their names, each with why, which names the setting."""

    def refuse_without(self, tool: str) -> None:
        """End the program with a message that names the setting, if a tool is withheld."""
        if tool in self.withheld:
            raise click.UsageError(f"{tool} is not permitted: {self.withheld[tool]}")

    async def close(self) -> None:
        """Close the connections to the cloud, and end the parser that waits."""
        self.gateway.close()
        self.parser.close()


def load_settings(overrides: dict[str, object]) -> Settings:
    """The settings, or the end of the program with a message that names the key."""
    try:
        settings = Settings.load(**overrides)
    except SettingsError as error:
        raise click.UsageError(f"the settings cannot be used: {error}") from None
    log_to_stderr(settings)
    return settings


def policy_of(settings: Settings) -> Policy:
    """The operator's policy, or the end of the program with a message that names the key."""
    if settings.policy is None:
        return NO_POLICY
    from mcp_server.guardrails.rule_book import weights  # noqa: PLC0415 - all rules, for their ids

    try:
        policy = load_policy(settings.policy, weights())
    except PolicyError as error:
        raise click.UsageError(f"the policy cannot be used: {error}") from None
    if policy.confirmation == "never" and not settings.create_without_consent:
        raise click.UsageError(
            'the policy cannot be used: confirmation = "never" creates commands that nobody agreed '
            "to; that takes CLOUD_ASSISTANT_CREATE_WITHOUT_CONSENT=true as well"
        )
    return policy


def assemble(settings: Settings, *, serves: bool = False) -> Application:
    """Put the parts together; nothing is started or called yet.

    Args:
        settings: of the operator.
        serves: whether it stays for many calls, and prepares for the next one after each. Whoever
            says so closes it.

    Raises:
        click.UsageError: the policy cannot be used, or no tool is left to serve.
    """
    backend: Backend
    if settings.local:
        backend = LocalBackend(lambda: start_local_endpoint(settings))
    else:
        backend = CloudBackend.from_settings(settings, credential_environment())
    gateway = Gateway(settings, backend)
    parser = ShellParser(ahead=serves)
    policy = policy_of(settings)
    inspector = Inspector(settings, policy, parser=parser)
    keys = [key.get_secret_value() for key in settings.token_keys]
    if serves and not keys:
        keys = [secrets.token_hex(32)]
    # A process that ends with its one answer could not take a token back.
    sealer = Sealer(keys) if keys else None
    creates = _why_withheld(CreateCommand.name, CreateCommand.traits, settings) is None
    workflow = Workflow(settings, gateway, inspector, sealer, creates=creates)
    inventory = Inventory(settings, gateway, inspector)
    deletions = Deletions(settings, gateway, inspector, sealer)
    tools: tuple[Tool, ...] = (
        PreviewCommand(workflow),
        CreateCommand(workflow),
        ListCommands(inventory),
        GetCommand(inventory),
        DeleteCommand(deletions),
        ExplainError(),
    )
    withheld = {
        tool.name: why
        for tool in tools
        if (why := _why_withheld(tool.name, tool.traits, settings)) is not None
    }
    published = tuple(tool for tool in tools if tool.name not in withheld)
    if serves and not published:
        raise click.UsageError(_nothing_left(settings))
    return Application(settings, backend, gateway, parser, workflow, policy, published, withheld)


def _why_withheld(name: str, traits: Traits, settings: Settings) -> str | None:
    """The setting that keeps a tool from being published, in words; None if it is published."""
    if settings.read_only and not traits.read_only:
        return f"{PREFIX}READ_ONLY is true, and {name} changes something"
    if settings.tools is not None and name not in settings.tools:
        return f"{PREFIX}TOOLS does not have {name}"
    return None


def _nothing_left(settings: Settings) -> str:
    told = f"no tool is left to serve: {PREFIX}TOOLS names only {', '.join(settings.tools or ())}"
    return f"{told}, and {PREFIX}READ_ONLY is true" if settings.read_only else told
