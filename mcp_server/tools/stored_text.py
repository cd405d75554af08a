"""Commands that exist, as Markdown; their texts are those of whoever created them."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic.main import IncEx
from pydantic_core import to_json

from mcp_server.guardrails.inspection import LANGUAGES
from mcp_server.guardrails.texts import shown
from mcp_server.markdown import fenced, table
from mcp_server.models.explanation import Explanation
from mcp_server.models.finding import Finding
from mcp_server.models.stored import CommandRow, Deletion, Found, Listing, Standing, StoredDetail
from mcp_server.tools.preview_text import finding_lines, in_line, numbered_lines
from mcp_server.tools.rendering import error_lines
from mcp_server.tools.tool import Answer
from mcp_server.tools.visible import escaped

_ERRORS: Final = frozenset({Standing.INVALID, Standing.BLOCKED, Standing.FAILED})
_LONGEST_CELL: Final = 128
_GONE: Final = "There is no such command"
_NOT_DONE: Final = {
    Standing.NEEDS_CONFIRMATION: "Not deleted: a person has to agree",
    Standing.DECLINED: "Not deleted: declined",
    Standing.BLOCKED: "Not deleted: blocked",
    Standing.INVALID: "Not done: the arguments need a change",
    Standing.GONE: _GONE,
}
_OF_FOUND: Final[Mapping[str, IncEx | bool]] = {"command": {"script"}}
"""What its JSON line leaves out: the script stands above, whole."""


def listing_answer(listing: Listing) -> Answer:
    """The answer of list_commands."""
    return _answer(listing, _listing_lines(listing))


def found_answer(found: Found) -> Answer:
    """The answer of get_command."""
    return _answer(found, _found_lines(found), _OF_FOUND)


def deletion_answer(deletion: Deletion) -> Answer:
    """The answer of delete_command; the JSON line has what undoes it."""
    return _answer(deletion, _deletion_lines(deletion))


def _answer(
    result: Listing | Found | Deletion,
    lines: Iterator[str],
    left_out: Mapping[str, IncEx | bool] | None = None,
) -> Answer:
    """The lines under the headline, and the whole result on the last one."""
    data = result.model_dump(mode="json", exclude_none=True)
    line = result.model_dump(mode="json", exclude_none=True, exclude=left_out)
    text = "\n".join(
        (
            f"**{_headline(result)}** (backend: {result.backend})",
            "",
            *_problem_lines(result.error, result.findings),
            *lines,
            escaped(to_json(line).decode()),
        )
    )
    return Answer(structured=data, text=text, is_error=result.status in _ERRORS)


def _headline(result: Listing | Found | Deletion) -> str:
    if result.status is Standing.FAILED and result.error:
        return f"Failed: {result.error.code}"
    match result:
        case Listing(status=Standing.LISTED):
            of_all = f" of {result.total}" if result.total is not None else ""
            return f"{len(result.commands)}{of_all} commands"
        case Found(command=StoredDetail() as command):
            return f"Found {shown(command.command_id)}"
        case Deletion(status=Standing.DELETED):
            return f"Deleted {shown(result.command_id or '')}"
        case _:
            return _NOT_DONE[result.status]


def _problem_lines(error: Explanation | None, findings: tuple[Finding, ...]) -> Iterator[str]:
    if error:
        yield from error_lines(error, told=bool(findings))
    if findings:
        yield from ("", "Findings:", "")
        yield from finding_lines(findings)
        yield ""


def _listing_lines(listing: Listing) -> Iterator[str]:
    if listing.commands:
        headings = ("command_id", "name", "type", "created", "bytes", "parameters", "tags")
        yield table(headings, [_cells(command) for command in listing.commands]).removesuffix("\n")
        yield ""
    if listing.next_token:
        yield "There are more: call again with next_token for those that follow."
    if listing.next_step:
        yield listing.next_step


def _cells(command: CommandRow) -> tuple[str, ...]:
    tags = ", ".join(f"{tag.key}={tag.value}" if tag.value else tag.key for tag in command.tags)
    cells = (
        command.command_id,
        command.name,
        command.type,
        command.created_at,
        str(command.size),
        ", ".join(command.parameters),
        tags,
    )
    # As code, so that no text of another's is a link or an image.
    return tuple(in_line(shown(cell, _LONGEST_CELL)) if cell else "" for cell in cells)


def _found_lines(found: Found) -> Iterator[str]:
    if found.verdict:
        yield f"As a new command it would be judged: **{found.verdict}**"
    if found.command:
        yield from _detail_lines(found.command)
    if found.next_step:
        yield found.next_step


def _detail_lines(command: StoredDetail) -> Iterator[str]:
    plain = command.model_dump(
        mode="json",
        exclude_none=True,
        exclude={"script", "content_base64", "tags", "parameters", "command_id"},
    )
    for name, value in plain.items():
        yield f"- {name}: {in_line(value if isinstance(value, str) else to_json(value).decode())}"
    for tag in command.tags:
        yield f"- tag: {in_line(f'{tag.key}={tag.value}')}"
    for parameter in command.parameters:
        yield f"- parameter: {in_line(parameter)}"
    if command.script is None:
        yield "The script is no UTF-8 text; content_base64 has its bytes."
    else:
        yield "The script:"
        script = "\n".join(numbered_lines(command.script))
        yield fenced(script, LANGUAGES.get(command.type, ""))


def _deletion_lines(deletion: Deletion) -> Iterator[str]:
    if deletion.name is not None:
        yield f"- name: {in_line(deletion.name)}"
        yield f"- digest: {deletion.digest}"
    if deletion.next_step:
        yield deletion.next_step
