"""The parts of a Bat script, as cmd takes them apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mcp_server.guardrails.script.bat.text import Text


@dataclass(slots=True)
class Redirection:
    """`2>nul`, `>>file`, `>&1`."""

    operator: Final[str]
    descriptor: Final[int | None]
    target: Final[Text]


@dataclass(slots=True)
class Simple:
    """A command with its arguments: everything up to the next operator, carets taken out."""

    text: Final[Text]
    redirections: Final[tuple[Redirection, ...]] = ()


@dataclass(slots=True)
class Block:
    """`( ... )`."""

    nodes: Final[tuple[Node, ...]]
    redirections: Final[tuple[Redirection, ...]] = ()


@dataclass(slots=True)
class Sequence:
    """`a & b`, one after the other."""

    nodes: Final[tuple[Node, ...]]


@dataclass(slots=True)
class Chain:
    """`a && b || c`: each with the operator before it, empty for the first."""

    links: Final[tuple[tuple[str, Node], ...]]


@dataclass(slots=True)
class Pipe:
    """`a | b`."""

    nodes: Final[tuple[Node, ...]]


@dataclass(slots=True)
class Branch:
    """`if condition body`."""

    condition: Final[tuple[Text, ...]]
    is_negated: Final[bool]
    body: Final[Node]


@dataclass(slots=True)
class If:
    """Branches of which the first that holds is taken, and the last else."""

    branches: Final[tuple[Branch, ...]]
    otherwise: Final[Node | None] = None


@dataclass(slots=True)
class For:
    """A loop."""

    kind: Final[str]
    """Empty, or `/d`, `/r`, `/l`, `/f`."""
    options: Final[Text]
    variable: Final[str]
    items: Final[Text]
    body: Final[Node]


@dataclass(slots=True)
class Label:
    """`:name`; also the comments that are written so."""

    name: Final[str]


@dataclass(slots=True)
class Nothing:
    """A comment or an empty line."""

    reason: Final[str] = field(default="", compare=False)


Node = Simple | Block | Sequence | Chain | Pipe | If | For | Label | Nothing
