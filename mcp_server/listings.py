"""The handlers of what clients list and read: resources, prompts and completions."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from mcp_server.prompts.prompt import ArgumentFault, Prompt
from mcp_server.surrogates import clean_text
from mcp_server.tools.completions import Completions
from mcp_server.tools.resource import Resource

_MARKDOWN: Final = "text/markdown"
_Context = ServerRequestContext[Any, Any]
Complete = Callable[[_Context, types.CompleteRequestParams], Awaitable[types.CompleteResult]]


def resource_handlers(resources: Sequence[Resource]) -> dict[str, Any]:
    """The handlers of everything about resources, by the SDK's names."""

    async def list_resources(
        _: _Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        refuse_cursor(params)
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    name=r.name, uri=r.uri, description=r.description, mime_type=_MARKDOWN
                )
                for r in resources
            ]
        )

    async def list_resource_templates(
        _: _Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        refuse_cursor(params)
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    name=f"{r.name}-part",
                    uri_template=r.template,
                    description=r.description,
                    mime_type=_MARKDOWN,
                )
                for r in resources
                if r.template is not None
            ]
        )

    async def read_resource(
        _: _Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        for resource in resources:
            if (text := resource.read(uri)) is not None:
                contents = types.TextResourceContents(uri=uri, text=text, mime_type=_MARKDOWN)
                return types.ReadResourceResult(contents=[contents])
        raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})

    return {
        "on_list_resources": list_resources,
        "on_list_resource_templates": list_resource_templates,
        "on_read_resource": read_resource,
    }


def prompt_handlers(prompts: Sequence[Prompt]) -> dict[str, Any]:
    """The handlers of everything about prompts, by the SDK's names."""
    by_name = {prompt.name: prompt for prompt in prompts}

    async def list_prompts(
        _: _Context, params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        refuse_cursor(params)
        return types.ListPromptsResult(
            prompts=[
                types.Prompt(
                    name=prompt.name,
                    title=prompt.title,
                    description=prompt.description,
                    arguments=[
                        types.PromptArgument(
                            name=argument.name,
                            description=argument.description,
                            required=argument.required,
                        )
                        for argument in prompt.arguments
                    ],
                )
                for prompt in prompts
            ]
        )

    async def get_prompt(
        _: _Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        prompt = by_name.get(params.name)
        if prompt is None:
            told = f"Unknown prompt. The prompts are: {', '.join(by_name)}"
            raise MCPError(types.INVALID_PARAMS, told, {"name": params.name})
        text = prompt.render(params.arguments or {})
        if isinstance(text, ArgumentFault):
            raise MCPError(types.INVALID_PARAMS, text.message)
        content = types.TextContent(text=clean_text(text))
        return types.GetPromptResult(
            description=prompt.description,
            messages=[types.PromptMessage(role="user", content=content)],
        )

    return {"on_list_prompts": list_prompts, "on_get_prompt": get_prompt}


def completion_handler(completions: Completions) -> Complete:
    """The handler of completion/complete."""

    async def complete(_: _Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        name, start = params.argument.name, params.argument.value
        match params.ref:
            case types.ResourceTemplateReference(uri=template):
                found = completions.of_template(str(template), name, start)
            case types.PromptReference(name=prompt):
                found = await completions.of_prompt(prompt, name, start)
        return types.CompleteResult(
            completion=types.Completion(
                values=list(found.values), total=found.total, has_more=found.has_more
            )
        )

    return complete


def refuse_cursor(params: types.PaginatedRequestParams | None) -> None:
    """Every list is one page, so no cursor was ever handed out."""
    if params is not None and params.cursor is not None:
        raise MCPError(types.INVALID_PARAMS, "Invalid cursor")
