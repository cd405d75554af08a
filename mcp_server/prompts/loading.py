"""From the files of the folder `prompts` to prompts; one that is not wholly understood is none."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mcp_server.models import limits
from mcp_server.models.tool_names import TOOL_NAMES
from mcp_server.prompts.front_matter import Head, TextError, read_head
from mcp_server.prompts.prompt import Prompt

_PLACEHOLDER: Final = re.compile(r"<<([a-z0-9_.]+)>>")
"""`<<goal>>`: scripts have {{ }}, ${ }, [[ ]], % % and << of their own, and never this."""
_BRACKETS: Final = re.compile("<<|>>")
_CODE_SPAN: Final = re.compile(r"`([^`]+)`")
_TOOL: Final = re.compile(r"\b(?:\w+_commands?|explain_\w+)\b", re.IGNORECASE)
"""What reads like the name of a tool."""


class PromptError(Exception):
    """The prompts cannot be used; the message names file, line and what is wrong."""


def load_prompts(
    tools: Collection[str],
    *,
    content_limit: int = limits.CONTENT.maximum,
    folder: Path | None = None,
) -> tuple[Prompt, ...]:
    """Read and check every prompt, and leave out those that need a tool which is not published.

    Args:
        tools: the names of those that are published.
        content_limit: bytes of a script after Base64, for texts that tell it.
        folder: of the files; without it, the one of this program.

    Raises:
        PromptError: a file cannot be read, or anything in it is not understood.
    """
    numbers = _numbers(content_limit)
    folder = folder or _folder()
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise PromptError(f"{folder}: there are no prompts")
    loaded = [_load(path, tools, numbers) for path in paths]
    return tuple(prompt for prompt in loaded if prompt is not None)


def _folder() -> Path:
    installed = Path(__file__).parent / "texts"  # the wheel carries them here
    return installed if installed.is_dir() else Path(__file__).parents[2] / "prompts"


def _numbers(content_limit: int) -> dict[str, str]:
    """What texts tell of limits, so that no number is written in them by hand."""
    numbers = {
        "limits.script_bytes": content_limit // 4 * 3,  # four characters of Base64 hold three bytes
        "limits.parameters": limits.PARAMETERS.maximum,
        "limits.default_timeout": limits.DEFAULT_TIMEOUT,
    }
    return {name: str(number) for name, number in numbers.items()}


def _load(path: Path, tools: Collection[str], numbers: Mapping[str, str]) -> Prompt | None:
    try:
        text = path.read_bytes().decode().replace("\r\n", "\n")
        return _prompt(text.split("\n"), path.stem, tools, numbers)
    except OSError as error:
        raise PromptError(f"{path}: the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PromptError(f"{path}:{line}: the file is not UTF-8 text") from None
    except TextError as error:
        raise PromptError(f"{path}:{error.line}: {error}") from None


def _prompt(
    lines: Sequence[str], file_name: str, tools: Collection[str], numbers: Mapping[str, str]
) -> Prompt | None:
    """The prompt; None when it needs a tool that is not published."""
    head = read_head(lines)
    front_matter = head.front_matter
    if front_matter.name != file_name:
        # So that no two prompts have the same name.
        raise TextError(head.line("name"), f"the name has to be the file's, {file_name}")
    body = lines[head.length :]
    for number, line in enumerate(body, head.length + 1):
        for problem in _problems(line, _names(head), numbers):
            raise TextError(number, problem)
    pieces = _pieces(body, head, numbers)
    if not all(tool in tools for line in body for tool in _tools(line)):
        return None
    return Prompt(
        name=front_matter.name,
        title=front_matter.title,
        description=front_matter.description,
        arguments=tuple(front_matter.arguments),
        pieces=pieces,
    )


def _names(head: Head) -> list[str]:
    return [argument.name for argument in head.front_matter.arguments]


def _problems(line: str, arguments: Collection[str], numbers: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a line of the text."""
    for name in _PLACEHOLDER.findall(line):
        if name not in arguments and name not in numbers:
            yield f"the placeholder <<{name}>> is not declared"
        if name in arguments and line != f"<<{name}>>":
            yield f"the placeholder <<{name}>> has to stand on a line by itself"
    if _BRACKETS.search(_PLACEHOLDER.sub("", line)):
        yield "<< and >> are for placeholders, such as <<goal>>"
    for tool in _tools(line):
        if tool not in TOOL_NAMES:
            yield f"there is no tool {tool}"


def _tools(line: str) -> Iterator[str]:
    """What a line of the text takes for tools."""
    for span in _CODE_SPAN.findall(line):
        yield from _TOOL.findall(span)


def _pieces(body: Sequence[str], head: Head, numbers: Mapping[str, str]) -> tuple[str, ...]:
    """The text, split where the arguments stand; each stands once."""
    names = _names(head)
    pieces = [""]
    for number, line in enumerate(body, head.length + 1):
        name = line[2:-2]
        if line == f"<<{name}>>" and name in names:
            if name in pieces[1::2]:
                raise TextError(number, f"the placeholder <<{name}>> stands here once more")
            pieces += [name, "\n"]
        else:
            pieces[-1] += _PLACEHOLDER.sub(lambda found: numbers[found[1]], line) + "\n"
    for index, name in enumerate(names):
        if name not in pieces[1::2]:
            line_number = head.line("arguments", index, "name")
            raise TextError(line_number, f"the argument {name} has no placeholder in the text")
    pieces[0] = pieces[0].lstrip("\n")
    pieces[-1] = pieces[-1].rstrip("\n")
    if not any(pieces):
        raise TextError(head.length, "there is no text after the front matter")
    return tuple(pieces)
