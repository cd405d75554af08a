"""The head of a prompt's file: TOML between two lines of `+++`.

TOML, because the standard library reads it, and it knows one way to write a thing.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

FENCE: Final = "+++"

_ARGUMENT: Final = re.compile(r"\s*\[\[\s*arguments\s*\]\]")
_KEY: Final = re.compile(r"\s*(\w+)\s*=")
_TOML_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)$")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Line = Annotated[str, StringConstraints(pattern=r"^\S[^\n]*$", max_length=300)]
KeyPath = tuple[str | int, ...]


class Argument(BaseModel):
    """What a client may give, as the file declares it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Name
    description: Line
    required: bool


class FrontMatter(BaseModel):
    """What a file says of its prompt."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Name
    title: Line
    description: Line
    arguments: list[Argument] = Field(default_factory=list)


class TextError(Exception):
    """Something in a prompt's text is not understood."""

    def __init__(self, line: int, problem: str) -> None:
        """Keep what is wrong, and the line of the file where."""
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True, slots=True)
class Head:
    """The front matter of a file, and where in it things stand."""

    front_matter: FrontMatter
    places: Mapping[KeyPath, int]
    length: int
    """Lines, the fences included."""

    def line(self, *path: str | int) -> int:
        """The line of the file with a key, or with what the key should be in."""
        return _line(path, self.places)


def read_head(lines: Sequence[str]) -> Head:
    """Read the front matter of a file.

    Raises:
        TextError: it is missing, or anything in it is not understood.
    """
    if not lines or lines[0] != FENCE:
        raise TextError(1, f"the file has to begin with front matter: a line {FENCE}")
    if FENCE not in lines[1:]:
        raise TextError(1, f"no second line {FENCE} ends the front matter")
    end = lines.index(FENCE, 1)
    texts = ["", *lines[1:end]]  # an empty line for the fence, so that lines count as in the file
    try:
        given = tomllib.loads("\n".join(texts))
    except tomllib.TOMLDecodeError as error:
        place = _TOML_LINE.search(str(error))
        line = int(place[1]) if place else end
        raise TextError(line, f"not TOML: {_TOML_LINE.sub('', str(error))}") from None
    places = _places(texts)
    try:
        front_matter = FrontMatter.model_validate(given)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        raise TextError(_line(detail["loc"], places), _problem(detail)) from None
    names = [argument.name for argument in front_matter.arguments]
    for index, name in enumerate(names):
        if name in names[:index]:
            line = _line(("arguments", index, "name"), places)
            raise TextError(line, f"the argument {name} is declared twice")
    return Head(front_matter, places, end + 1)


def _problem(detail: ErrorDetails) -> str:
    key = ".".join(map(str, detail["loc"]))
    match detail["type"]:
        case "extra_forbidden":
            return f"{key}: no such key"
        case "missing":
            return f"{key}: has to be given"
        case _:
            return f"{key}: {detail['msg']}"


def _places(texts: Sequence[str]) -> dict[KeyPath, int]:
    """The line of each key, by its path in the data."""
    places: dict[KeyPath, int] = {}
    table: KeyPath = ()
    arguments = 0
    for number, text in enumerate(texts, 1):
        if _ARGUMENT.match(text):
            table = ("arguments", arguments)
            arguments += 1
            places[table] = number
        elif key := _KEY.match(text):
            places.setdefault((*table, key[1]), number)
    return places


def _line(path: KeyPath, places: Mapping[KeyPath, int]) -> int:
    while path and path not in places:
        path = path[:-1]
    return places.get(path, 1)
