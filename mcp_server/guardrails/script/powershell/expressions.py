"""Expressions of the syntax tree: what they stand for, with what they start on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import HOLE, PARAMETER, Taint, Word
from mcp_server.guardrails.script.placeholders import folded_parameters
from mcp_server.guardrails.script.powershell import folding, strings
from mcp_server.guardrails.script.powershell.values import Value, array, text, unknown
from mcp_server.guardrails.script.windows_environment import known_variable
from mcp_server.guardrails.script.windows_sources import method_taints

if TYPE_CHECKING:
    from tree_sitter import Node

    from mcp_server.guardrails.script.powershell.walk import Walk

_DEEPEST: Final = 80
_LONGEST: Final = 4096
"""Characters of a repeated text."""
_FETCHING: Final = frozenset(
    {
        ".downloadstring",
        ".downloaddata",
        ".openread",
        ".getresponse",
        ".getresponsestream",
        ".getstringasync",
        ".getasync",
        ".readtoend",
        ".content",
        ".getbytearrayasync",
    }
)
_NETWORKED: Final = frozenset(
    {
        "net.webclient",
        "net.http.httpclient",
        "net.webrequest",
        "net.sockets.tcpclient",
        "msxml2.xmlhttp",
        "winhttp.winhttprequest.5.1",
    }
)
_CONSTANTS: Final = {
    "true": "$true",
    "false": "$false",
    "null": "",
    "pshome": r"C:\Windows\System32\WindowsPowerShell\v1.0",
    "home": f"C:\\Users\\{HOLE}",
    "profile": f"C:\\Users\\{HOLE}\\Documents\\WindowsPowerShell\\Microsoft.PowerShell_profile.ps1",
}
_PASSED: Final = frozenset({
    "unary_expression", "argument_expression", "parenthesized_expression",
    "logical_argument_expression", "value", "statement_list", "additive_argument_expression",
    "multiplicative_argument_expression", "comparison_argument_expression",
    "bitwise_argument_expression", "format_argument_expression", "range_argument_expression",
    "expression_with_unary_operator", "assignment_value", "while_condition", "hash_literal_body",
})  # fmt: skip
_BINARY: Final = frozenset(
    {
        "additive_expression",
        "multiplicative_expression",
        "comparison_expression",
        "logical_expression",
        "bitwise_expression",
        "format_expression",
        "range_expression",
    }
)
IN_STRING: Final = re.compile(
    r"\$(?:\{([^}]+)\}|((?:(?:env|global|script|local|using|private|variable):)?\w+)|([$?^]))",
    re.IGNORECASE,
)


class Evaluator:
    """Evaluates for a walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._depth = 0

    def value(self, node: Node) -> Value:
        """What an expression stands for; never raises, and is bounded in depth."""
        if self._depth > _DEEPEST:
            self._walk.too_deep(node)
            return unknown()
        self._depth += 1
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: Node) -> Value:
        kind = node.type
        handler = _HANDLERS.get(kind)
        if handler is not None:
            return handler(self, node)
        if kind in _BINARY:
            return self._binary(node)
        children = node.named_children
        if kind in _PASSED and len(children) == 1 and children[0].type != "ERROR":
            return self.value(children[0])
        if kind in {"pipeline", "pipeline_chain", "command"}:
            return self._walk.piped(node)
        if kind in {"parenthesized_expression", "statement_list"} or kind.endswith("statement"):
            return self._walk.output_of(node)
        taints = frozenset[Taint]().union(*(self.value(child).taints for child in children))
        return unknown(taints)

    # -- literals

    def _string(self, node: Node) -> Value:
        inner = node.named_children[0] if node.named_children else node
        raw = self._walk.source(node)
        if inner.type == "verbatim_string_characters" or raw.startswith("'"):
            return self._literal(strings.verbatim(raw))
        if raw.startswith("@'"):
            return self._literal(strings.here(raw))
        return self._expandable(inner if inner.type.startswith("expandable") else node, raw)

    def _literal(self, value: str) -> Value:
        folded = folded_parameters(value)
        return text(folded, frozenset({Taint.PARAMETER}) if PARAMETER in folded else frozenset())

    def _expandable(self, node: Node, raw: str) -> Value:
        """Between double quotes: variables and `$(...)` put in."""
        pieces: list[str] = []
        taints: set[Taint] = set()
        at = node.start_byte
        for child in node.named_children:
            pieces.append(strings.unescaped(self._walk.bytes_text(at, child.start_byte)))
            found = self.value(child)
            taints |= found.taints
            pieces.append(found.text)
            at = child.end_byte
        pieces.append(strings.unescaped(self._walk.bytes_text(at, node.end_byte)))
        whole = "".join(pieces)
        if raw.startswith('@"'):
            whole = strings.here(whole)
        else:
            whole = whole.removeprefix('"').removesuffix('"').replace('""', '"')
        folded = folded_parameters(whole)
        if PARAMETER in folded:
            taints.add(Taint.PARAMETER)
        return text(folded, frozenset(taints))

    def _number(self, node: Node) -> Value:
        return text(self._walk.source(node))

    def _variable(self, node: Node) -> Value:
        return self.variable(self._walk.source(node))

    def variable(self, written: str) -> Value:
        """What `$name`, `${name}`, `@name` or `$env:NAME` holds."""
        name = written.lstrip("$@").strip("{}").lower()
        scope, mark, rest = name.partition(":")
        if mark and scope == "env":
            held = self._walk.variables.get(name)
            if held is not None:
                return held
            known = known_variable(rest)
            return text(known) if known is not None else unknown()
        if mark:
            name = rest
        held = self._walk.variables.get(name)
        if held is not None:
            return held
        if name in _CONSTANTS:
            return text(_CONSTANTS[name])
        return unknown()

    # -- operators

    def _binary(self, node: Node) -> Value:
        children = node.named_children
        operators = [c for c in node.children if not c.is_named or c.type.endswith("operator")]
        operands = [c for c in children if not c.type.endswith("operator")]
        if not operands:
            return unknown()
        result = self.value(operands[0])
        for index, operand in enumerate(operands[1:]):
            right = self.value(operand)
            sign = self._walk.source(operators[index]).lower() if index < len(operators) else ""
            result = self._applied(node.type, sign, result, right)
        return result

    def _applied(self, kind: str, sign: str, left: Value, right: Value) -> Value:
        taints = left.taints | right.taints
        match kind:
            case "additive_expression" if sign == "+":
                return folding.joined(left, right)
            case "format_expression":
                return folding.formatted(left, right)
            case "range_expression":
                return folding.spread(left, right)
            case "comparison_expression" | "bitwise_expression":
                return folding.operated(sign, left, right)
            case "multiplicative_expression" if sign == "*" and left.is_literal:
                count = integer(right.text)
                if count is not None and count <= _LONGEST:
                    return folding.bounded(left.text * count, taints)
        return unknown(taints)

    def _list(self, node: Node) -> Value:
        return array([self.value(child) for child in node.named_children])

    def _unary(self, node: Node) -> Value:
        """`-join $a`, `-not $a`, `,$a`."""
        children = node.named_children
        raw = self._walk.source(node).lstrip().lower()
        if not children:
            return text(raw)
        inner = self.value(children[-1])
        if raw.startswith("-join"):
            return text("".join(word.text for word in inner.words), inner.taints)
        if raw.startswith("-") and inner.text.isdecimal():
            return text("-" + inner.text)
        if raw.startswith(","):
            return array([inner])
        if raw.startswith(("!", "-not")):
            return unknown(inner.taints)
        return inner if len(children) == 1 else unknown(inner.taints)

    def _cast(self, node: Node) -> Value:
        children = node.named_children
        if len(children) < 2:  # noqa: PLR2004
            return unknown()
        return folding.cast(self.type_name(children[0]), self.value(children[-1]))

    def type_name(self, node: Node) -> str:
        """`[System.IO.File]` as `io.file`."""
        return re.sub(r"\s", "", self._walk.source(node)).strip("[]").lower().removeprefix(
            "system."
        ) + ("[]" if self._walk.source(node).rstrip().endswith("[]]") else "")

    # -- members

    def _member(self, node: Node) -> Value:
        children = node.named_children
        base = children[0]
        name = self._walk.source(children[-1]).lower().strip("'\"")
        if base.type == "type_literal":
            kind = self.type_name(base)
            if kind.endswith("encoding"):
                return Value((Word(name),), type_name=f"{kind}.{name}")
            if kind == "environment" and name == "newline":
                return text("\n")
            return Value((Word(HOLE),), type_name=f"{kind}.{name}")
        inner = self.value(base)
        if inner.table:
            return inner.table.get(name, unknown(inner.taints))
        if inner.type_name.endswith("encoding"):
            return Value((Word(name),), type_name=f"{inner.type_name}.{name}")
        return unknown(inner.taints)

    def _element(self, node: Node) -> Value:
        children = node.named_children
        base = self.value(children[0])
        index = self.value(children[-1]) if len(children) > 1 else unknown()
        if base.table and index.is_literal:
            return base.table.get(index.text.lower(), unknown())
        return folding.indexed(base, index)

    def _invocation(self, node: Node) -> Value:
        """A method call: a command of its own, and perhaps a text that can be worked out."""
        children = node.named_children
        lists = [child for child in children if child.type == "argument_list"]
        return self.called(node, node, lists[0] if lists else None)

    def called(self, node: Node, member: Node, given: Node | None) -> Value:
        """A method of the object or type that a member belongs to, called.

        Args:
            node: the whole call, for its place.
            member: has what is called on first, and the method's name.
            given: the list of arguments.
        """
        base = member.named_children[0]
        method = self._method_name(member)
        arguments = self.arguments(given) if given is not None else []
        if base.type == "type_literal":
            return self._called_on_type(node, self.type_name(base), method, arguments)
        receiver = self.value(base)
        if method == "getstring" and arguments and "encoding" in receiver.type_name:
            return folding.decoded(receiver.type_name, arguments[0])
        name = receiver.type_name or receiver.text
        self._walk.method(node, f".{method}", Word(name or HOLE, taints=receiver.taints), arguments)
        folded = folding.called(method, receiver, arguments)
        return folded if folded is not None else self._result(f".{method}", receiver, arguments)

    def _method_name(self, member: Node) -> str:
        """In lower case; `.('Down' + 'load')()` is worked out."""
        names = [child for child in member.named_children if child.type == "member_name"]
        if not names:
            return ""
        inner = names[0].named_children
        known = not inner or inner[0].type == "simple_name"
        name = self._walk.source(names[0]) if known else self.value(inner[0]).text
        return name.strip("'\"").lower()

    def _called_on_type(self, node: Node, kind: str, method: str, arguments: list[Value]) -> Value:
        self._walk.method(node, f"::{method}", Word(kind), arguments)
        folded = folding.called_on_type(kind, method, arguments)
        if folded is not None:
            return folded
        if method in {"new", "create"}:
            taints = frozenset[Taint]().union(*(a.taints for a in arguments))
            return Value((Word(HOLE, taints=taints),), type_name=kind)
        return self._result(f"::{method}", unknown(type_name=kind), arguments)

    def _result(self, name: str, receiver: Value, arguments: list[Value]) -> Value:
        taints = receiver.taints.union(method_taints(name), *(a.taints for a in arguments))
        if name in _FETCHING or receiver.type_name in _NETWORKED:
            taints |= {Taint.NETWORK}
        if name == ".gettype" and arguments:
            return Value((Word(arguments[0].text, taints=taints),), type_name="type")
        return Value(
            (Word(HOLE, taints=taints),), type_name=receiver.type_name if name in {"::new"} else ""
        )

    def arguments(self, node: Node) -> list[Value]:
        """The values of an argument list."""
        found: list[Value] = []
        for child in node.named_children:
            inner = child.named_children if child.type == "argument_expression_list" else [child]
            found += map(self.value, inner)
        return found

    # -- blocks and tables

    def _block(self, node: Node) -> Value:
        self._walk.block(node)
        return Value((Word(HOLE),), type_name="block")

    def _sub_expression(self, node: Node) -> Value:
        return self._walk.output_of(node)

    def _array(self, node: Node) -> Value:
        inner = self._walk.output_of(node)
        return Value(inner.words, is_array=True, type_name="")

    def _table(self, node: Node) -> Value:
        table: dict[str, Value] = {}
        taints: set[Taint] = set()
        entries = [
            e
            for body in node.named_children
            for e in (body.named_children if body.type == "hash_literal_body" else [body])
        ]
        for entry in entries:
            if entry.type == "hash_entry" and len(entry.named_children) > 1:
                key = self._walk.source(entry.named_children[0]).strip("'\" ").lower()
                table[key] = self.value(entry.named_children[-1])
                taints |= table[key].taints
        return Value((Word(HOLE, taints=frozenset(taints)),), table=table)


_HANDLERS: Final[dict[str, Callable[[Evaluator, Node], Value]]] = {
    "string_literal": Evaluator._string,
    "expandable_string_literal": lambda e, n: e._expandable(n, e._walk.source(n)),
    "expandable_here_string_literal": lambda e, n: e._expandable(n, e._walk.source(n)),
    "verbatim_string_characters": Evaluator._string,
    "verbatim_here_string_characters": Evaluator._string,
    "integer_literal": Evaluator._number,
    "real_literal": Evaluator._number,
    "variable": Evaluator._variable,
    "array_literal_expression": Evaluator._list,
    "expression_with_unary_operator": Evaluator._unary,
    "cast_expression": Evaluator._cast,
    "member_access": Evaluator._member,
    "element_access": Evaluator._element,
    "invocation_expression": Evaluator._invocation,
    "invokation_expression": Evaluator._invocation,
    "script_block_expression": Evaluator._block,
    "sub_expression": Evaluator._sub_expression,
    "array_expression": Evaluator._array,
    "hash_literal_expression": Evaluator._table,
}
