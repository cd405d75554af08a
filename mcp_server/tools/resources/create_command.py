"""The arguments of create_command as a page, from its request model and the limits."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic_core import to_json

from mcp_server.ecs.wire import ACTION, API_NAMES, VERSION
from mcp_server.markdown import table
from mcp_server.models.limits import API_PAGE, LIMITS
from mcp_server.models.request import CreateCommandRequest, PreviewCommandRequest
from mcp_server.models.schema import input_schema

_CONTENT: Final = "command_content"
_HEAD: Final = f"""\
# create_command

Stores a script as a Cloud Assistant command with the API action {ACTION}, version {VERSION}: \
{API_PAGE}. Creates, never runs. Content is final: no later call changes it.

An argument that is left out is left out of the request too, and the API's default applies. \
Limits of `{_CONTENT}` count the script after Base64. Those marked (server) are this server's \
and are not sent.

"""
_PREVIEW: Final = "`preview_command` takes all but `dry_run` and `preview_token`, and these:\n\n"
_SERVER: Final = "(server)"


def create_command_page() -> str:
    """One row an argument, and one row a part of a tag; then what only preview_command takes."""
    create, preview = input_schema(CreateCommandRequest), input_schema(PreviewCommandRequest)
    own = {n: s for n, s in preview["properties"].items() if n not in create["properties"]}
    columns = ("Argument", "API name", "Needed", "Type", "Default", "Limits", "Meaning")
    return (
        f"{_HEAD}{table(columns, list(_rows(create)))}\n{_PREVIEW}"
        f"{table(columns, list(_rows({'properties': own})))}"
    )


def _rows(schema: dict[str, Any], inside: str = "") -> Iterator[tuple[str, ...]]:
    for name, described in schema["properties"].items():
        path = f"{inside}{name}"
        yield (
            f"`{path}`",
            API_NAMES.get(path, _SERVER),
            "yes" if name in schema.get("required", ()) else "no",
            _type(described),
            f"`{to_json(described['default']).decode()}`" if "default" in described else "",
            _limits(path),
            described["description"],
        )
        if "properties" in (items := described.get("items", {})):
            yield from _rows(items, f"{path}.")


def _type(described: dict[str, Any]) -> str:
    if "enum" in described:
        return " or ".join(f"`{value}`" for value in described["enum"])
    return "list" if described["type"] == "array" else str(described["type"])


def _limits(path: str) -> str:
    """Every limit on an argument, with those on what is inside a script."""
    return "; ".join(
        f"{limit.field.removeprefix(path).replace('.', ' ').replace('_', ' ').strip()} "
        f"{limit.minimum} to {limit.maximum} {limit.unit} ({limit.source})".strip()
        for limit in LIMITS
        if limit.field == path or (path == _CONTENT and limit.field.startswith(f"{path}."))
    )
