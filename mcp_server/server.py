"""The MCP edge: what is published, and who answers."""

import logging
import traceback
from collections.abc import Iterator, Sequence, Set
from importlib import metadata
from typing import Any, Final

import mcp_types as types
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from mcp_server.creation.confirmation import caller_of, input_required
from mcp_server.creation.consent import Question
from mcp_server.listings import (
    completion_handler,
    prompt_handlers,
    refuse_cursor,
    resource_handlers,
)
from mcp_server.prompts.prompt import Prompt
from mcp_server.surrogates import clean, clean_text
from mcp_server.tools.completions import Completions
from mcp_server.tools.resource import Resource
from mcp_server.tools.tool import Answer, Tool

NAME = "cloud-assistant-mcp"
TITLE = "Alibaba Cloud Assistant commands"
DESCRIPTION = (
    "Creates Alibaba Cloud ECS Cloud Assistant commands, safely: checked, previewed, explained."
)

_OF_WHAT_EXISTS: Final = ("list_commands", "get_command", "delete_command")
_ASK_A_PERSON: Final = frozenset({"create_command", "delete_command"})
_TAKE_A_SCRIPT: Final = frozenset({"preview_command", "create_command"})

_FRESH = CacheHint(ttl_ms=300_000, scope="public")
"""What is listed and read is the same for every caller, and changes only with a new process."""
_CACHED: tuple[CacheableMethod, ...] = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "server/discover",
)

_FRAMES = 8
"""How many places of a traceback are logged, the innermost."""

logger = logging.getLogger(__name__)

_Context = ServerRequestContext[Any, Any]


def build_server(
    tools: Sequence[Tool],
    resources: Sequence[Resource] = (),
    prompts: Sequence[Prompt] = (),
    *,
    completions: Completions | None = None,
    confirmation_timeout: float = 300.0,
    version: str | None = None,
) -> Server[Any]:
    """Publish tools, resources and prompts on a server that any transport can run, in both eras.

    Args:
        tools: that clients can call.
        resources: that they can read.
        prompts: that they can get.
        completions: of what is typed for their arguments; by default of the resources alone.
        confirmation_timeout: seconds to wait for a person within a call.
        version: of this program; by default the installed one.
    """
    by_name = {tool.name: tool for tool in tools}
    published = [_publish(tool) for tool in tools]

    async def list_tools(
        _: _Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        refuse_cursor(params)
        return types.ListToolsResult(tools=published)

    async def call_tool(
        context: _Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        tool = by_name.get(params.name)
        if tool is None:
            raise MCPError(
                types.INVALID_PARAMS, f"Unknown tool. The tools are: {', '.join(by_name)}"
            )
        try:
            caller = caller_of(context, params, confirmation_timeout)
            answer = await tool.handle(params.arguments or {}, caller)
        except MCPError:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost handler of every tool
            log_failure(tool.name, error)
            return _result(tool.crashed(params.arguments or {}))
        return input_required(answer) if isinstance(answer, Question) else _result(answer)

    server: Server[Any] = Server(
        NAME,
        version=version or installed_version(),
        title=TITLE,
        description=DESCRIPTION,
        instructions=instructions(tools),
        cache_hints=dict.fromkeys(_CACHED, _FRESH),
        # Without this, each call with arguments over HTTP would list the tools first.
        get_tool_input_schema=lambda name: by_name[name].input_schema if name in by_name else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        **resource_handlers(resources),
        **prompt_handlers(prompts),
        on_completion=completion_handler(completions or Completions(resources)),
    )
    server.middleware.append(_keep_exceptions_inside)
    return server


def instructions(tools: Sequence[Tool]) -> str:
    """What agents are told first: how the published tools are used, and no word of another."""
    names = {tool.name for tool in tools}
    start = "Creates" if "create_command" in names else "For"
    lines = [
        f"{start} ECS Cloud Assistant commands: scripts that later run as root (Linux) or SYSTEM "
        "(Windows)."
    ]
    if all(tool.traits.read_only for tool in tools):
        lines.append("This server is read-only.")
    lines += [f"{number}. {step}" for number, step in enumerate(_steps(names), 1)]
    lines += ["Answers:", *(f"- {line}" for line in _about_answers(names))]
    if names & _TAKE_A_SCRIPT:
        lines.append(
            "Never put secrets into a script: write {{oos-secret:name}} or a {{parameter}} with "
            "enable_parameter=true."
        )
    return "\n".join(lines)


def _steps(names: Set[str]) -> Iterator[str]:
    previews = "preview_command" in names
    if previews:
        yield "preview_command shows the exact request, with findings. Nothing is created."
    if "create_command" in names:
        takes = "the same arguments and its preview_token" if previews else "a script"
        yield (
            f"create_command takes {takes} (dry_run=true only previews). A person may be asked. It "
            "creates and never runs: the ECS API InvokeCommand runs what it created."
        )
    if existing := [name for name in _OF_WHAT_EXISTS if name in names]:
        yield f"{', '.join(existing)}: existing commands."
    if "explain_error" in names:
        yield "explain_error explains a pasted error."


def _about_answers(names: Set[str]) -> Iterator[str]:
    yield (
        'status "invalid": merge every `repair` into the arguments (null removes one) and call '
        "again."
    )
    if names & _TAKE_A_SCRIPT:
        yield (
            'status "blocked", or findings you cannot follow: show them to the user; never '
            "disguise a script."
        )
    if names & _ASK_A_PERSON:
        yield 'status "declined" or "needs_confirmation": nothing was done.'
    if "create_command" in names:
        yield (
            'create_command error.outcome "unknown": repeat the call with the returned '
            "client_token; it cannot create twice."
        )
    yield "error.fix and error.retry say what else to do."


def installed_version() -> str:
    """The version of the installed distribution."""
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return "0+source"  # run from a source tree


def _publish(tool: Tool) -> types.Tool:
    traits = tool.traits
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=types.ToolAnnotations(
            read_only_hint=traits.read_only,
            destructive_hint=traits.destructive,
            idempotent_hint=traits.idempotent,
            open_world_hint=traits.open_world,
        ),
    )


def _result(answer: Answer) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=clean_text(answer.text))],
        structured_content=clean(answer.structured),
        is_error=answer.is_error,
    )


async def _keep_exceptions_inside(ctx: _Context, call_next: CallNext) -> HandlerResult:
    """Let no text of an exception reach the wire or the log: it may quote a script."""
    try:
        return await call_next(ctx)
    except MCPError as error:
        raise MCPError.from_error_data(_clean_error(error.error)) from None
    except ValidationError:
        raise  # the SDK answers "Invalid request parameters" and nothing else
    except Exception as error:  # noqa: BLE001 - the outermost handler of every request
        log_failure(ctx.method, error)
        raise MCPError(types.INTERNAL_ERROR, "Internal server error") from None


def _clean_error(error: types.ErrorData) -> types.ErrorData:
    fields = clean(error.model_dump(exclude_unset=True))
    return types.ErrorData.model_validate(fields)


def log_failure(what: str, error: Exception) -> None:
    """Log an exception without its text: its type, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    logger.error("%s failed: %s at %s", what, kind, places)
