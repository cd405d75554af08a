"""The words of `[[ ... ]]`, in the order in which they stand."""

from mcp_server.guardrails.script.model import Word
from mcp_server.guardrails.script.shell.expansion import Expander
from mcp_server.guardrails.script.shell.shfmt import Node

_DEEPEST = 40


def words_of_test(node: Node | None, expander: Expander, depth: int = 0) -> list[Word]:
    """Operands and operators of a test, flat."""
    if not node or depth > _DEEPEST:
        return []
    match node.get("Type"):
        case "Word":
            return [expander.single(node)]
        case "UnaryTest":
            return [Word(node["Op"]), *words_of_test(node.get("X"), expander, depth + 1)]
        case "BinaryTest":
            return [
                *words_of_test(node.get("X"), expander, depth + 1),
                *([Word(node["Op"])] if node["Op"] else ()),
                *words_of_test(node.get("Y"), expander, depth + 1),
            ]
        case _:
            return words_of_test(node.get("X"), expander, depth + 1)
