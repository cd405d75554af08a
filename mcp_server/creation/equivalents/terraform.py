"""The request for Terraform: the resource `alicloud_ecs_command`.

Source of what it can say: `alicloud/resource_alicloud_ecs_command.go` and the page `ecs_command`
of aliyun/terraform-provider-alicloud. It sends no ContentEncoding, and Base64 is the default.
"""

import re
from typing import Final

from mcp_server.creation.equivalents.copying import here_document, is_composed
from mcp_server.creation.equivalents.source import Source
from mcp_server.models.equivalent import Equivalent

_ARGUMENTS: Final = {
    "Name": "name",
    "Type": "type",
    "Description": "description",
    "WorkingDir": "working_dir",
    "Timeout": "timeout",
    "EnableParameter": "enable_parameter",
}
_SAID_OTHERWISE: Final = frozenset({"RegionId", "CommandContent", "ContentEncoding"})
_CONTENT: Final = "command_content"
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_FOUR_DIGITS: Final = 0xFFFF
_TEMPLATE: Final = re.compile(r"([$%])\{")


def equivalent(source: Source) -> Equivalent:
    """A resource with what the provider can express; the note says what it cannot."""
    given = source.parameters
    values = {
        argument: _value(given[name]) for name, argument in _ARGUMENTS.items() if name in given
    }
    content = _content(source)
    if "\n" not in content:
        values[_CONTENT] = content
    # As `terraform fmt` has it: a value of several lines is not aligned with the others.
    width = max(map(len, values))
    lines = [f"  {argument:<{width}} = {value}" for argument, value in values.items()]
    if _CONTENT not in values:
        lines.append(f"  {_CONTENT} = {content}")
    body = "\n".join(lines)
    return Equivalent(
        tool="Terraform",
        text=f'resource "alicloud_ecs_command" "{_label(given["Name"])}" {{\n{body}\n}}\n',
        note=_note(source),
    )


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case _:
            return quoted(str(value))


def quoted(text: str) -> str:
    """A string of HCL with exactly this text, in printable characters."""
    escaped = "".join(map(_escaped, text))
    return f'"{_without_templates(escaped)}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= _FOUR_DIGITS else f"\\U{number:08x}"


def _without_templates(text: str) -> str:
    """`${` and `%{` start a template in quotes and here-documents alike; doubled, they do not."""
    return _TEMPLATE.sub(r"\1\1{", text)


def _content(source: Source) -> str:
    """CommandContent as an expression: of the script itself where it can be copied as it is."""
    if source.readable is None:
        return f'"{source.encoded}"'
    word, body = here_document(source.readable)
    document = f"<<{word}\n{_without_templates(body)}{word}\n  "
    if body == source.readable:
        return f"base64encode({document})"
    return f"base64encode(chomp({document}))"


def _label(name: str) -> str:
    label = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return label if label[:1].isalpha() else f"command_{label}".rstrip("_")


def _note(source: Source) -> str | None:
    given = source.parameters
    missing = ", ".join(
        name for name in given if name not in _ARGUMENTS and name not in _SAID_OTHERWISE
    )
    altered = ", ".join(
        name
        for name in _ARGUMENTS
        if isinstance(value := given.get(name), str) and not is_composed(value)
    )
    return source.notes(
        missing and f"Not the whole request: alicloud_ecs_command has no argument for {missing}.",
        altered and f"Terraform stores other characters of the same look in {altered}.",
        f"The region is the provider's: set it to {given['RegionId']}.",
        source.base64_note(),
        "Any later change to an argument replaces the command by one with another id, and the "
        "provider's own retries can create a second one.",
    )
