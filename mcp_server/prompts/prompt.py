"""What a prompt is, and how a client's values come into its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.texts import shown
from mcp_server.markdown import fenced
from mcp_server.prompts.front_matter import Argument

LONGEST_VALUE: Final = 65_536
"""Characters of one argument: as large as a document of AWS SSM may be, in bytes."""

_NOT_GIVEN: Final = "(not given)"


@dataclass(frozen=True, slots=True)
class ArgumentFault:
    """Why a prompt cannot be made of the arguments given."""

    message: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with a place for each of its arguments."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    pieces: tuple[str, ...]
    """Text, argument's name, text, argument's name, …, text."""

    def render(self, given: Mapping[str, str]) -> str | ArgumentFault:
        """The text with the values in it, or what is wrong with them.

        A value stands in a fenced block that nothing in it can close, and is never looked at for
        placeholders. A blank one counts as not given: clients send it for a field left empty.
        """
        if fault := self._fault(given):
            return fault
        texts, names = self.pieces[::2], self.pieces[1::2]
        values = (_block(given.get(name, "")) for name in names)
        return texts[0] + "".join(
            part for pair in zip(values, texts[1:], strict=True) for part in pair
        )

    def _fault(self, given: Mapping[str, str]) -> ArgumentFault | None:
        known = {argument.name for argument in self.arguments}
        for name, value in given.items():
            if name not in known:
                told = ", ".join(argument.name for argument in self.arguments) or "none"
                return ArgumentFault(
                    f"{self.name} has no argument {shown(name)!r}. Its arguments: {told}."
                )
            if len(value) > LONGEST_VALUE:
                return ArgumentFault(
                    f"The argument {name} has {len(value)} characters, and {LONGEST_VALUE} is "
                    "the limit."
                )
        for argument in self.arguments:
            if argument.required and not given.get(argument.name, "").strip():
                return ArgumentFault(f"{self.name} needs the argument {argument.name}.")
        return None


def _block(value: str) -> str:
    return fenced(value) if value.strip() else _NOT_GIVEN
