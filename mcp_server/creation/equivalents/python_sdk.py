"""The request for the vendor's Python SDK, alibabacloud_ecs20140526.

In the form of the vendor's own samples: keys from the default credential chain, the endpoint
given. Source: the SDK's models and the vendor's page on configuring an endpoint.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.creation.equivalents.source import Source
from mcp_server.models.equivalent import Equivalent

_IMPORTS: Final = """\
from alibabacloud_credentials.client import Client as CredentialClient
from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_ecs20140526.client import Client as EcsClient
from alibabacloud_tea_openapi import models as open_api_models
"""
_CALL: Final = """\
response = client.create_command(request)
print(response.body.command_id)
"""
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def equivalent(source: Source) -> Equivalent:
    """A program that creates the command and prints its id."""
    config = f"credential=CredentialClient(), endpoint={source.host!r}"
    client = f"client = EcsClient(\n    open_api_models.Config({config})\n)\n"
    request = "\n".join(_request(source))
    program = f"{client}{request}\n{_CALL}"
    if source.script is None:
        text, note = f"{_IMPORTS}\n{program}", source.base64_note()
    else:
        script = f"script = {_literal(source.script, source.readable)}\n"
        text, note = f"import base64\n\n{_IMPORTS}\n{script}\n{program}", None
    return Equivalent(
        tool="Python SDK", text=text, note=source.notes(note, source.repetition_note())
    )


def _literal(script: str, readable: str | None) -> str:
    """The script: as it is where that is exact, else line by line with escapes."""
    if readable is not None and '"""' not in script and not script.endswith(("\\", '"')):
        return f'r"""{script}"""'
    return _concatenated([repr(line) for line in _LINES.findall(script)])


def _concatenated(literals: list[str], indent: str = "") -> str:
    lines = "".join(f"{indent}    {literal}\n" for literal in literals)
    return f"(\n{lines}{indent})"


def _request(source: Source) -> Iterator[str]:
    yield "request = ecs_models.CreateCommandRequest("
    for name in source.parameters:
        yield f"    {_CAPITAL.sub('_', name).lower()}={_argument(source, name)},"
    yield ")"


def _argument(source: Source, name: str) -> str:
    if name == "CommandContent":
        if source.script is not None:
            return "base64.b64encode(script.encode()).decode()"
        return _concatenated([repr(line) for line in source.encoded_lines()], indent="    ")
    if name == "Tag":
        tags = "".join(
            f"        ecs_models.CreateCommandRequestTag("
            f"key={tag['Key']!r}, value={tag['Value']!r}),\n"
            for tag in source.parameters[name]
        )
        return f"[\n{tags}    ]"
    return repr(source.parameters[name])
