"""What a PowerShell command puts out, as far as that can be known."""

from collections.abc import Mapping
from typing import Final

from mcp_server.guardrails.script import sources
from mcp_server.guardrails.script.model import HOLE, Command, Taint, Word
from mcp_server.guardrails.script.powershell.values import Value, unknown

_PASSING: Final = frozenset(
    {
        "out-string",
        "select-object",
        "tee-object",
        "sort-object",
        "write-output",
        "get-unique",
        "foreach-object",
        "where-object",
        "convertfrom-json",
    }
)


def output(  # noqa: C901 - one case a command
    command: Command, given: Value | None, files: Mapping[str, Word]
) -> Value:
    """The value of a command, with where it comes from."""
    taints = sources.output_taints(command)
    match command.name:
        case "write-output" | "echo" if command.args:
            words = tuple(w for w in command.args if w.text.lower() != "-inputobject")
            return Value(words, is_array=len(words) > 1)
        case "new-object":
            named = command.value("-typename", "-comobject") or (
                command.operands[0] if command.operands else None
            )
            kind = (
                named.text.lower().removeprefix("system.")
                if named is not None and named.is_literal
                else ""
            )
            return Value((Word(HOLE, taints=taints),), type_name=kind)
        case "join-path":
            parts = [w.text.rstrip("\\") for w in command.operands if not w.text.startswith("-")]
            if len(parts) > 1:
                return Value((Word("\\".join(parts), taints=taints),))
        case "get-content" if command.operands:
            known = files.get(command.operands[0].text.lower())
            if known is not None:
                return Value((known,))
        case "get-process" | "get-service" | "get-childitem" if (
            command.operands and command.operands[0].is_literal
        ):
            return Value((Word(command.operands[0].text, taints=taints),), type_name=command.name)
        case name if (
            name in _PASSING and given is not None and name in {"out-string", "tee-object"}
        ):
            return Value(given.words, given.is_array, given.type_name)
        case name if name.startswith("get-wmiobject") or name.startswith("get-ciminstance"):
            operand = command.value("-class", "-classname") or (
                command.operands[0] if command.operands else None
            )
            return Value(
                (Word(HOLE, taints=taints),), type_name=operand.text.lower() if operand else ""
            )
    return unknown(
        taints
        | (given.taints if given is not None and command.name in _PASSING else frozenset[Taint]())
    )
