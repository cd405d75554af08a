"""The parts of a Bat script, as cmd takes them apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcp_server.guardrails.script.bat.text import Text


@dataclass(frozen=True, slots=True)
class Redirection:
    """`2>nul`, `>>file`, `>&1`."""

    operator: str
    descriptor: int | None
    target: Text


@dataclass(frozen=True, slots=True)
class Simple:
    """A command with its arguments: everything up to the next operator, carets taken out."""

    text: Text
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """`( ... )`."""

    nodes: tuple[Node, ...]
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequence:
    """`a & b`, one after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`a && b || c`: each with the operator before it, empty for the first."""

    links: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """`a | b`."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """`if condition body`."""

    condition: tuple[Text, ...]
    is_negated: bool
    body: Node


@dataclass(frozen=True, slots=True)
class If:
    """Branches of which the first that holds is taken, and the last else."""

    branches: tuple[Branch, ...]
    otherwise: Node | None = None


@dataclass(frozen=True, slots=True)
class For:
    """A loop."""

    kind: str
    """Empty, or `/d`, `/r`, `/l`, `/f`."""
    options: Text
    variable: str
    items: Text
    body: Node


@dataclass(frozen=True, slots=True)
class Label:
    """`:name`; also the comments that are written so."""

    name: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A comment or an empty line."""

    reason: str = field(default="", compare=False)


Node = Simple | Block | Sequence | Chain | Pipe | If | For | Label | Nothing
